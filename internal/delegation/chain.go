package delegation

import "countersign/internal/callbacks"

// Bounds of what is read of the delegations that lead to somebody who wants to sign. Whoever has
// more may not sign where the requester may not, because one of those that were not read may be
// from the requester.
const (
	maxHeld = 200 // ten times what may be in force to one person, see [MaxOpen]
	maxHops = 10
)

// chain makes the signer of a person: it finds the delegations to them, those to their delegators,
// and so on, up to some delegations and hops. to returns those to some people, by any account with
// their verified addresses.
func chain(
	p callbacks.Person, held, hops int, to func([]callbacks.Person) ([]callbacks.Delegation, error),
) (callbacks.Signer, error) {
	s := callbacks.Signer{Person: p}
	people, known := map[string]bool{p.ID: true}, make(map[string]bool)
	next := []callbacks.Person{p}
	for hop := 0; len(next) > 0 && hop < hops && len(s.Delegations) <= held; hop++ {
		found, err := to(next)
		if err != nil {
			return s, err
		}
		next = nil
		for i := range found {
			d := &found[i]
			if !known[d.ID] {
				known[d.ID] = true
				s.Delegations = append(s.Delegations, *d)
			}
			if !people[d.From.ID] {
				people[d.From.ID] = true
				next = append(next, d.From)
			}
		}
	}
	s.MoreDelegations = len(next) > 0 || len(s.Delegations) > held
	return s, nil
}
