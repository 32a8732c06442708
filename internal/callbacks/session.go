package callbacks

import "time"

// Session is a sign-in of one person in one browser, as its person and admins see it. Nothing of it
// signs anybody in.
type Session struct {
	ID     ID     // ours, for addresses and forms
	Person string // the person's key; empty while a sign-in is under way
	Name   string // of the person, as the audit names them
	Email  string

	Browser string // what it says it is: foreign text
	Address string // where it was used last

	SignedInAt time.Time
	SeenAt     time.Time // when it was used last, to within a minute
}

// StoredSession is a session as a store keeps it. Whoever signs in with it has a token; the store
// knows its hash alone.
type StoredSession struct {
	Session
	TokenHash []byte
	Sealed    []byte // the provider's tokens and all else that only sign-in knows, encrypted
	ExpiresAt time.Time
}

// SessionQuery asks for a page of sessions, the latest sign-in first.
type SessionQuery struct {
	Person string // empty for everybody's
	Search string // a part of a name or an address, in any case; empty for all

	// What began or was used last at these times or before is over and left out.
	SignedInAfter time.Time
	SeenAfter     time.Time

	After *Cursor // Key is the time of the sign-in in Unix milliseconds
	Limit int     // at most [MaxPage]
}
