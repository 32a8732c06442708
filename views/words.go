package views

import (
	"strings"

	"countersign/internal/callbacks"
)

// stateWord is a state as a person reads it.
func stateWord(s callbacks.State) string {
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

// mark is how a state is said in a list: a word with its icon and colour.
type mark struct{ Word, Icon, Tone string }

// markOf is the mark of a row. It names what a reader would act on first.
func markOf(r *callbacks.Row, u urgency) mark {
	word := stateWord(r.State)
	switch r.State {
	case callbacks.Pending:
		switch {
		case u.BeatsFail:
			return mark{"Beats fail", "pulse", "risk"}
		case u.Unattended && u.Tone != toneCalm:
			return mark{"Unattended", "pulse", "risk"}
		case len(r.Reviewers) > 0:
			return mark{"In review", "eye", ""}
		}
		return mark{word, "todo", ""}
	case callbacks.Decided:
		if r.Problem != "" {
			return mark{"Delivery problem", "retry", "problem"}
		}
		return mark{word, "send", "delivering"}
	case callbacks.Completed:
		if r.ExecutionFailed {
			return mark{"Execution failed", "warn", "problem"}
		}
		return mark{word, "check", "delivered"}
	case callbacks.Lost:
		return mark{word, "x", "over"}
	case callbacks.Undeliverable, callbacks.Unconfirmed:
		return mark{word, "warn", "problem"}
	case callbacks.TimedOut:
		return mark{word, "clock", "timedout"}
	case callbacks.Closed:
		return mark{word, "flag", "timedout"}
	}
	return mark{word, "todo", ""}
}

// signature is the state of the two strokes: "0" nothing yet, "1" signed but not proven, "2" Lambda took it, "x" the race
// was lost.
func signature(s callbacks.State) string {
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

// The names of the default outcomes, which have words of their own.
const (
	approve = callbacks.OutcomeApprove
	reject  = callbacks.OutcomeReject
)

// known is the name of a decision's outcome where that is approve or reject as every reviewer knows them. A sender's own outcome
// has no word but its label, whatever its name is.
func known(d *callbacks.Decision) string {
	if d.Ours() {
		return d.Outcome
	}
	return ""
}

// decided is what was done, at the start of a sentence: "Approved", "Rejected", or the label of another outcome.
func decided(d *callbacks.Decision) string {
	switch known(d) {
	case approve:
		return "Approved"
	case reject:
		return "Rejected"
	}
	return "Decided “" + isolated(d.Label) + "”"
}

// decidedVerb is what a person did: "Dana approved this".
func decidedVerb(d *callbacks.Decision) string {
	switch known(d) {
	case approve:
		return "approved"
	case reject:
		return "rejected"
	}
	return "chose “" + isolated(d.Label) + "” for"
}

// decisionNoun is the decision for a known outcome as a thing: "your approval".
func decisionNoun(outcome string) string {
	switch outcome {
	case approve:
		return "approval"
	case reject:
		return "rejection"
	}
	return "decision"
}

// decisionTone colours a decision. Our reject is red, also as a negative success, and so is a failure; only our approve is green.
func decisionTone(d *callbacks.Decision) string {
	switch name := known(d); {
	case name == reject, d.Kind == callbacks.Failure:
		return "rejected"
	case name == approve:
		return "approved"
	}
	return ""
}

// you is a person's name, or "You" for the reader.
func you(a callbacks.Actor, viewer callbacks.Person) string {
	if a.Kind == callbacks.ActorPerson && a.ID == viewer.ID {
		return "You"
	}
	return isolated(a.Name)
}

// youBriefly is a person's first name, or "You" for the reader.
func youBriefly(a callbacks.Actor, viewer callbacks.Person) string {
	a.Name = firstName(a.Name)
	return you(a, viewer)
}

// whose is "your" for the reader, "Dana’s" for others.
func whose(a callbacks.Actor, viewer callbacks.Person) string {
	if a.Kind == callbacks.ActorPerson && a.ID == viewer.ID {
		return "your"
	}
	return isolated(firstName(a.Name)) + "’s"
}

// reviewing says who is here: "You and Dana", "Dana is reviewing".
func reviewing(reviewers []callbacks.Actor, viewer callbacks.Person) string {
	var names []string
	for _, r := range reviewers {
		if r.ID == viewer.ID {
			names = append([]string{"You"}, names...)
		} else {
			names = append(names, isolated(firstName(r.Name)))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		if names[0] == "You" {
			return "You are reviewing"
		}
		return names[0] + " is reviewing"
	case 2, 3:
		return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
	return strings.Join(names[:2], ", ") + " and " + plural(len(names)-2, "other")
}

// answerWords say what Lambda answered to an attempt, to a person who cannot see logs.
func answerWords(a callbacks.Answer) string {
	switch a {
	case callbacks.AnswerAccepted:
		return "accepted"
	case callbacks.AnswerClosed:
		return "the callback is closed"
	case callbacks.AnswerInvalid:
		return "refused as invalid"
	case callbacks.AnswerMaybeClosed:
		return "refused, or the callback is closed"
	case callbacks.AnswerGone:
		return "the callback is not known"
	case callbacks.AnswerDenied:
		return "access denied"
	case callbacks.AnswerThrottled:
		return "throttled"
	case callbacks.AnswerKMS:
		return "the encryption key cannot be used"
	case callbacks.AnswerFault:
		return "an internal Lambda error"
	case callbacks.AnswerNone:
		return "no answer"
	case callbacks.AnswerUnsent:
		return "not reachable"
	case callbacks.AnswerSkew:
		return "the desk’s clock or signature is not accepted"
	case callbacks.AnswerCredentials:
		return "the desk has no valid credentials"
	}
	return string(a)
}

// title is what a callback is called on the page. Unnamed ones keep the words of the execution.
func title(c *callbacks.Callback) string {
	if t := strings.TrimSpace(c.Title); t != "" {
		return t
	}
	if c.Name != "" {
		return "Unnamed callback " + c.Name
	}
	return "Unnamed callback"
}

func unnamed(c *callbacks.Callback) bool { return strings.TrimSpace(c.Title) == "" }

// asker is who asks, as far as the sender said.
func asker(c *callbacks.Callback) string {
	if s := c.Requester.String(); s != "" {
		return s
	}
	return "requester unknown"
}

// scopeName is a list as the navigation calls it.
func scopeName(s callbacks.Scope) string {
	switch s {
	case callbacks.ScopeMine:
		return "Mine"
	case callbacks.ScopeAttention:
		return "Needs attention"
	case callbacks.ScopeHistory:
		return "History"
	case callbacks.ScopeAll:
		return "All callbacks"
	case callbacks.ScopeAvailable:
	}
	return "Available"
}
