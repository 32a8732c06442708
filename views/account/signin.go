// Package account has the pages of people and their sessions: the sign-in, the hand-over to another
// site, and the list of sessions.
package account

import (
	"strings"
)

// SignIn is the page on which a person chooses to sign in.
type SignIn struct {
	Provider string // the identity provider's name
	Return   string // path to go to afterwards, checked by the handler; "/" if there is none
	Down     bool   // the provider does not answer
	// what went wrong with the last try, one sentence for the person; empty if nothing did
	Problem   string
	SignedOut bool // the person has just signed out
}

// returnWords says where a person goes after signing in. It does not give the callback's title,
// which is not for people without a session.
func returnWords(path string) string {
	switch {
	case strings.HasPrefix(path, "/callbacks/"):
		return "the callback you opened"
	case strings.HasPrefix(path, "/admin/"):
		return "the table of all callbacks"
	case strings.HasPrefix(path, "/audit"):
		return "the audit"
	case strings.HasPrefix(path, "/?"):
		return "the list you opened"
	}
	return ""
}
