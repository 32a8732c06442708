package delegation

import (
	"math"
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

// Signer returns a person with all the delegations that lead to them. An index says who is told and who
// could sign, of delegations of a whole year: the bounds of the gate, which reads those since a request
// arrived, would make everybody of a large desk a stranger here.
func (x Index) Signer(p callbacks.Person) callbacks.Signer {
	return x.signer(p, math.MaxInt, math.MaxInt)
}

func (x Index) signer(p callbacks.Person, held, hops int) callbacks.Signer {
	s, _ := chain(p, held, hops, func(to []callbacks.Person) (all []callbacks.Delegation, _ error) { // never fails
		for _, one := range to {
			all = append(all, x.to(one)...)
		}
		return all, nil
	})
	return s
}

// to returns the delegations to a person, by any account with their verified address.
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
