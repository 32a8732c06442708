package wording

import (
	"fmt"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// Count says how many signatures a callback has: "1 of 2 signed".
func Count(i notice.Item) string {
	return fmt.Sprintf("%d of %d signed", signedFor(i), max(i.Required, 1))
}

// signedFor counts the signatures for what is asked.
func signedFor(i notice.Item) int {
	n := 0
	for _, s := range i.Signed {
		if !s.Against {
			n++
		}
	}
	return n
}

// Signed says who signed: "1 of 2 signed: Priya Raman." Signatures against are said apart.
func Signed(i notice.Item) string {
	var signed, against []string
	for _, s := range i.Signed {
		if s.Against {
			against = append(against, Signer(s))
		} else {
			signed = append(signed, Signer(s))
		}
	}
	text := Count(i)
	if len(signed) > 0 {
		text += ": " + strings.Join(signed, ", ")
	}
	if len(against) > 0 {
		text += ". Against it: " + strings.Join(against, ", ")
	}
	return text + "."
}

// Missing says which signatures a callback still needs: "1 more from controllers." It is empty if
// none is missing.
func Missing(i notice.Item) string {
	var places []string
	for _, p := range i.Missing {
		place := fmt.Sprintf("%d more", p.Count)
		if len(p.Groups) > 0 {
			place += " from " + Line(strings.Join(p.Groups, " or "))
		}
		places = append(places, place)
	}
	if len(places) == 0 {
		return ""
	}
	return strings.Join(places, " and ") + "."
}

// Over says how a callback that is not pending any more was decided or ended: "Approved 13:52 by
// Mara Okafor, second of 2." It is empty while the callback is pending.
func Over(i notice.Item, m *notice.Message) string {
	switch {
	case !i.DecidedAt.IsZero():
		return sentences(decided(i, m), arrived(i), execution(i))
	case i.State != callbacks.Pending:
		return ended(i, m)
	}
	return ""
}

// decided says who decided what, and when.
func decided(i notice.Item, m *notice.Message) string {
	text := Decision(i) + " " + Clock(i.DecidedAt, m.At, m.Zone)
	if len(i.Signed) == 0 {
		return text + "."
	}
	text += " by " + Signer(i.Signed[len(i.Signed)-1])
	if n := len(i.Signed); n > 1 {
		text += fmt.Sprintf(", the last of %d", n)
	}
	return text + "."
}

// Decision says what was done: "Approved", "Rejected", or "Decided “Hold”".
func Decision(i notice.Item) string {
	switch i.Outcome {
	case "Approve":
		return "Approved"
	case "Reject":
		return "Rejected"
	}
	return "Decided “" + Line(i.Outcome) + "”"
}

// arrived says what became of a decision that did not simply arrive.
func arrived(i notice.Item) string {
	switch i.State {
	case callbacks.Lost:
		return "It came too late: the callback had ended already."
	case callbacks.Undeliverable:
		return "Lambda did not take it."
	case callbacks.Unconfirmed:
		return "Nobody can tell whether it arrived."
	case callbacks.Pending, callbacks.Decided, callbacks.Completed, callbacks.TimedOut, callbacks.Closed:
	}
	return ""
}

// execution says how the execution ended, if that is no success.
func execution(i notice.Item) string {
	switch i.Execution {
	case callbacks.StatusFailed:
		return "The execution failed afterwards."
	case callbacks.StatusTimedOut:
		return "The execution timed out afterwards."
	case callbacks.StatusStopped, callbacks.StatusCancelled:
		return "The execution was stopped afterwards."
	case callbacks.StatusRunning, callbacks.StatusRetrying, callbacks.StatusSucceeded:
	}
	return ""
}

// ended says how a callback ended without a decision of ours.
func ended(i notice.Item, m *notice.Message) string {
	text := "Ended"
	switch i.EndedBy {
	case callbacks.EndedByClock:
		text = "Timed out"
	case callbacks.EndedByOther:
		text = "Another client completed it"
	case callbacks.EndedByExecution:
		text = "The execution ended without it"
	case callbacks.EndedByGone:
		text = "Lambda no longer knows it"
	case callbacks.EndedByUs, callbacks.EndedByUnknown:
	}
	if !i.EndedAt.IsZero() {
		text += ", " + Clock(i.EndedAt, m.At, m.Zone)
	}
	if n := signedFor(i); n > 0 && i.Required > 1 {
		text += fmt.Sprintf(". %d of %d signed, too late", n, i.Required)
	}
	return text + "."
}
