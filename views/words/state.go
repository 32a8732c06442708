package words

import (
	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// State names a state for a reader.
func State(s callbacks.State) string {
	switch s {
	case callbacks.Pending:
		return "Waiting"
	case callbacks.Decided:
		return "Delivering"
	case callbacks.Completed:
		return "Delivered"
	case callbacks.Lost:
		return "Lost the race"
	case callbacks.Undeliverable:
		return "Undeliverable"
	case callbacks.Unconfirmed:
		return "Unconfirmed"
	case callbacks.TimedOut:
		return "Timed out"
	case callbacks.Closed:
		return "Closed elsewhere"
	}
	return string(s)
}

// Mark shows a state in a list: a word with its icon and colour.
type Mark struct{ Word, Icon, Tone string }

// MarkOf returns the mark of a row. It shows what the reader would act on first.
func MarkOf(r *desk.Row, u Urgency) Mark {
	word := State(r.State)
	switch r.State {
	case callbacks.Pending:
		switch {
		case u.HeartbeatsFail:
			return Mark{"Beats fail", "pulse", "risk"}
		case u.Unattended && u.Tone != ToneCalm:
			return Mark{"Unattended", "pulse", "risk"}
		case r.Signing.Has > 0:
			m, _ := SignedMark(r)
			return Mark{m.Word, "clock", ""}
		case len(r.Reviewers) > 0:
			return Mark{"In review", "eye", ""}
		}
		return Mark{word, "todo", ""}
	case callbacks.Decided:
		if r.Problem != "" {
			return Mark{"Delivery problem", "retry", "problem"}
		}
		return Mark{word, "send", "delivering"}
	case callbacks.Completed:
		if r.ExecutionFailed {
			return Mark{"Execution failed", "warn", "problem"}
		}
		return Mark{word, "check", "delivered"}
	case callbacks.Lost:
		return Mark{word, "x", "over"}
	case callbacks.Undeliverable, callbacks.Unconfirmed:
		return Mark{word, "warn", "problem"}
	case callbacks.TimedOut:
		return Mark{word, "clock", "timedout"}
	case callbacks.Closed:
		return Mark{word, "flag", "timedout"}
	}
	return Mark{word, "todo", ""}
}
