package callbacks

import (
	"reflect"
	"slices"
	"time"
)

// Binding returns what binds a callback from now on.
type Binding func(c *Callback, content *Content) Requirement

// Bind returns what the queue asks of a callback that arrives in it, from now on: the terms of the
// first rule whose condition holds. A condition that cannot be evaluated ends the search: nobody
// knows whether a stricter rule would have applied, so no later rule is tried. A queue without
// rules asks for [OneSignature].
func (q Queue) Bind(c *Callback, content *Content) Requirement {
	r := q.choose(c, content)
	if q.FourEyes && !r.ExcludesRequester() {
		r.Exclude = []Exclusion{ExcludeRequester}
	}
	r.GroupsNotOlderThan = q.GroupsNotOlderThan
	return r
}

// Bind is a [Binding] by the queue that the callback is in. One whose queue is not configured any
// more keeps what binds it.
func (q Queues) Bind(c *Callback, content *Content) Requirement {
	queue, configured := q[c.Queue]
	if !configured {
		return c.Requirement
	}
	return queue.Bind(c, content)
}

// Rebound is a change of what binds a callback: more became known of the request, or an admin
// applied the present policy.
type Rebound struct {
	From, To Requirement
}

// rebind binds the callback by a requirement that was found once more was known of its request, and
// returns what changed, or nil. It never loosens what a rule had asked for: a sender could
// otherwise choose a weaker rule by leaving something out. A rule that applied only because no
// condition had decided gives way to one whose condition holds.
func (c *Callback) rebind(r Requirement) *Rebound {
	stood := c.Requirement
	undecided := stood.Basis == BasisOtherwise || stood.Basis == BasisFault
	free := reflect.DeepEqual(stood, OneSignature) || undecided && r.Basis == BasisCondition
	if !free && !r.Covers(stood.Terms) {
		stricter := r.Terms.tightened(stood.Terms)
		r = stood
		r.Terms, r.Basis, r.Fault = stricter, BasisStood, ""
	}
	c.Requirement = r
	if r.same(stood) {
		return nil
	}
	c.EscalatedAt = time.Time{}
	return &Rebound{From: stood, To: r}
}

// same reports whether two requirements ask the same by the same rule, whatever version and
// condition led to it.
func (r Requirement) same(other Requirement) bool {
	return r.Rule == other.Rule && reflect.DeepEqual(r.Terms, other.Terms)
}

// ApplyPolicy replaces the requirement of a callback, for a reason. The change must ask for the
// signatures. Package desk calls it.
func (c *Case) ApplyPolicy(r Requirement, reason string, limits ReviewLimits, now time.Time, by Actor) {
	entry := c.entry(now, by, ActionPolicyApplied, Facts{
		Policy: &Rebound{From: c.Requirement, To: r}, Reason: reason,
	})
	c.Requirement, c.EscalatedAt = r, time.Time{}
	c.Audit = append(c.Audit, entry)
	c.voidUnfit("An admin applied another rule", now, by)
	c.holdSigned(limits, now)
}

// voidUnfit ends the signatures that do not fit what binds the callback now, have a place in it only by
// an escalation that is not due yet, or lack the comment that it asks for; what happened says why it
// binds. If the others would decide, it ends the last of them too: a decision is made by the signature
// of somebody who saw what is sent, never by a policy.
func (c *Case) voidUnfit(happened string, now time.Time, by Actor) {
	how, r := SignatureEnd{Lapse: Void, At: now, Why: happened + ", in which this signature has no place."}, c.Requirement
	c.endSignatures(how, by, func(s *Signature) bool { return !r.Fits(s) })
	how.Why = happened + ", which escalates later. Sign again then, or in your own right."
	c.endSignatures(how, by, func(s *Signature) bool {
		own := *s
		own.Escalated = s.Escalated && c.escalated(s.groups(), now)
		return !slices.Equal(r.fits(s), r.fits(&own))
	})
	how.Why = happened + ", which asks for a comment. Sign again with one."
	c.endSignatures(how, by, func(s *Signature) bool { return checkComment(r.NeedsReason(s.Stance), "", s.Comment) != nil })
	how.Why = happened + ", by which this signature decides. Sign again to send."
	for decided := c.wait().Decided; decided != nil; decided = c.wait().Decided {
		last := decided.Signed[len(decided.Signed)-1]
		c.endSignatures(how, by, func(s *Signature) bool { return s.By == last.By })
	}
}

// PresentPolicy returns what the present policy asks of a pending callback, if that is not what
// binds it; else nil.
func (q Queues) PresentPolicy(c *Callback, content *Content) *Requirement {
	queue, configured := q[c.Queue]
	if c.State != Pending || !configured {
		return nil
	}
	present := queue.Bind(c, content)
	if present.same(c.Requirement) {
		return nil
	}
	return &present
}

// SameRequest reports whether a callback is still pending and what it was when a rule was chosen
// for it: nothing that conditions read has changed since, nor what binds it.
func (c *Callback) SameRequest(was *Callback) bool {
	return c.State == Pending && was.State == Pending && c.sameOrigin(was) &&
		reflect.DeepEqual(c.Request, was.Request) && c.Requirement.same(was.Requirement)
}
