package delegation

import (
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/people"
)

// Index finds delegations among many by the person who acts. It may be read by any number of
// goroutines.
type Index struct {
	byKey, byAddress map[string][]callbacks.Delegation
}

// NewIndex makes the index of some delegations. person makes the delegators of their profiles.
func NewIndex(held []Held, person func(people.Profile) callbacks.Person) Index {
	x := Index{make(map[string][]callbacks.Delegation), make(map[string][]callbacks.Delegation)}
	for i := range held {
		d := held[i].right(person)
		x.byKey[d.To] = append(x.byKey[d.To], d)
		if d.ToAddress != "" {
			x.byAddress[d.ToAddress] = append(x.byAddress[d.ToAddress], d)
		}
	}
	return x
}

// To returns the delegations to a person, by any account with their verified address. Each has those
// to its delegator.
func (x Index) To(p callbacks.Person) []callbacks.Delegation {
	all := x.to(p)
	for i := range all {
		all[i].ToDelegator = x.to(all[i].From)
	}
	return all
}

func (x Index) to(p callbacks.Person) []callbacks.Delegation {
	all := slices.Clone(x.byKey[p.ID])
	if len(x.byAddress) == 0 {
		return all
	}
	for _, d := range x.byAddress[p.VerifiedAddress()] {
		if d.To != p.ID {
			all = append(all, d)
		}
	}
	return all
}
