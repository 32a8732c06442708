package callbacks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Via is the way by which a signature came.
type Via string

// ViaWeb is a page: that of one request, or that of many.
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

// Proposal is the outcome with an answer, which a free outcome has, and one with a form.
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
	Answer  Answer // if the outcome is free or has a form
	Comment string
	At      time.Time
	Shown   string // identifies what the person saw; package desk makes it
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
