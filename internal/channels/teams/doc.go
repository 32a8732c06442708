// Package teams posts messages to places of Microsoft Teams, by the address of a workflow ("Post to
// a channel when a webhook request is received").
//
// A workflow can only post: a later state of a callback is a post of its own, which says what
// became of the earlier one. A workflow has no key against posting twice either, and cannot be
// asked what it posted: after a lost answer the same post may come twice.
//
// A card has one action, which opens the page. Everything from outside is a text run, which Teams
// shows as it is: elsewhere in cards text is Markdown.
package teams
