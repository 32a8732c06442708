package callbacks

import (
	"cmp"
	"fmt"
)

// Attainable returns what signatures for the request would add up to if everybody of some people
// signed who may: it is complete if they could decide the callback. It looks at people, not at what
// they have signed so far, and takes their groups as fresh, because signing in again reads them.
//
// Delegations only exclude: a delegate signs in the right of a delegator, who could sign as well.
func (g Gate) Attainable(people []Signer) Tally {
	g.Signatures = nil
	requirement, p := g.Callback.Requirement, Proposal{Hash: "everybody", Stance: For}
	var given []Signature
	// Of members of the same thresholds, as many as there are places are enough. Two accounts with
	// one address are one of them.
	enough, known := make(map[string]int), make(map[string]bool)
	for _, person := range people {
		member := fmt.Sprint(requirement.members(&Signature{
			Groups: person.Groups, InQueue: overlap(g.Queue.Groups, person.Groups),
			Escalated: g.Callback.escalated(person.Groups, g.Now),
		}))
		if enough[member] == requirement.Places() {
			continue
		}
		who := member + cmp.Or(person.VerifiedAddress(), person.ID)
		person.GroupsReadAt = g.Now
		own := claim{Gate: g, signer: person, proposal: p, excluded: g.excluded(person)}
		if known[who] || !own.explain().Can() {
			continue
		}
		enough[member]++
		known[who] = true
		given = append(given, own.signature())
		if tally := Weigh(requirement, given).Of(p); tally.Complete() {
			return tally
		}
	}
	return Weigh(requirement, given).Of(p)
}

// Fills returns by threshold of the requirement whether a person could fill a place of it by signing
// for a proposal now; nil if they could not sign. It takes their groups as fresh, because signing in
// again reads them.
func (g Gate) Fills(s Signer, p Proposal) []bool {
	s.GroupsReadAt = g.Now
	claim, why := g.judge(s, p)
	if !why.Can() {
		return nil
	}
	given := claim.signature()
	return g.Callback.Requirement.members(&given)
}

// Helps reports whether somebody who signed for a proposal now would fill a place that is open, in
// their own right or in that of another. It takes their groups as fresh, as [Gate.Fills] does.
func (g Gate) Helps(s Signer, p Proposal) bool {
	s.GroupsReadAt = g.Now
	claim, why := g.judge(s, p)
	return why.Can() && claim.standing().Of(claim.proposal).Has > g.Standing().Of(claim.proposal).Has
}
