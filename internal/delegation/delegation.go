package delegation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/people"
)

// Delegation is one person acting for another. It is kept for ever.
type Delegation struct {
	ID       callbacks.ID
	From, To callbacks.Actor // the delegator and the delegate, with their names of then
	// ToAddress is the delegate's verified address when the delegation was made; empty without one.
	ToAddress string
	Queues    []string // sorted
	Since     time.Time
	Until     time.Time // the time of the end, earlier than planned if it was ended
	MadeBy    callbacks.Actor
	MadeAt    time.Time
	EndedBy   callbacks.Actor // who ended it early; zero if nobody did
}

// Status is where a delegation is in its time.
type Status string

// The statuses.
const (
	Planned Status = "planned"
	InForce Status = "in force"
	Over    Status = "over" // its time is over, or somebody ended it
)

// Status returns where the delegation is in its time.
func (d *Delegation) Status(now time.Time) Status {
	switch {
	case !now.Before(d.Until):
		return Over
	case now.Before(d.Since):
		return Planned
	}
	return InForce
}

// Ended reports whether somebody ended the delegation before its time.
func (d *Delegation) Ended() bool { return d.EndedBy != (callbacks.Actor{}) }

// meets reports whether two delegations share some time.
func (d *Delegation) meets(other *Delegation) bool {
	return d.Since.Before(other.Until) && other.Since.Before(d.Until)
}

// words is a delegation as a sentence for the audit.
func (d *Delegation) words() string {
	const layout = "2006-01-02 15:04 UTC"
	return fmt.Sprintf("%s acts for %s in %s, from %s to %s.", d.To.Name, d.From.Name,
		strings.Join(d.Queues, ", "), d.Since.UTC().Format(layout), d.Until.UTC().Format(layout))
}

// Held is a delegation to somebody, with what is stored of the delegator.
type Held struct {
	Delegation
	Delegator people.Profile
}

// right is the delegation as the gate knows it; person makes the delegator of their profile.
func (h *Held) right(person func(people.Profile) callbacks.Person) callbacks.Delegation {
	return callbacks.Delegation{
		ID: string(h.ID), From: person(h.Delegator), To: h.To.ID, ToAddress: h.ToAddress, Queues: h.Queues,
		Since: h.Since, Until: h.Until,
	}
}

// Store keeps delegations. Implementations pass the contract of package delegationtest. A method that
// cannot reach the database returns an error that matches [callbacks.ErrUnavailable].
type Store interface {
	// AddDelegation writes a delegation with its audit entry, if check returns nil for the
	// delegations from and to both people that are not over when it is made; otherwise it returns
	// what check returns. Two additions that concern the same person come one after the other, so
	// that the second sees the first. check may run twice.
	AddDelegation(
		ctx context.Context, d Delegation, check func(others []Delegation) error, e callbacks.AuditEntry,
	) error
	// EndDelegation changes a delegation by end and writes its audit entry. If end fails, it returns
	// the error and writes nothing. It returns [callbacks.ErrNotFound] for an unknown delegation. end
	// may run twice.
	EndDelegation(
		ctx context.Context, id callbacks.ID, end func(*Delegation) (callbacks.AuditEntry, error),
	) (Delegation, error)
	// DelegationsTo returns the delegations to some people for a queue, or for any if its name is empty,
	// that were in force at any time from one time until now, those first that end last: at most limit
	// to their keys, and as many to their verified addresses, which are those to other accounts of
	// theirs.
	DelegationsTo(
		ctx context.Context, to []callbacks.Person, queue string, from, now time.Time, limit int,
	) ([]Held, error)
	// LastDelegationEnd returns when the delegation ends that ends last; zero if there is none.
	LastDelegationEnd(ctx context.Context) (time.Time, error)
	// Delegations returns those from a person and those to a person, the latest end first, at most
	// limit of each.
	Delegations(ctx context.Context, person string, limit int) ([]Delegation, error)

	// Profile returns what is stored of a person, or [callbacks.ErrNotFound].
	Profile(ctx context.Context, id string) (people.Profile, error)
	// FindPeople returns people one of whose [people.Profile.Keys] begins with a key, in the order of
	// those keys, at most limit.
	FindPeople(ctx context.Context, key string, limit int) ([]people.Profile, error)
}

// Bounds of a delegation.
const (
	// MaxAhead is how far ahead a delegation may end.
	MaxAhead = 90 * 24 * time.Hour
	// MaxOpen is how many delegations from one person, and how many to one person, are planned or in
	// force at most.
	MaxOpen = 20
)

// check holds the rules about other delegations of the two people.
func (d *Delegation) check(others []Delegation) error {
	from, to := 0, 0
	for i := range others {
		o := &others[i]
		switch {
		case o.From.ID == d.To.ID && o.To.ID == d.From.ID && o.meets(d):
			return fault.List{{Pointer: "since", Detail: fmt.Sprintf("%s acts for %s in this time. "+
				"If each acted for the other, that would be a circle.", d.From.Name, d.To.Name)}}
		case o.From.ID == d.From.ID && o.To.ID == d.To.ID && o.meets(d) && overlap(o.Queues, d.Queues):
			return fault.List{{Pointer: "who", Detail: fmt.Sprintf("%s acts for %s in this time already. "+
				"End that delegation first, or choose other queues.", d.To.Name, d.From.Name)}}
		}
		if o.From.ID == d.From.ID {
			from++
		}
		if o.To.ID == d.To.ID {
			to++
		}
	}
	const many = "%s %s %d people already, now or later. End one of these delegations first."
	switch {
	case from >= MaxOpen:
		return fault.List{{Pointer: "who", Detail: fmt.Sprintf(many, d.From.Name, "is represented by", from)}}
	case to >= MaxOpen:
		return fault.List{{Pointer: "who", Detail: fmt.Sprintf(many, d.To.Name, "acts for", to)}}
	}
	return nil
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(one string) bool { return slices.Contains(b, one) })
}
