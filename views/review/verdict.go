package review

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/words"
)

// mendingDelivery tells an admin what prevents a decision from being delivered; it is empty if the
// problem passes by itself.
func mendingDelivery(m Review) string {
	var account, key string
	if m.Delivery != nil {
		account = m.Delivery.Lane.Account
		for _, a := range m.Delivery.Attempts { // the latest attempt that names a key
			key = cmp.Or(a.Key, key)
		}
	}
	return words.Remedy(m.Callback.Problem, words.DeliveryPermission(&m.Callback), account, key)
}

// verdict says what became of a callback, in a title of one sentence and a longer text. Tone is the
// class of its seal.
type verdict struct{ Title, Text, Tone string }

// verdictOf returns the verdict on a callback. ok is false while the callback is pending.
func verdictOf(m Review, s views.Shell) (v verdict, ok bool) {
	c := &m.Callback
	switch c.State {
	case callbacks.Pending:
		return verdict{}, false
	case callbacks.Decided:
		return underWay(m, s), true
	case callbacks.Completed:
		return completed(m, s), true
	case callbacks.Lost:
		return lost(m, s), true
	case callbacks.Undeliverable:
		title := ", but Lambda refuses it for good."
		if c.Problem != replies.Invalid {
			title = ", but it could not be delivered in time."
		}
		return verdict{
			decidedBy(c.Decision, s.Viewer) + title,
			ending(c) + lastAnswer(c, s.Viewer) + " The decision is kept. " + operatorHint(s, sentence(mendingDelivery(m))+"An admin can send it again once the cause is fixed."), "prob",
		}, true
	case callbacks.Unconfirmed:
		title := ". It is not known whether Lambda accepted it."
		if c.Ending != nil && c.Ending.Doubt == callbacks.DoubtRefusal {
			title = ". It did not arrive: lost or refused, it is not known which."
		}
		return verdict{
			decidedBy(c.Decision, s.Viewer) + title,
			ending(c) + " " + operatorHint(s, doubtHint(m)), "prob",
		}, true
	case callbacks.TimedOut, callbacks.Closed:
		return undecided(m), true
	}
	return verdict{words.State(c.State) + ".", ending(c), "idle"}, true
}

// undecided is the verdict on a callback that ended without a decision.
func undecided(m Review) verdict {
	c := &m.Callback
	if tally := leading(m); tally.Has > 0 {
		return tooLateVerdict(tally, ending(c))
	}
	if c.State == callbacks.TimedOut {
		return verdict{timedOutTitle(c), ending(c) + " No decision was made. The function continues with its own timeout handling.", "idle"}
	}
	title := "Closed elsewhere."
	if c.Ending != nil && c.Ending.By == callbacks.EndedByUnknown {
		title = "Closed already."
	}
	return verdict{title, ending(c) + " Nothing was sent from here.", "idle"}
}

// tooLateVerdict is the verdict on a callback that ended while signatures were missing. It names
// the groups that did not sign, and no person.
func tooLateVerdict(t callbacks.Tally, ended string) verdict {
	signatures := words.Number(t.Needs-t.Has) + " signatures"
	if t.Needs-t.Has == 1 {
		signatures = "one signature"
	}
	return verdict{
		"Too late by " + signatures + ". Nothing was sent.",
		fmt.Sprintf("%d of %d had signed. Missing: %s. %s", t.Has, t.Needs, missingFrom(t), ended), "lost",
	}
}

// underWay is the verdict on a decision that Lambda has not accepted yet.
func underWay(m Review, s views.Shell) verdict {
	c := &m.Callback
	if c.Problem == "" || m.Delivery == nil {
		return verdict{decidedBy(c.Decision, s.Viewer) + ". On its way to Lambda.", madeBy(c, s) + " It is recorded: you can leave this page.", "sent"}
	}
	title := fmt.Sprintf("%s, not delivered yet. %s attempt", decidedBy(c.Decision, s.Viewer), words.Ordinal(m.Delivery.Tries+1))
	// a time of day, because a remaining time would be wrong a second later
	if m.Delivery.DueAt.After(s.Moment.Now) {
		title += " at " + s.Moment.Clock(m.Delivery.DueAt) + "."
	} else {
		title += " now."
	}
	text := "Lambda did not accept it: " + words.AnswerFor(c.Problem, s.Viewer) + ". Nothing for you to do: Countersign keeps trying"
	if mend := mendingDelivery(m); mend != "" && s.Viewer.Roles.Admin {
		text = "Lambda did not accept it: " + words.Reply(c.Problem) + ". " + mend + " Countersign keeps trying"
	}
	if at, cause := c.Clocks.End(); cause != callbacks.NoDeadline {
		text += " until " + s.Moment.Clock(at)
	}
	if c.Clocks.HeartbeatTimeout > 0 {
		text += " and keeps the heartbeat going"
	}
	return verdict{title, text + ".", "prob"}
}

// completed is the verdict on a decision that Lambda accepted, and on its follow-up. If Lambda's
// answer was lost, the history is the proof.
func completed(m Review, s views.Shell) verdict {
	c := &m.Callback
	proof, text := "Lambda accepted it.", madeBy(c, s)
	if at, cause := c.Clocks.End(); cause != callbacks.NoDeadline && at.After(c.Decision.At) {
		text = madeBySparing(c, s, at.Sub(c.Decision.At))
	}
	switch {
	case matches(m):
		proof = "Lambda’s own history agrees."
	case seenInHistory(m):
		text += " Lambda’s history shows that a client completed the callback, but not with what: the bytes could not be compared."
	}
	tone := words.DecisionTone(c.Decision)
	if tone == "" {
		tone = "sent"
	}
	return afterwards(verdict{decidedBy(c.Decision, s.Viewer) + ". " + proof, text, tone}, m, s)
}

