// Package slack writes messages to channels and people of a Slack workspace, as an app with a bot
// token.
//
// A message is changed in place: the same message shows who signed, who decided, how it ended. Each
// signature adds a line to its thread. Slack has no key against sending twice, so messages carry
// metadata, and after a lost answer the package looks for its metadata in the conversation before
// it writes again.
//
// Everything from outside is written as rich text, whose text elements Slack shows as they are: no
// title can mention anybody, make a link or hide one. docs/notices.md lists the scopes of the app.
package slack
