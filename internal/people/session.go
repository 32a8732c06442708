package people

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// Session is a sign-in of one person in one browser, as the person and admins see it. It holds
// nothing that could sign anybody in.
type Session struct {
	ID     callbacks.ID // ours, for addresses and forms
	Person string       // the person's key; empty while a sign-in is under way
	Name   string       // the person's name, as the audit has it
	Email  string

	Browser string // what the browser says it is: untrusted text
	Address string // last used from here

	SignedInAt time.Time
	SeenAt     time.Time // last used, to within a minute
}

// StoredSession is a session as a store keeps it. The browser holds a token; the store knows only
// the token's hash.
type StoredSession struct {
	Session
	TokenHash []byte
	Sealed    []byte // the provider's tokens and everything else that only sign-in knows, encrypted
	ExpiresAt time.Time
}

// SessionQuery asks for a page of sessions, the latest sign-in first.
type SessionQuery struct {
	Person string // empty for everybody's
	Search string // a part of a name or an address, in any case; empty for all

	// Sessions that began or were last used at these times or before are over and left out.
	SignedInAfter time.Time
	SeenAfter     time.Time

	After *desk.Cursor // Key is the time of the sign-in in Unix milliseconds
	Limit int          // at most [desk.MaxPage]
}
