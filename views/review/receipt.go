package review

import (
	"fmt"
	"strconv"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/words"
)

// step is a link of the delivery receipt. State is its class: "" for done, or "now", "retry",
// "todo", "lost".
type step struct {
	Name, State, Icon string
	At                time.Time
	When              string // shown instead of At
	Note              string
}

// receiptOf returns the chain of steps from the decision to its proof.
func receiptOf(m Review, s views.Shell) []step {
	c := &m.Callback
	steps := []step{
		{Name: "Recorded", Icon: "check", At: c.Decision.At, Note: recordedNote(m, s.Viewer)},
		deliveringStep(m, s),
		answerStep(m, s),
	}
	if proof, ok := proofStep(m); ok {
		steps = append(steps, proof)
	}
	return steps
}

// recordedNote says whose decision it is: of several people, that of the last to sign.
func recordedNote(m Review, viewer callbacks.Person) string {
	by := words.ByActor(m.Callback.Decision.By, viewer)
	if d := standing(m).Decided; d != nil && d.Has > 1 {
		return fmt.Sprintf("%d signatures, the last by %s", d.Has, by)
	}
	return words.Capital(by) + ", in the audit"
}

func lastAttempt(m Review) (callbacks.Attempt, bool) {
	if m.Delivery == nil || len(m.Delivery.Attempts) == 0 {
		return callbacks.Attempt{}, false
	}
	return m.Delivery.Attempts[len(m.Delivery.Attempts)-1], true
}

func deliveringStep(m Review, s views.Shell) step {
	last, tried := lastAttempt(m)
	switch {
	case m.Callback.State == callbacks.Decided && m.Callback.Problem != "" && m.Delivery != nil:
		retry := step{Name: "Retrying", State: "retry", Icon: "retry", When: fmt.Sprintf("Attempt %d now", m.Delivery.Tries+1)}
		if m.Delivery.DueAt.After(s.Moment.Now) {
			retry.When = fmt.Sprintf("Attempt %d at %s", m.Delivery.Tries+1, s.Moment.Clock(m.Delivery.DueAt))
		}
		retry.Note = words.Plural(m.Delivery.Tries, "attempt") + ", last: " + words.AttemptReply(m.Callback.Problem, s.Viewer)
		return retry
	case !tried:
		return step{Name: "Delivering", State: "now", Icon: "send", When: "Starting"}
	case m.Callback.State == callbacks.Decided:
		return step{Name: "Delivering", State: "now", Icon: "send", At: last.StartedAt, Note: "Attempt " + strconv.Itoa(last.Number)}
	}
	return step{Name: "Delivering", Icon: "check", At: last.StartedAt, Note: "Attempt " + strconv.Itoa(last.Number)}
}

// answerStep says how Lambda answered the last attempt.
func answerStep(m Review, s views.Shell) step {
	last, tried := lastAttempt(m)
	if m.Callback.State == callbacks.Decided || !tried {
		return step{Name: "Accepted by Lambda", State: "todo", Icon: "todo", Note: "waiting"}
	}
	said := step{Name: "Accepted by Lambda", Icon: "check", At: last.EndedAt, Note: answerNote(last, s.Viewer)}
	switch a := last.Reply; {
	case a == replies.Accepted:
	case m.Callback.State == callbacks.Completed, m.Callback.State == callbacks.Unconfirmed, a.Doubtful():
		said.Name, said.State, said.Icon = "No clear answer", "retry", "retry"
	case a == replies.Invalid, a.MaybeClosed():
		said.Name, said.State, said.Icon = "Refused by Lambda", "lost", "x"
	default: // Lambda did not judge the decision: throttled, denied, or not reached
		said.Name, said.State, said.Icon = "Not taken by Lambda", "lost", "x"
	}
	return said
}

func answerNote(a callbacks.Attempt, viewer callbacks.Person) string {
	if a.Status == 0 || a.Reply.NeedsOperator() && !viewer.Roles.Admin {
		return words.Capital(words.AnswerFor(a.Reply, viewer))
	}
	note := "HTTP " + strconv.Itoa(a.Status)
	switch {
	case a.Code != "":
		note += ", " + a.Code
	case !a.EndedAt.IsZero():
		note += fmt.Sprintf(", %d ms", a.EndedAt.Sub(a.StartedAt).Milliseconds())
	}
	return note
}

