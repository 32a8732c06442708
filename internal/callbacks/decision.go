package callbacks

import "time"

// MaxCommentRunes bounds a reviewer's comment.
const MaxCommentRunes = 4000

// Decision is who chose which outcome, when, with what comment.
type Decision struct {
	Outcome string // the outcome's name
	Label   string // the outcome's label at that time
	Kind    Kind
	By      Actor
	Comment string
	At      time.Time
	SHA256  string // of the body that goes to Lambda
	Size    int    // of that body, in bytes
}

// Ours reports whether the decision was for an outcome that every reviewer knows, as [Outcome.Ours] has them.
func (d *Decision) Ours() bool {
	return Outcome{Name: d.Outcome, Label: d.Label, Kind: d.Kind}.Ours()
}

// EndedBy says who or what ended a callback.
type EndedBy string

// Who or what ends a callback.
const (
	EndedByUs        EndedBy = "us"        // our decision was accepted
	EndedByOther     EndedBy = "other"     // another client completed it
	EndedByClock     EndedBy = "clock"     // Cause says which
	EndedByExecution EndedBy = "execution" // the execution was stopped or ended around it
	EndedByGone      EndedBy = "gone"      // Lambda does not know it any more
	EndedByUnknown   EndedBy = "unknown"   // Lambda says closed and the history cannot be read
)

// Ending says how a callback ended.
type Ending struct {
	By     EndedBy
	Cause  DeadlineCause // the clock, where By is EndedByClock
	At     time.Time     // as exact as is known: from the history, else when we learnt it
	Kind   Kind          // what another client sent, where the history tells
	Event  int           // number of the history event that shows it, 0 where none was read
	Doubt  Doubt         // of what is unconfirmed: why
	Detail string        // one sentence for people
}
