package components

import (
	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// StrokesOf returns the state of the two strokes: "0" for nothing yet, "1" signed but not proven,
// "2" accepted by Lambda, "x" a lost race.
func StrokesOf(s callbacks.State) string {
	switch s {
	case callbacks.Decided, callbacks.Undeliverable, callbacks.Unconfirmed:
		return "1"
	case callbacks.Completed:
		return "2"
	case callbacks.Lost:
		return "x"
	case callbacks.Pending, callbacks.TimedOut, callbacks.Closed:
	}
	return "0"
}

// RowStrokes is the state of the strokes of a row: of a callback that waits, they say whether
// somebody has signed, and of one that ended without a decision, that somebody signed in vain.
func RowStrokes(r *desk.Row) string {
	switch {
	case r.Signing.Has == 0 || r.Decision != nil:
		return StrokesOf(r.State)
	case r.State == callbacks.Pending:
		return "1"
	}
	return "x"
}
