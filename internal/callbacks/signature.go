package callbacks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Via is the way by which a signature came.
type Via string

// ViaWeb is the review page.
const ViaWeb Via = "web"

// Stance says whether an outcome grants what was asked for.
type Stance string

// The stances.
const (
	For     Stance = "for"
	Against Stance = "against"
)

// Stance is what the sender stated, if anything. Else it is For, except for a failure and for our
// own reject, which may be sent as a success.
func (o Outcome) Stance() Stance {
	if o.Stated != "" {
		return o.Stated
	}
	if o.Kind == Failure || o.Name == OutcomeReject && o.Ours() {
		return Against
	}
	return For
}

// Proposal is an outcome with one answer: what a signature is for. Signatures for two proposals
// never add up.
type Proposal struct {
	Hash    string // of the outcome's template and the answer
	Outcome string // the outcome's name
	Kind    Kind
	Stance  Stance
}

// Proposal is the outcome with an answer, which only a free outcome has.
func (o Outcome) Proposal(answer []byte) Proposal {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %q %q %q %q",
		o.Name, o.Label, o.Kind, o.Encoding, o.Payload, o.ErrorType, o.ErrorMessage, o.ErrorData, answer))
	hash := hex.EncodeToString(sum[:])
	return Proposal{Hash: hash, Outcome: o.Name, Kind: o.Kind, Stance: o.Stance()}
}

// Signature is one person's vote for a proposal. It is kept as it was given: later changes of
// names, groups, queues, rules and delegations do not alter it.
type Signature struct {
	By           Actor
	Subject      string    // by which the person's provider knows them
	Email        string    // as the provider gave it
	Address      string    // see [Person.VerifiedAddress]
	Groups       []string  // those of the person then that the queue or the rule names
	GroupsReadAt time.Time // when the provider last named the groups
	// ActingFor is the person whose right was used; nil if the person signed in their own right.
	ActingFor *Delegator

	// What the gate found when the signature was given: whether the groups that it rests on were
	// groups of the queue, whether the request had been escalated to one of them, and whether the
	// person and everybody they act for are certainly not the requester.
	InQueue, Escalated, NotRequester bool

	Proposal
	Answer  Answer // if the outcome is free
	Comment string
	At      time.Time
	Shown   string // identifies what the person saw, as [Preview.Seen] does
	Rule    string // the rule that asked for it
	Via     Via
	// ConfigVersion is the version of the configuration under which it was given.
	ConfigVersion ConfigVersion

	End *SignatureEnd // nil while it counts
}

// Delegator is a person for whom another one signed.
type Delegator struct {
	Delegation string // its key
	ID         string // the person's key
	Address    string // see [Person.VerifiedAddress]
	Name       string
	Groups     []string // as last read, those that the queue or the rule names
	ReadAt     time.Time
}

// Lapse is how a signature ceased to count.
type Lapse string

// The lapses.
const (
	Withdrawn Lapse = "withdrawn" // by its person
	Replaced  Lapse = "replaced"  // by another signature of its person
	Void      Lapse = "void"      // the request changed
)

// SignatureEnd says when and why a signature ceased to count.
type SignatureEnd struct {
	Lapse Lapse
	At    time.Time
	Why   string
}

// Live reports whether the signature has neither been withdrawn nor replaced nor become void.
func (s *Signature) Live() bool { return s.End == nil }

// holder identifies the person whose right the signature uses.
func (s *Signature) holder() identity {
	if s.ActingFor != nil {
		return identity{s.ActingFor.ID, s.ActingFor.Address}
	}
	return s.signer()
}

// signer identifies the person who signed.
func (s *Signature) signer() identity { return identity{s.By.ID, s.Address} }

// groups are those that the signature rests on.
func (s *Signature) groups() []string {
	if s.ActingFor != nil {
		return s.ActingFor.Groups
	}
	return s.Groups
}

// lastOf is the signature that a person gave last; nil if they gave none.
func lastOf(signatures []Signature, p Person) (last *Signature) {
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

// Signed is what the audit keeps of a signature.
type Signed struct {
	By        string // the person's name
	ActingFor string // the name of the person whose right was used; empty for one's own
	Outcome   string // its label
	Stance    Stance
	Rule      string
	// Has is how many signatures counted for the same proposal afterwards, and Needs how many
	// decide.
	Has, Needs int
}

// wait notes what the signatures add up to while others are missing, and since when. Whoever
// withdraws and signs again, or signs for something else, does not begin anew: that would keep the
// callback alive for ever. Only a changed request does.
func (c *Case) wait() Standing {
	standing := Weigh(c.Requirement, c.Signatures)
	c.WaitingSince = time.Time{}
	first := slices.IndexFunc(c.Signatures, func(s Signature) bool { return s.Live() || s.End.Lapse != Void })
	if len(standing.Tallies) > 0 {
		c.WaitingSince = c.Signatures[first].At
	}
	return standing
}

// holdSigned keeps the callback alive for a signature that waits, if its queue wants that. If none
// waits any more, only the lease of a review does, which its next renewal prolongs.
func (c *Case) holdSigned(b ReviewLimits, now time.Time) {
	c.HeldUntil = Latest(Earliest(c.HeldUntil, now.Add(ReviewLease)), c.signedUntil(b))
	c.scheduleHeartbeat(now)
	c.StopHeartbeats(now)
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

// Fate is what became of a signature.
type Fate string

// The fates.
const (
	FateWaiting   Fate = "waiting"  // it waits for others
	FateDecided   Fate = "decided"  // it is one of those that decided
	FateOutvoted  Fate = "outvoted" // another proposal was decided
	FateLate      Fate = "late"     // the callback ended before enough had signed
	FateWithdrawn Fate = Fate(Withdrawn)
	FateReplaced  Fate = Fate(Replaced)
	FateVoid      Fate = Fate(Void)
)

// Fate says what became of one of the sheet's signatures.
func (s *Sheet) Fate(given *Signature) Fate {
	switch {
	case given.End != nil:
		return Fate(given.End.Lapse)
	case s.Callback.State == Pending:
		return FateWaiting
	case s.Callback.Decision == nil:
		return FateLate
	case s.Standing.decides(given.Proposal):
		return FateDecided
	}
	return FateOutvoted
}
