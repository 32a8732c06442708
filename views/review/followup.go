package review

import (
	"fmt"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/words"
)

// afterLine is one line about what happened after the decision: Lead, then Name in bold, then Rest,
// which begins with its own space.
type afterLine struct {
	Icon, Tone       string
	Lead, Name, Rest string
	At               time.Time
	Note             string
}

// followUpOf returns the follow-up of the decision, or nil while it is not known.
func followUpOf(m Review) *callbacks.FollowUp {
	if m.Callback.State != callbacks.Completed || m.Delivery == nil || m.Delivery.FollowUp == nil {
		return nil
	}
	a := m.Delivery.FollowUp
	if a.ReadAt.IsZero() && !a.Status.Ended() {
		return nil
	}
	return a
}

// followUpBadge shows the execution's status as a badge. A failure after a rejection is expected, so
// the badge does not ask for a repair.
func followUpBadge(m Review, a *callbacks.FollowUp) words.Mark {
	word := strings.ToUpper(strings.ReplaceAll(string(a.Status), "_", " "))
	switch {
	case a.Status == callbacks.StatusSucceeded:
		return words.Mark{Word: word, Icon: "check", Tone: "approved"}
	case a.EndedBadly() && m.Callback.ExecutionFailed:
		return words.Mark{Word: word, Icon: "warn", Tone: "problem"}
	case a.EndedBadly():
		return words.Mark{Word: word, Icon: "flag"}
	}
	return words.Mark{Word: word, Icon: "play", Tone: "delivering"}
}

// followUpLines describe a follow-up, oldest event first.
func followUpLines(m Review, a *callbacks.FollowUp) []afterLine {
	var lines []afterLine
	if !a.ResumedAt.IsZero() {
		lines = append(lines, afterLine{Icon: "play", Rest: "Execution resumed", At: a.ResumedAt})
	}
	if a.Skipped {
		lines = append(lines, afterLine{Icon: "list", Rest: "Earlier steps are not shown"})
	}
	for i := range a.Steps {
		lines = append(lines, stepLine(&a.Steps[i], a.Status.Ended()))
	}
	return append(lines, endLine(m, a))
}

// endLine says how the execution ended, or that it is still running.
func endLine(m Review, a *callbacks.FollowUp) afterLine {
	end := afterLine{Icon: "todo", Rest: "The execution is still running"}
	switch {
	case a.Status.Ended():
		end = afterLine{Icon: "check", Tone: "good", Name: "Execution " + followUpBadge(m, a).Word, At: a.EndedAt, Note: errorLine(a)}
		if a.Event > 0 {
			end.Rest = fmt.Sprintf(", event %d", a.Event)
		}
		if a.EndedBadly() {
			end.Icon, end.Tone = "flag", ""
		}
		if m.Callback.ExecutionFailed {
			end.Icon, end.Tone = "x", "bad"
		}
	case m.Delivery.DueAt.IsZero():
		end.Rest, end.At = "The execution was still running when Countersign last looked", a.ReadAt
	case len(a.Steps) == 0 && a.ResumedAt.IsZero():
		end.Rest = "The execution has not gone on yet"
	}
	return end
}

// stepNouns are the words for kinds of operations that stand before their names.
var stepNouns = map[callbacks.OperationKind]string{
	callbacks.OperationStep: "Step", callbacks.OperationWait: "Wait", callbacks.OperationCallback: "Callback",
	callbacks.OperationInvoke: "Invocation", callbacks.OperationContext: "Part",
}

// stepLine describes one operation. over says that the execution has ended, so that an open
// operation will never end.
func stepLine(s *callbacks.FollowUpStep, over bool) afterLine {
	line := afterLine{Icon: "todo", Lead: stepNouns[s.Kind], Name: s.Name, At: s.At, Note: s.Note}
	switch s.Status {
	case callbacks.StatusSucceeded:
		line.Icon, line.Tone, line.Rest = "check", "good", " succeeded"+within(s, "in")
		if s.Kind == callbacks.OperationWait {
			line.Rest = " ended" + within(s, "after")
		}
		if s.Note != "" {
			line.Note = "Result: " + s.Note
		}
	case callbacks.StatusFailed:
		line.Icon, line.Tone, line.Rest = "x", "bad", " failed"+within(s, "after")
	case callbacks.StatusTimedOut:
		line.Icon, line.Tone, line.Rest = "clock", "bad", " timed out"+within(s, "after")
	case callbacks.StatusStopped:
		line.Icon, line.Tone, line.Rest = "x", "bad", " was stopped"+within(s, "after")
	case callbacks.StatusCancelled:
		line.Icon, line.Rest = "x", " was cancelled"+within(s, "after")
	case callbacks.StatusRetrying:
		line.Icon, line.Rest = "retry", " did not succeed yet and is tried again"
	case callbacks.StatusRunning:
		line.Rest = " is under way"
	}
	if over && !s.Status.Ended() {
		line.Rest = " had not ended"
	}
	return line
}

// within says how long an operation took: " in 1.2 s". It is empty if that is not known.
func within(s *callbacks.FollowUpStep, preposition string) string {
	if s.Took <= 0 {
		return ""
	}
	return " " + preposition + " " + words.Gap(s.Took)
}

// errorLine returns the error of an execution in one line; it is empty if there is none.
func errorLine(a *callbacks.FollowUp) string {
	parts := []string{a.Error.ErrorType, a.Error.ErrorMessage}
	if parts[0] == "" || parts[1] == "" {
		return parts[0] + parts[1]
	}
	return strings.Join(parts, ": ")
}

// afterVerb says how an execution ended: "the execution failed".
func afterVerb(s callbacks.OperationStatus) string {
	switch s {
	case callbacks.StatusTimedOut:
		return "timed out"
	case callbacks.StatusStopped:
		return "was stopped"
	case callbacks.StatusFailed, callbacks.StatusSucceeded, callbacks.StatusRunning, callbacks.StatusRetrying, callbacks.StatusCancelled:
	}
	return "failed"
}

// afterwards adds the follow-up to the verdict on a completed decision.
func afterwards(v verdict, m Review, s views.Shell) verdict {
	a, c := followUpOf(m), &m.Callback
	switch {
	case a == nil || !a.Status.Ended():
	case a.Status == callbacks.StatusSucceeded:
		v.Text += " The execution went on and finished."
	case !c.ExecutionFailed:
		v.Text += " The execution then " + afterVerb(a.Status) + "."
	default:
		v.Title = fmt.Sprintf("%s, but the execution %s %s later", decidedBy(c.Decision, s.Viewer), afterVerb(a.Status), words.Gap(max(a.EndedAt.Sub(c.Ending.At), 0)))
		if why := errorLine(a); why != "" {
			v.Title += ": " + shortened(why)
		}
		v.Title = strings.TrimSuffix(v.Title, ".") + "."
		v.Text += " Lambda took the decision; what went wrong came after it."
		v.Tone = "prob"
	}
	return v
}

// shortened cuts a text so that it fits a heading.
func shortened(text string) string {
	const longest = 120
	runes := []rune(text)
	if len(runes) <= longest {
		return text
	}
	return strings.TrimSpace(string(runes[:longest])) + "…"
}