// proofStep says what the execution's history or a clock shows beyond Lambda's answer. ok is false
// if nothing is known.
func proofStep(m Review) (step, bool) {
	c := &m.Callback
	switch {
	case seenInHistory(m):
		return step{Name: "Seen in history", Icon: "check", At: c.Ending.At, Note: seenNote(m)}, true
	case c.State == callbacks.Decided && c.ExecutionARN != "":
		return step{Name: "Seen in history", State: "todo", Icon: "todo", Note: "waiting"}, true
	case c.State == callbacks.Completed && m.Delivery != nil && !m.Delivery.DueAt.IsZero():
		return step{Name: "Seen in history", State: "now", Icon: "todo", Note: "reading the history"}, true
	case c.State == callbacks.Completed:
		return step{Name: "Not seen in history", State: "todo", Icon: "todo", Note: "the history could not tell"}, true
	case c.State == callbacks.Unconfirmed:
		return step{Name: "Not seen in history", State: "retry", Icon: "todo", Note: doubtNote(c)}, true
	case c.State == callbacks.Lost && c.Ending != nil && c.Ending.By != callbacks.EndedByUnknown:
		return step{Name: words.Capital(words.EndedBy(c.Ending)), State: "lost", Icon: "flag", At: c.Ending.At, Note: eventNote(c.Ending)}, true
	}
	return step{}, false
}

// seenNote names the event that shows the decision. Its time is Lambda's, which may be earlier than
// the time at which our clock says that the answer came: the note then says whose it is.
func seenNote(m Review) string {
	note := eventNote(m.Callback.Ending)
	if last, tried := lastAttempt(m); tried && m.Callback.Ending.At.Before(last.EndedAt) {
		note += ", by Lambda’s clock"
	}
	return note
}

// eventNote names the event in the history that shows an end; it is empty if there is none.
func eventNote(e *callbacks.Ending) string {
	if e.Event == 0 {
		return ""
	}
	return "Event " + strconv.Itoa(e.Event)
}

// race is a lost race in which both times are known.
type race struct {
	First, Second string
	FirstAt       time.Time
	SecondAt      time.Time
}

// raceOf returns the race that a decision lost. ok is false if it lost none, or if the other side's
// time is unknown.
func raceOf(c *callbacks.Callback, viewer callbacks.Person) (r race, ok bool) {
	if c.State != callbacks.Lost || c.Ending == nil || c.Ending.By == callbacks.EndedByUnknown || c.Ending.By == callbacks.EndedByGone {
		return race{}, false
	}
	winner, loser := words.Capital(words.EndedBy(c.Ending)), words.Capital(words.Possessive(c.Decision.By, viewer))+" "+words.DecisionNoun(words.KnownOutcome(c.Decision))
	if c.Ending.At.After(c.Decision.At) {
		return race{First: loser, Second: winner, FirstAt: c.Decision.At, SecondAt: c.Ending.At}, true
	}
	return race{First: winner, Second: loser, FirstAt: c.Ending.At, SecondAt: c.Decision.At}, true
}

// attemptsShown returns as many of the latest attempts as fit under a receipt.
func attemptsShown(m Review) []callbacks.Attempt {
	const most = 5
	if m.Delivery == nil || len(m.Delivery.Attempts) < 2 {
		return nil
	}
	return m.Delivery.Attempts[max(len(m.Delivery.Attempts)-most, 0):]
}

// took says how long it took until the decision was accepted; it is empty if it was not.
func took(m Review) string {
	last, tried := lastAttempt(m)
	if m.Callback.State != callbacks.Completed || !tried || last.Reply != replies.Accepted {
		return ""
	}
	return words.Gap(last.EndedAt.Sub(m.Callback.Decision.At)) + " from the click to Lambda"
}

// mayRetry reports whether the reader may have the decision sent again.
func mayRetry(m Review, viewer callbacks.Person) bool {
	if !viewer.Roles.Admin {
		return false
	}
	return m.Callback.State.NeedsOperator() || m.Callback.State == callbacks.Decided && m.Callback.Problem != ""
}

func retryLabel(s callbacks.State) string {
	if s == callbacks.Decided {
		return "Try now"
	}
	return "Send again"
}

// receiptMark shows the state of the delivery as a badge.
func receiptMark(m Review) words.Mark {
	row := desk.Row{Callback: m.Callback}
	row.ExecutionFailed = false // the badge is about the delivery, which succeeded
	return words.MarkOf(&row, words.Urgency{})
}

// heldWords says how many callbacks were skipped.
func heldWords(n int) string {
	if n == 1 {
		return "Skipped 1 that ends sooner: somebody else reviews it."
	}
	return fmt.Sprintf("Skipped %d that end sooner: others review them.", n)
}

// signedOnPaper says who gave a signature, for what, and when.
func signedOnPaper(m words.Moment, given callbacks.Signature) string {
	says := given.By.Name + " (" + given.By.ID + ")"
	if given.ActingFor != nil {
		says += ", for " + given.ActingFor.Name
	}
	says += ", “" + given.Outcome + "”, " + m.Full(given.At)
	if !given.Live() {
		says += ", no longer counts"
	}
	return says
}
