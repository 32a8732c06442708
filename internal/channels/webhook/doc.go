// Package webhook tells other programs of each change of a callback, as an event that is signed as
// Standard Webhooks has it (https://www.standardwebhooks.com). While a secret is replaced, an event
// carries the signatures of the old and the new one.
//
// An event says what happened in the words of the desk's pages. It holds no payload, answer or
// comment: a program that needs them asks with credentials of its own. docs/notices.md has the
// schema.
package webhook
