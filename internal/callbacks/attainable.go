package callbacks

// Attainable returns what signatures for the request would add up to if everybody of some people
// signed who may: it is complete if they could decide the callback. It looks at people, not at what
// they have signed so far, and takes their groups as fresh, because signing in again reads them.
//
// Delegations do not matter: a delegate signs in the right of a delegator, who could sign as well.
func (g Gate) Attainable(people []Person) Tally {
	g.Signatures = nil
	p := Proposal{Hash: "everybody", Stance: For}
	var given []Signature
	for _, person := range people {
		person.GroupsReadAt = g.Now
		claim, why := g.judge(Signer{Person: person}, p)
		if !why.Can() {
			continue
		}
		given = append(given, claim.signature())
		if n := len(given); n&(n-1) != 0 { // weighs 1, 2, 4, 8 … people: the first few are mostly enough
			continue
		}
		if tally := Weigh(g.requirement(), given).Of(p); tally.Complete() {
			return tally
		}
	}
	return Weigh(g.requirement(), given).Of(p)
}
