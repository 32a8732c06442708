package callbacks

import (
	"cmp"
	"slices"
	"time"

	"countersign/internal/spelling"
)

// Roles say what a signed-in person may do in general. Queues narrow what a reviewer may see and
// decide.
type Roles struct {
	Reviewer bool // sees and decides what their queues hold
	// sees everything, retries deliveries; decides only in queues whose groups they are in
	Admin   bool
	Auditor bool // sees everything and the audit, changes nothing
}

// SeesAll reports whether the person sees every queue, whatever their groups.
func (r Roles) SeesAll() bool { return r.Admin || r.Auditor }

// Any reports whether the person has a role at all.
func (r Roles) Any() bool { return r.Reviewer || r.SeesAll() }

// signs reports whether the roles let the person sign, in queues of their groups.
func (r Roles) signs() bool { return r.Reviewer || r.Admin }

// Person is somebody who signed in. Every field except ID comes from the provider.
type Person struct {
	// our key, a hash of issuer and subject: decisions, reviews and the audit are kept under it
	ID      string
	Issuer  string // the provider
	Subject string // the provider's key; senders and functions know people by it
	Name    string
	Email   string
	Groups  []string
	Roles   Roles

	GroupsReadAt time.Time // when the provider last named the groups

	// EmailVerified says that the address belongs to the person. Four eyes need it to tell the
	// person from a requester known only by address.
	EmailVerified bool
	// GivenName, FamilyName and UserNames are further names of the person. They can only take a
	// right away, never grant one.
	GivenName  string
	FamilyName string
	UserNames  []string // including other addresses
}

// InGroup reports whether the person is in at least one of the groups.
func (p Person) InGroup(groups []string) bool {
	return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(p.Groups, g) })
}

// FreshGroups returns nil, or an *[OldGroups] if the provider named the person's groups longer ago
// than a limit; 0 is no limit. Rights come from groups, and a person who left a group must not go
// on deciding by it until their session ends.
func (p Person) FreshGroups(limit time.Duration, now time.Time) error {
	if old := oldGroups(p.GroupsReadAt, now, limit); old != nil {
		return old
	}
	return nil
}

// oldGroups returns nil unless groups were older than a limit at some time.
func oldGroups(readAt, at time.Time, limit time.Duration) *OldGroups {
	age := at.Sub(readAt)
	if limit == 0 || age <= limit {
		return nil
	}
	return &OldGroups{Age: age, Limit: limit}
}

// VerifiedAddress is the person's address, the same for all its spellings, if the provider vouches
// for it and it is readable; else it is empty.
func (p Person) VerifiedAddress() string {
	key, _ := spelling.AddressKey(p.Email)
	if !p.EmailVerified {
		return ""
	}
	return key
}

// identity is what tells one person from another where signatures add up. One human may have
// several keys: a second account, or the same account after the provider's URL changed. But a
// verified address belongs to one of them.
type identity struct {
	id      string // the person's key
	address string // verified; may be empty
}

func (p Person) identity() identity { return identity{p.ID, p.VerifiedAddress()} }

// is reports whether two identities are those of one human.
func (i identity) is(other identity) bool {
	return i.id == other.id || i.address != "" && i.address == other.address
}

// Actor returns the person as the audit names them.
func (p Person) Actor() Actor {
	return Actor{Kind: ActorPerson, ID: p.ID, Name: cmp.Or(p.Name, p.Email, p.Subject)}
}
