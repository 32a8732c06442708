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

// Stance is For, except for a failure and for our own reject, which may be sent as a success.
func (o Outcome) Stance() Stance {
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

// Proposal is the outcome with an answer; the answer of an outcome without a form is empty.
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
	Groups       []string  // those of the person then that the queue or the rule names
	GroupsReadAt time.Time // when the provider last named the groups
	// ActingFor is the person whose right was used; nil if the person signed in their own right.
	ActingFor *Delegator

	// What the gate found when the signature was given: whether the groups that it rests on were
	// groups of the queue, whether the request had been escalated to one of them, and whether the
	// person and everybody they act for are certainly not the requester.
	InQueue, Escalated, NotRequester bool

	Proposal
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

// holder is the key of the person whose right the signature uses.
func (s *Signature) holder() string {
	if s.ActingFor != nil {
		return s.ActingFor.ID
	}
	return s.By.ID
}

// groups are those that the signature rests on.
func (s *Signature) groups() []string {
	if s.ActingFor != nil {
		return s.ActingFor.Groups
	}
	return s.Groups
}

// end returns the signatures with an end for the live ones that match, and their number.
func end(signatures []Signature, how SignatureEnd, match func(*Signature) bool) ([]Signature, int) {
	ended := 0
	left := slices.Clone(signatures)
	for i := range left {
		if s := &left[i]; s.Live() && match(s) {
			s.End = &how
			ended++
		}
	}
	return left, ended
}

// wait notes since when signatures wait for others.
func (c *Case) wait(standing Standing) {
	c.WaitingSince = time.Time{}
	for _, tally := range standing.Tallies {
		if first := tally.Signed[0].At; c.WaitingSince.IsZero() || first.Before(c.WaitingSince) {
			c.WaitingSince = first
		}
	}
}

// signed returns the audit entry of a signature that waits for others.
func (c *Callback) signed(s *Signature, standing Standing) AuditEntry {
	return c.entry(s.At, s.By, ActionSigned, Facts{Signature: c.brief(s, standing)})
}

// brief returns a signature as the audit keeps it.
func (c *Callback) brief(s *Signature, standing Standing) *Signed {
	tally := standing.Of(s.Proposal)
	kept := &Signed{
		By: s.By.Name, Outcome: s.Outcome, Stance: s.Stance, Rule: s.Rule,
		Has: tally.Has, Needs: tally.Needs,
	}
	if o, ok := c.Outcome(s.Outcome); ok {
		kept.Outcome = o.Label
	}
	if s.ActingFor != nil {
		kept.ActingFor = s.ActingFor.Name
	}
	return kept
}
