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
	// These give no right, and exclude: the delegate's verified address, which other accounts of
	// theirs may have, and delegations to the delegator.
	ToAddress   string
	ToDelegator []Delegation
	Queues      []string
	Since       time.Time
	Until       time.Time
}

// inForce reports whether the person acts for the delegator in a queue now.
func (d *Delegation) inForce(p Person, queue string, now time.Time) bool {
	return d.To == p.ID && d.From.ID != p.ID && slices.Contains(d.Queues, queue) &&
		!now.Before(d.Since) && now.Before(d.Until)
}

// during reports whether the person, by any account, acted for the delegator in a queue at any time
// from one time to another.
func (d *Delegation) during(p Person, queue string, from, to time.Time) bool {
	return p.identity().is(identity{d.To, d.ToAddress}) && d.From.ID != p.ID && slices.Contains(d.Queues, queue) &&
		d.Since.Before(d.Until) && !to.Before(d.Since) && from.Before(d.Until)
}

// Signer is a person with the rights that others gave them.
type Signer struct {
	Person
	// Delegations are those to the person. Those that are not in force give nothing; those that
	// were since a request arrived still exclude where they excluded.
	Delegations []Delegation
}

// DelegationIDs are the delegations to the signer.
func (s Signer) DelegationIDs() (ids []string) {
	for _, d := range s.Delegations {
		ids = append(ids, d.ID)
	}
	return ids
}

// Until returns the signer with the ends of their delegations as they are now known, by ID.
func (s Signer) Until(ends map[string]time.Time) Signer {
	s.Delegations = slices.Clone(s.Delegations)
	for i := range s.Delegations {
		s.Delegations[i].Until = ends[s.Delegations[i].ID]
	}
	return s
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
