package account

import "countersign/internal/notice"

// SlackLink is the page on which people link their account in the desk's Slack workspace.
type SlackLink struct {
	Linked  *notice.Account // nil if none is linked
	Address string          // that the provider vouches for; empty for none
	// SentTo is the name of the account to which a code was sent; empty if none was.
	SentTo    string
	Code      string // what was typed
	Fault     string // why no code was sent; empty if one was
	CodeFault string
}
