// Package wording puts what a message holds into English: the sentences that several channels
// share. Each result is one line of plain text in which invisible characters are marked; a channel
// escapes it for its own format.
package wording
