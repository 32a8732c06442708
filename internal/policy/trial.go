package policy

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
)

// Trial is what a request would get under a policy, and who could sign it. Nothing is recorded.
type Trial struct {
	Queue       callbacks.Queue
	Steps       []callbacks.Step
	Requirement callbacks.Requirement
	// Missing says what would be missing if all of them did, Can and Again; empty if nothing would.
	Missing string
	Can     int // how many of People can sign
	Again   int // how many others can once they have signed in again
	People  []Verdict
}

// Verdict says whether a person could sign, test by test, as the gate would.
type Verdict struct {
	Person     callbacks.Person // with the roles of the policy
	LastSeenAt time.Time
	callbacks.Explanation
}

// Try binds a request as if it arrived now, and asks the gate about everybody who was seen, those
// first who can sign. It reports false if the policy has no such queue.
func (p Policy) Try(r Request, e *Evidence) (t Trial, known bool) {
	if t.Queue, known = p.Queues[r.Callback.Queue]; !known {
		return Trial{}, false
	}
	c := r.Callback
	c.State, c.Decision, c.Ending = callbacks.Pending, nil, nil
	t.Steps, t.Requirement = t.Queue.Steps(&c, &r.Content), t.Queue.Bind(&c, &r.Content)
	c.Requirement = t.Requirement
	gate := p.Queues.Gate(&c, nil, e.Now)
	gate.GroupsMaxAge = e.GroupsMaxAge
	proposal := callbacks.Proposal{Stance: callbacks.For}
	var signers []callbacks.Signer
	for _, one := range e.People {
		signer := e.signer(p, one.Person)
		why := gate.Explain(signer, proposal)
		fresh := signer
		fresh.GroupsReadAt = e.Now // signing in again reads them
		switch {
		case why.Can():
			t.Can++
			signers = append(signers, fresh)
		case gate.Explain(fresh, proposal).Can():
			t.Again++
			signers = append(signers, fresh)
		}
		t.People = append(t.People, Verdict{signer.Person, one.LastSeenAt, why})
	}
	t.Missing = missing(gate, signers, proposal)
	slices.SortStableFunc(t.People, func(a, b Verdict) int {
		return cmp.Or(cmp.Compare(rank(b), rank(a)), strings.Compare(a.Person.Actor().Name, b.Person.Actor().Name))
	})
	return t, true
}

// missing says what would be missing if everybody signed who can; it is empty if nothing would. Who
// acts for others comes last, because they can take the places that are left.
func missing(gate callbacks.Gate, signers []callbacks.Signer, p callbacks.Proposal) string {
	slices.SortStableFunc(signers, func(a, b callbacks.Signer) int { return len(a.Delegations) - len(b.Delegations) })
	for _, s := range signers {
		ballot := callbacks.Ballot{Proposal: p, Comment: "Tried.", Sends: gate.Sends(s, p)}
		if signatures, _, err := gate.Sign(s, ballot); err == nil { // an error: others fill their places
			gate.Signatures = signatures
		}
	}
	left := gate.Standing().Of(p)
	return left.Words()
}

// rank is higher for people who are nearer to signing.
func rank(v Verdict) int {
	if v.Can() {
		return math.MaxInt
	}
	return slices.IndexFunc(v.Tests, func(t callbacks.GateTest) bool { return t.Result != callbacks.GatePassed })
}
