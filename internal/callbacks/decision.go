package callbacks

import (
	"time"
)

// MaxCommentRunes bounds a reviewer's comment.
const MaxCommentRunes = 4000

// Decision says who chose which outcome, when, and with what comment.
type Decision struct {
	Outcome string // the outcome's name
	Label   string // the outcome's label at that time
	Kind    Kind
	By      Actor
	Comment string
	At      time.Time
	SHA256  string // of the body that goes to Lambda
	Size    int    // of that body, in bytes
	// ConfigVersion is the version under whose rules it was made
	ConfigVersion ConfigVersion
}

// ConfigVersion names a version of countersign.yaml: the SHA-256 of the file, in hexadecimal.
type ConfigVersion string

// Short is the beginning of a version, enough for people to compare.
func (v ConfigVersion) Short() string { return string(v[:min(12, len(v))]) }

// Ours reports whether the decision was for an outcome that every reviewer knows (see
// [Outcome.Ours]).
func (d *Decision) Ours() bool {
	return Outcome{Name: d.Outcome, Label: d.Label, Kind: d.Kind}.Ours()
}

// brief returns the decision as the audit keeps it: without its comment; nil if there is none.
func (d *Decision) brief() *Decision {
	if d == nil {
		return nil
	}
	brief := *d
	brief.Comment = ""
	return &brief
}

// LargeForSome reports whether the body is larger than Lambda takes in regions that still have the
// older limit.
func (d *Decision) LargeForSome() bool { return d.Size > OlderMaxCompletionBytes }

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

// Signature is one person's vote for an outcome. It is kept as it was given, with the person's name
// at that time.
type Signature struct {
	By      Actor
	Via     Via
	Outcome string // the outcome's name
	Stance  Stance
	Comment string
	At      time.Time
	// ConfigVersion is the version under whose rules it was given
	ConfigVersion ConfigVersion
}

// Stance is For, except for a failure and for our own reject, which may be sent as a success.
func (o Outcome) Stance() Stance {
	if o.Kind == Failure || o.Name == OutcomeReject && o.Ours() {
		return Against
	}
	return For
}

// signature is the signature that a decision rests on, given on the review page.
func (d *Decision) signature(stance Stance) *Signature {
	return &Signature{
		By: d.By, Via: ViaWeb, Outcome: d.Outcome, Stance: stance, Comment: d.Comment, At: d.At,
		ConfigVersion: d.ConfigVersion,
	}
}

// Requirement is the rule that applied to a callback when it arrived. Later changes of the rule do
// not affect it.
type Requirement struct {
	Rule       string // the rule's name, empty if the queue has none
	Version    string // of the rule
	Signatures int    // how many people have to sign the same proposal
}

// OneSignature is the requirement of a queue without rules: one person who may decide the callback
// signs it.
var OneSignature = Requirement{Signatures: 1}
