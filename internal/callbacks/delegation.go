package callbacks

import (
	"cmp"
	"slices"
	"time"
)

// delegatorGroupsMaxAge is how old the groups of a delegator may be. They are not read while the
// delegator is away.
const delegatorGroupsMaxAge = 30 * 24 * time.Hour

// Delegation gives the rights of one person to another, for some queues and some time. The delegate
// can do what the delegator's own groups allow. Rights that the delegator got by a delegation are
// not passed on.
type Delegation struct {
	ID   string
	From Person // the delegator, as the provider last described them
	To   string // the key of the delegate
	// ToAddress is the delegate's verified address. Other accounts that have it get no right, and are
	// excluded like the delegate.
	ToAddress string
	Queues    []string
	Since     time.Time
	Until     time.Time
}

// inForce reports whether the person acts for the delegator in a queue now.
func (d *Delegation) inForce(p Person, queue string, now time.Time) bool {
	return d.To == p.ID && d.From.ID != p.ID && slices.Contains(d.Queues, queue) &&
		!now.Before(d.Since) && now.Before(d.Until)
}

// during reports whether somebody, by any account, acted for the delegator in a queue at any time from
// one time to another.
func (d *Delegation) during(who identity, queue string, from, to time.Time) bool {
	return who.is(identity{d.To, d.ToAddress}) && slices.Contains(d.Queues, queue) &&
		d.Since.Before(d.Until) && !to.Before(d.Since) && from.Before(d.Until)
}

// Signer is a person with the rights that others gave them.
type Signer struct {
	Person
	// Delegations are those to the person, which give rights while they are in force, and those to
	// their delegators, to the delegators of these, and so on, which give none. All exclude, also
	// after their end, if they were in force since a request arrived.
	Delegations []Delegation
	// MoreDelegations says that there are more of them than were read.
	MoreDelegations bool
}

// DelegationIDs are the delegations that may give the signer a right.
func (s Signer) DelegationIDs() (ids []string) {
	for _, d := range s.Delegations {
		if d.To == s.ID {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// Until returns the signer with the ends of their delegations as they are now known, by ID.
func (s Signer) Until(ends map[string]time.Time) Signer {
	s.Delegations = slices.Clone(s.Delegations)
	for i := range s.Delegations {
		if end, known := ends[s.Delegations[i].ID]; known {
			s.Delegations[i].Until = end
		}
	}
	return s
}

// Represented is somebody for whom a signer acts.
type Represented struct {
	Person
	// Via is the signer's own delegation that leads to the person. It is from somebody else if that one
	// acts for the person in turn.
	Via *Delegation
}

// ActsFor returns everybody for whom the signer acted in a queue at any time from one time to another,
// and for whom those acted, and so on: the nearest first.
func (s Signer) ActsFor(queue string, from, to time.Time) (all []Represented) {
	found := map[string]bool{s.ID: true}
	all = []Represented{{Person: s.Person}}
	for i := 0; i < len(all); i++ {
		delegate := all[i].identity()
		for j := range s.Delegations {
			if d := &s.Delegations[j]; !found[d.From.ID] && d.during(delegate, queue, from, to) {
				found[d.From.ID] = true
				all = append(all, Represented{d.From, cmp.Or(all[i].Via, d)})
			}
		}
	}
	return all[1:]
}

// inForce returns the delegations that count in a queue now, in a fixed order.
func (s Signer) inForce(queue string, now time.Time) (all []Delegation) {
	for _, d := range s.Delegations {
		if d.inForce(s.Person, queue, now) {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Delegation) int {
		return cmp.Or(cmp.Compare(a.From.ID, b.From.ID), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// Acts reports whether the person acts for anybody now, in any queue.
func (s Signer) Acts(now time.Time) bool {
	return slices.ContainsFunc(s.Delegations, func(d Delegation) bool {
		return slices.ContainsFunc(d.Queues, func(queue string) bool { return d.inForce(s.Person, queue, now) })
	})
}

// lends reports whether a delegation lets the delegate see a queue now: it is in force, and the
// delegator may see the queue by groups that are still known.
func (q Queues) lends(d *Delegation, to Person, queue string, now time.Time) bool {
	from := &d.From
	return d.inForce(to, queue, now) && from.Roles.signs() && from.InGroup(q[queue].Groups) &&
		from.FreshGroups(delegatorGroupsMaxAge, now) == nil
}