// seenInHistory reports whether the execution's history shows a completed decision.
func seenInHistory(m Review) bool {
	c := &m.Callback
	return c.State == callbacks.Completed && c.Ending != nil && c.Ending.Event > 0
}

// matches reports whether the history was seen to contain exactly the bytes that were sent. The
// receipt shows that, or, if the answer was lost, the check that settled it.
func matches(m Review) bool { return seenInHistory(m) && m.Callback.Ending.Proven }

// answerLost reports whether only the history showed that Lambda accepted the decision. A decision
// whose acceptance Lambda confirmed has a receipt entry in the audit.
func answerLost(m Review) bool {
	return matches(m) && !slices.ContainsFunc(m.Audit, func(e callbacks.AuditEntry) bool {
		return e.Action == callbacks.ActionReceipt
	})
}

// lost is the verdict on a decision that came too late, even if Lambda accepted it.
func lost(m Review, s views.Shell) verdict {
	c := &m.Callback
	title, kept := "Not delivered. ", " The decision is kept in the audit, but Lambda did not take it."
	if last, tried := lastAttempt(m); tried && last.Reply == replies.Accepted {
		title, kept = "Accepted, but without effect. ", " The function goes by that, not by the decision, which is kept in the audit."
	}
	noun := words.Possessive(c.Decision.By, s.Viewer) + " " + words.DecisionNoun(words.KnownOutcome(c.Decision))
	switch e := c.Ending; {
	case e == nil || e.By == callbacks.EndedByUnknown:
		title += "The callback was closed already."
		kept = learnt(e, s) + kept
	case e.By == callbacks.EndedByGone:
		title += "Lambda does not know the callback any more."
		kept = learnt(e, s) + kept
	default:
		title += words.Capital(raceWord(e)) + " " + words.Gap(e.At.Sub(c.Decision.At)) + " " + beforeOrAfter(e, c.Decision) + " " + noun + "."
	}
	return verdict{title, ending(c) + kept, "lost"}
}

// learnt says when Lambda told us of an end about which nothing else is known.
func learnt(e *callbacks.Ending, s views.Shell) string {
	if e == nil || e.At.IsZero() {
		return ""
	}
	return " Lambda said so at " + s.Moment.Clock(e.At) + "."
}

// raceWord names who or what was faster.
func raceWord(e *callbacks.Ending) string {
	switch e.By {
	case callbacks.EndedByClock:
		if e.Cause == callbacks.CauseTimeout || e.Cause == callbacks.NoDeadline {
			return "the callback timed out"
		}
		return "the callback ended by " + string(e.Cause)
	case callbacks.EndedByExecution:
		return "the execution ended"
	case callbacks.EndedByOther:
		return "another client completed the callback"
	case callbacks.EndedByUs, callbacks.EndedByGone, callbacks.EndedByUnknown:
	}
	return "the callback was closed"
}

func beforeOrAfter(e *callbacks.Ending, d *callbacks.Decision) string {
	if e.At.After(d.At) {
		return "after"
	}
	return "before"
}

func timedOutTitle(c *callbacks.Callback) string {
	if c.Ending == nil {
		return "Timed out."
	}
	switch c.Ending.Cause {
	case callbacks.CauseHeartbeat:
		return "Ended by heartbeat."
	case callbacks.CauseExecution:
		return "Ended with the execution."
	case callbacks.CauseTimeout, callbacks.NoDeadline:
	}
	return "Timed out."
}

// ending says how the callback ended.
func ending(c *callbacks.Callback) string { return words.Ending(c.Ending, c.Decision) }

// lastAnswer says how Lambda answered the last attempt to deliver a decision that could not be
// delivered in time.
func lastAnswer(c *callbacks.Callback, viewer callbacks.Person) string {
	switch {
	case c.Problem == replies.Invalid || c.Problem == "":
		return ""
	case c.Problem.NeedsOperator() && !viewer.Roles.Admin:
		return " Lambda did not take it until then, and " + words.AdminTold + " why."
	}
	return " The last answer of Lambda was: " + words.Reply(c.Problem) + "."
}

func madeBy(c *callbacks.Callback, s views.Shell) string {
	return fmt.Sprintf("%s %s this at %s.", words.Actor(c.Decision.By, s.Viewer), words.DecisionVerb(c.Decision), s.Moment.Clock(c.Decision.At))
}

func madeBySparing(c *callbacks.Callback, s views.Shell, spare time.Duration) string {
	return fmt.Sprintf("%s %s this at %s, with %s to spare.", words.Actor(c.Decision.By, s.Viewer), words.DecisionVerb(c.Decision), s.Moment.Clock(c.Decision.At), words.Remaining(spare))
}

// sentence adds a space to a text unless it is empty.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return text + " "
}

// operatorHint tells an admin what to do, and everybody else that an admin has to act.
func operatorHint(s views.Shell, hint string) string {
	if s.Viewer.Roles.Admin {
		return hint
	}
	return "An admin needs to look at this."
}
