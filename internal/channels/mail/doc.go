// Package mail is the channel of e-mails: it draws a message as text and HTML, and hands it to one
// SMTP server, which the operator names.
//
// A mail holds links to pages that ask for a sign-in, and nothing that its reader's program would
// fetch. A mail that was sent cannot change: a later state is another mail in the same thread.
package mail
