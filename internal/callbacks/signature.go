package callbacks

import "time"

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
	return &Signature{By: d.By, Via: ViaWeb, Outcome: d.Outcome, Stance: stance, Comment: d.Comment, At: d.At}
}
