package callbacks

import (
	"slices"
	"time"
)

// DefaultQueue receives callbacks whose request names no queue.
const DefaultQueue = "default"

// Queue says who may see the callbacks that are routed to it, and who must sign them.
type Queue struct {
	Name      string
	Groups    []string  // their members see and decide it
	KeepAlive KeepAlive // used if a request does not say
	// KeepAliveMax is how long signatures that wait for others keep a callback alive, from the
	// first; 0 for as long as a review may.
	KeepAliveMax time.Duration
	// RejectAs is the kind of the default reject outcome: Failure unless the queue wants a negative
	// success.
	RejectAs Kind
	Free     Free // which callbacks take an answer that the reviewer writes
	// Masked are JSON pointers to the values of a payload that people see only once they reveal
	// them.
	Masked []string

	// The first of the rules whose condition holds binds a request. Otherwise names the rule of
	// requests for which no condition holds or one cannot be evaluated; if it names none, they get
	// the first. Version is that of the rules.
	Rules     []Rule
	Otherwise string
	Version   ConfigVersion
	// FourEyes adds to what binds a request that requesters may not decide their own, and that nobody
	// may decide one whose requester is unknown. As every term, it binds on arrival.
	FourEyes bool
	// GroupsNotOlderThan is the greatest age of the groups that a signature rests on; 0 for no
	// limit.
	GroupsNotOlderThan time.Duration
}

// Queues are the configured queues by name.
type Queues map[string]Queue

// Visible returns the names of the queues that a person may see now, in their own right or in that
// of a delegator, sorted; all is true if they may see every queue.
func (q Queues) Visible(s Signer, now time.Time) (names []string, all bool) {
	if s.Roles.SeesAll() {
		return nil, true
	}
	for name := range q {
		if q.MaySee(s, name, now) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, false
}

// MaySee reports whether a person may know of callbacks in the queue now. Only admins and auditors
// see a queue that is no longer configured, so that nothing in it is forgotten.
func (q Queues) MaySee(s Signer, queue string, now time.Time) bool {
	if s.Roles.SeesAll() || s.Roles.Reviewer && s.InGroup(q[queue].Groups) {
		return true
	}
	return slices.ContainsFunc(s.Delegations, func(d Delegation) bool {
		return q.lends(&d, s.Person, queue, now)
	})
}

// Sees reports whether a person may know of a callback: they may see its queue, or it was escalated
// to a group of theirs.
func (q Queues) Sees(s Signer, c *Callback, now time.Time) bool {
	return q.MaySee(s, c.Queue, now) || s.Roles.signs() && c.escalated(s.Groups, now)
}

// Limits are those of reviews and signatures of a queue; b are those of every queue.
func (q Queues) Limits(queue string, b ReviewLimits) ReviewLimits {
	b.Signed = q[queue].KeepAliveMax
	return b
}

// Gate is the gate of a callback with its signatures.
func (q Queues) Gate(c *Callback, signatures []Signature, now time.Time) Gate {
	return Gate{Callback: c, Queue: q[c.Queue], Signatures: signatures, Now: now}
}

// comparedWithRequester returns nil only for people who are certainly not the requester of a
// callback. For others it says why they, or nobody, can be told from the requester.
func comparedWithRequester(p Person, c *Callback) *Refusal {
	second := "Queue " + c.Queue + " requires a second person"
	switch r := c.Requester; {
	case c.Found() && r == Requester{}:
		return &Refusal{Code: CodeUnannounced, Reason: second + ", and nobody has announced this callback: who asks for it is not known. " +
			"It can be decided once its function announces it, or once an admin says on this page who asks."}
	case !r.comparable():
		return &Refusal{Code: CodeUnknownRequester, Reason: second + ", and this request does not say who asks so that it can be compared with whoever decides. " +
			"It can be decided once an admin says on this page who asks."}
	case p.Is(r):
		return &Refusal{Code: CodeRequester, Reason: second + ": you made this request, so someone else must decide it."}
	case p.stated(r):
		return &Refusal{Code: CodeStated, Reason: second + ": you said who asks for this, so someone else must decide it."}
	case r.ID == "" && p.VerifiedAddress() == "":
		return &Refusal{Code: CodeUnverified, Reason: second + ", and your sign-in brought no verified e-mail address, so nobody can tell that this request is not yours. " +
			"Sign out and in again; if this stays, ask whoever runs sign-in here to verify your address."}
	}
	return nil
}

// stated reports whether the person, by any account, named the requester. A statement made by a
// version that knew people by their subject alone holds only the subject: every person with that
// subject counts as its author.
func (p Person) stated(r Requester) bool {
	by := identity{r.StatedBy, r.StatedByAddress}
	return r.StatedBy != "" && (r.StatedBy == p.Subject || p.identity().is(by))
}

// WantsRequester reports whether an admin may name the requester: the requester may not sign, and
// the sender did not name them in a form that can be compared.
func (c *Callback) WantsRequester() bool {
	return c.Requirement.ExcludesRequester() && c.requesterOpen()
}
