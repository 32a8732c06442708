package review

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// shown returns the outcome whose preview is open first: the one that was tried before, or the
// primary one.
func shown(m Review) string {
	if name := chosen(m); name != "" {
		return name
	}
	return primary(offeredOutcomes(m))
}

// primary returns the outcome that gets the strong button: approve, or else the first success.
func primary(outcomes []callbacks.Outcome) string {
	for _, o := range outcomes {
		if o.Name == callbacks.OutcomeApprove {
			return o.Name
		}
	}
	for _, o := range outcomes {
		if o.Kind == callbacks.Success {
			return o.Name
		}
	}
	return ""
}

// choices returns the outcomes in the order of their buttons. The primary one is last, at the edge.
func choices(outcomes []callbacks.Outcome) []callbacks.Outcome {
	strong := primary(outcomes)
	var ordered, last []callbacks.Outcome
	for i := len(outcomes) - 1; i >= 0; i-- {
		if o := outcomes[i]; o.Name == strong {
			last = append(last, o)
		} else {
			ordered = append(ordered, o)
		}
	}
	return append(ordered, last...)
}

// maxButtons is how many buttons fit the bar of a phone.
const maxButtons = 3

// ways splits the outcomes into those with a button in the bar and those behind "More ways". Up to
// three buttons fit; the two free outcomes share one, because one of their boxes is chosen. If there
// are more, only those with a letter of their own have one.
func ways(outcomes []callbacks.Outcome) (direct, more []callbacks.Outcome) {
	ordered := choices(outcomes)
	buttons := len(ordered)
	if slices.ContainsFunc(ordered, callbacks.Outcome.Free) {
		buttons--
	}
	if buttons <= maxButtons {
		return ordered, nil
	}
	for _, o := range ordered {
		if buttonKey(o) != otherKey {
			direct = append(direct, o)
		}
	}
	for _, o := range outcomes {
		if buttonKey(o) == otherKey {
			more = append(more, o)
		}
	}
	return direct, more
}

// waysName is the name of the list of further outcomes.
func waysName(direct []callbacks.Outcome) string {
	if len(direct) == 0 {
		return "Ways to decide"
	}
	return "More ways"
}

// chosen returns the outcome that the reader chose before, after a refused decision.
func chosen(m Review) string {
	for _, p := range offered(m) {
		if p.Outcome.Name == m.Draft.Outcome {
			return p.Outcome.Name
		}
	}
	return ""
}

// buttonClass returns the class of an outcome's button. Only the approve and reject that reviewers
// know are green and red; a sender's own outcome is neutral, whatever its name is.
func buttonClass(o callbacks.Outcome) string {
	if !o.Ours() {
		return ""
	}
	return o.Name
}

// confirmClass returns the class of the button of the second step.
func confirmClass(o callbacks.Outcome) string { return cmp.Or(buttonClass(o), "solid") }

// otherKey is the letter shared by outcomes that have none of their own.
const otherKey = "s"

// buttonKey returns the letter of an outcome's button. The sender's own outcomes share one.
func buttonKey(o callbacks.Outcome) string {
	switch {
	case o.Ours() && o.Name == callbacks.OutcomeApprove:
		return "a"
	case o.Ours():
		return "r"
	}
	return otherKey
}

// commentHint puts the comment rules of all outcomes into one line: "optional to approve, required
// to reject".
func commentHint(m Review) string {
	by := map[string][]string{}
	for _, o := range offeredOutcomes(m) {
		word := commentWord(m, o)
		by[word] = append(by[word], "“"+untrusted.Isolate(o.Label)+"”")
	}
	var hints []string
	for _, word := range []string{commentOptional, commentRequired, commentRecorded, commentNone} {
		switch labels := by[word]; {
		case len(labels) > 0 && len(by) == 1:
			return word
		case len(labels) > 0:
			hints = append(hints, word+" for "+strings.Join(labels, ", "))
		}
	}
	return strings.Join(hints, "; ")
}

// The rules for comments, in words.
const (
	commentOptional = "optional"
	commentRequired = "required"
	commentRecorded = "required, for the record alone"
	commentNone     = "not sent"
)

func commentWord(m Review, o callbacks.Outcome) string {
	switch rule := m.Callback.Requirement.CommentRule(o); {
	case rule == callbacks.CommentNone:
		return commentNone
	case o.Comment == callbacks.CommentNone:
		return commentRecorded
	case rule == callbacks.CommentRequired:
		return commentRequired
	}
	return commentOptional
}

// takesComment reports whether any outcome on the page uses a comment, or the record needs one.
func takesComment(m Review) bool {
	for _, o := range offeredOutcomes(m) {
		if m.Callback.Requirement.CommentRule(o) != callbacks.CommentNone {
			return true
		}
	}
	return false
}

// fault returns what is wrong with a field of the draft; it is empty if nothing is.
func (d Draft) fault(field string) string {
	for _, f := range d.Faults {
		if f.Pointer == field {
			return f.Detail
		}
	}
	return ""
}

// otherFaults returns the faults that belong to no field on the page.
func (d Draft) otherFaults() []string {
	var faults []string
	for _, f := range d.Faults {
		if f.Pointer != "comment" && f.Pointer != "why" && !isAnswerField(f.Pointer) && !isFormFault(f) {
			faults = append(faults, f.Detail)
		}
	}
	return faults
}

// decisionPath returns the path to which a decision is posted. Its query remembers the list, and that
// the callback is open beside it.
func decisionPath(list views.Address, id callbacks.ID) string {
	return list.With("done", "").At(id.Path() + "/decision").String()
}

// revealAddress is where the buttons of a form post that reveal a value.
func revealAddress(list views.Address, id callbacks.ID) string {
	return list.With("item", "", "after", "").At(id.Path() + "/reveal").String()
}

// confirmNoun names the decision on the second button: "Confirm approval".
func confirmNoun(o callbacks.Outcome) string {
	if o.Ours() {
		return "Confirm " + words.DecisionNoun(o.Name)
	}
	return "Confirm: " + untrusted.Isolate(o.Label)
}

// ask returns the question of the second step, which names the request: "Approve “Expense EXP-2296,
// $18,420.00”?"
func ask(o callbacks.Outcome, c *callbacks.Callback, payload []byte) string {
	if o.Free() {
		return askFree(o, c)
	}
	name := untrusted.Isolate(words.Title(c))
	if sum := amount(c, payload); sum != "" {
		name += ", " + sum
	}
	return untrusted.Isolate(o.Label) + " “" + name + "”?"
}

// lockUnder is the time left below which a decision would arrive too late, so the page no longer
// accepts one.
const lockUnder = 2 * time.Second
