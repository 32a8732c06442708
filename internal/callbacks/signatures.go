package callbacks

import (
	"errors"
	"slices"
	"time"

	"countersign/internal/form"
)

// wait notes what the signatures add up to while others are missing, and since when. Whoever
// withdraws and signs again, or signs for something else, does not begin anew: that would keep the
// callback alive for ever. Only a changed request does. Whoever has withdrawn for good does not count.
func (c *Case) wait() Standing {
	standing := Weigh(c.Requirement, c.Signatures)
	c.WaitingSince = time.Time{}
	waits := func(id string) bool {
		return slices.ContainsFunc(c.Signatures, func(s Signature) bool { return s.By.ID == id && s.Live() })
	}
	first := slices.IndexFunc(c.Signatures, func(s Signature) bool { return (s.Live() || s.End.Lapse != Void) && waits(s.By.ID) })
	if len(standing.Tallies) > 0 {
		c.WaitingSince = c.Signatures[first].At
	}
	return standing
}

// holdSigned keeps the callback alive for a signature that waits, if its queue wants that. If none
// waits any more, only the lease of a review does, which its next renewal prolongs.
func (c *Case) holdSigned(b ReviewLimits, now time.Time) {
	c.HeldUntil = Latest(Earliest(c.HeldUntil, now.Add(ReviewLease)), c.SignedUntil(b))
	c.scheduleHeartbeat(now)
	c.StopHeartbeats(now)
}

// Sign puts a signature on record, if the gate of the case takes it. If the ballot sends, this is
// the last signature, and the caller makes the decision. Otherwise the signature waits for others.
// Its errors are those of [Gate.Sign]. Package desk calls it.
func (c *Case) Sign(gate Gate, p Signer, ballot Ballot, limits ReviewLimits) (*Signature, error) {
	signatures, standing, err := gate.Sign(p, ballot)
	if err != nil {
		return nil, err
	}
	c.Signatures = signatures
	given := &signatures[len(signatures)-1]
	if !ballot.Sends {
		c.recordSigned(given, c.wait(), ballot.Changes, gate.Now)
		c.holdSigned(limits, gate.Now)
		return given, nil
	}
	if c.Requirement.Places() > 1 || c.Requirement.against() > 1 { // else the decision says it all
		c.recordSigned(given, standing, ballot.Changes, gate.Now)
	}
	if standing.Of(given.Proposal).Has < 2 {
		c.WaitingSince = time.Time{} // what waited is no part of what one person decided
	}
	return given, nil
}

// recordSigned adds a signature to the audit, with what the signatures add up to after it.
func (c *Case) recordSigned(given *Signature, standing Standing, changes []form.Change, now time.Time) {
	facts := Facts{Signature: c.brief(given, standing), Changes: audited(changes)}
	c.Audit = append(c.Audit, c.entry(now, given.By, ActionSigned, facts))
}

// ErrWithdrawnAlready means that the same press was recorded before. There is nothing more to do.
var ErrWithdrawnAlready = errors.New("the signature is withdrawn already")

// Withdraw takes back the signature of a person that waits for others, and records why. It returns
// [ErrWithdrawnAlready] if that is done, and [ErrConflict] if nothing of theirs waits. Package desk
// calls it.
func (c *Case) Withdraw(p Person, why string, limits ReviewLimits, now time.Time) error {
	if c.State != Pending {
		return c.WrongState("withdraw a signature of")
	}
	how := SignatureEnd{Lapse: Withdrawn, At: now, Why: why}
	if c.endSignatures(how, p.Actor(), func(s *Signature) bool { return s.By.ID == p.ID }) > 0 {
		c.holdSigned(limits, now)
		return nil
	}
	if last := LastSignature(c.Signatures, p); last != nil && last.End.Lapse == Withdrawn {
		return ErrWithdrawnAlready
	}
	return c.WrongState("withdraw no signature of")
}

// brief returns a signature as the audit keeps it.
func (c *Callback) brief(s *Signature, standing Standing) *Signed {
	tally := standing.Of(s.Proposal)
	kept := &Signed{
		By: s.By.Name, Outcome: s.Outcome, Stance: s.Stance, Rule: s.Rule,
		Has: tally.Has, Needs: tally.Needs,
	}
	if o, ok := c.Outcome(s.Outcome); ok {
		kept.Outcome = o.labelled(s.Answer).Label
	}
	if s.ActingFor != nil {
		kept.ActingFor = s.ActingFor.Name
	}
	return kept
}

// endSignatures ends the live signatures that match, on record.
func (c *Case) endSignatures(how SignatureEnd, by Actor, match func(*Signature) bool) (n int) {
	left, ended := end(c.Signatures, how, match)
	if len(ended) == 0 {
		return 0
	}
	c.Signatures = left
	standing := c.wait()
	action := ActionVoid
	if how.Lapse == Withdrawn {
		action = ActionWithdrawn
	}
	for i := range ended {
		facts := Facts{Signature: c.brief(&ended[i], standing), Reason: how.Why}
		c.Audit = append(c.Audit, c.entry(how.At, by, action, facts))
	}
	return len(ended)
}

// void ends every live signature, because the request is not the one that was signed any more.
func (c *Case) void(why string, now time.Time, by Actor) {
	how := SignatureEnd{Lapse: Void, At: now, Why: why}
	c.endSignatures(how, by, func(*Signature) bool { return true })
}

// LastSignature is the signature that a person gave last; nil if they gave none.
func LastSignature(signatures []Signature, p Person) (last *Signature) {
	for i := range signatures {
		if signatures[i].By.ID == p.ID {
			last = &signatures[i]
		}
	}
	return last
}

// end returns the signatures with an end for the live ones that match, and those that it ended.
func end(signatures []Signature, how SignatureEnd, match func(*Signature) bool) (left, ended []Signature) {
	left = slices.Clone(signatures)
	for i := range left {
		if s := &left[i]; s.Live() && match(s) {
			s.End = &how
			ended = append(ended, *s)
		}
	}
	return left, ended
}
