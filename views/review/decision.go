package review

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// shown is the outcome whose preview is open first: what was tried before, or the one that most
// will choose.
func shown(m Review) string {
	for _, p := range m.Previews {
		if p.Outcome.Name == m.Draft.Outcome {
			return p.Outcome.Name
		}
	}
	return primary(m.Callback.Outcomes)
}

// primary is the outcome that gets the strong button: approve, or else the first success.
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

// choices are the outcomes in the order of their buttons, the primary one last: it stands at the
// edge.
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

// ways splits the outcomes into those that have a button in the bar and those behind "More ways".
// Up to three have one each; of more, those that have a letter of their own.
func ways(outcomes []callbacks.Outcome) (direct, more []callbacks.Outcome) {
	ordered := choices(outcomes)
	if len(ordered) <= maxButtons {
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

// waysName is what the list of further outcomes is called.
func waysName(direct []callbacks.Outcome) string {
	if len(direct) == 0 {
		return "Ways to decide"
	}
	return "More ways"
}

// chosen is the outcome that the reader chose before, after a refused decision.
func chosen(m Review) string {
	if _, ok := m.Callback.Outcome(m.Draft.Outcome); ok {
		return m.Draft.Outcome
	}
	return ""
}

// buttonClass is how an outcome's button looks. Green and red are for approve and reject as every
// reviewer knows them; a sender's own outcome is neutral, whatever it calls itself.
func buttonClass(o callbacks.Outcome) string {
	if !o.Ours() {
		return ""
	}
	return o.Name
}

// confirmClass is how the button of the second step looks.
func confirmClass(o callbacks.Outcome) string { return cmp.Or(buttonClass(o), "solid") }

// otherKey is the letter that outcomes without one of their own share.
const otherKey = "s"

// buttonKey is the letter of an outcome's button. Outcomes of the sender's own share one.
func buttonKey(o callbacks.Outcome) string {
	switch {
	case o.Ours() && o.Name == callbacks.OutcomeApprove:
		return "a"
	case o.Ours():
		return "r"
	}
	return otherKey
}

// commentHint is the comment rule of every outcome in one line: "optional to approve, required to
// reject".
func commentHint(outcomes []callbacks.Outcome) string {
	by := map[callbacks.CommentRule][]string{}
	for _, o := range outcomes {
		by[o.Comment] = append(by[o.Comment], "“"+untrusted.Isolate(o.Label)+"”")
	}
	if len(by) == 1 {
		for rule := range by {
			return string(rule)
		}
	}
	var hints []string
	for _, rule := range []callbacks.CommentRule{callbacks.CommentOptional, callbacks.CommentRequired, callbacks.CommentNone} {
		if labels := by[rule]; len(labels) > 0 {
			hints = append(hints, ruleWord(rule)+" for "+strings.Join(labels, ", "))
		}
	}
	return strings.Join(hints, "; ")
}

func ruleWord(rule callbacks.CommentRule) string {
	if rule == callbacks.CommentNone {
		return "not sent"
	}
	return string(rule)
}

// takesComment reports whether any outcome does something with a comment.
func takesComment(outcomes []callbacks.Outcome) bool {
	for _, o := range outcomes {
		if o.Comment != callbacks.CommentNone {
			return true
		}
	}
	return false
}

// fault is what is wrong with a field of the draft, empty for nothing.
func (d Draft) fault(field string) string {
	for _, f := range d.Faults {
		if f.Pointer == field {
			return f.Detail
		}
	}
	return ""
}

// otherFaults are the faults of what has no field on the page.
func (d Draft) otherFaults() []string {
	var faults []string
	for _, f := range d.Faults {
		if f.Pointer != "comment" {
			faults = append(faults, f.Detail)
		}
	}
	return faults
}

// decisionPath is where a decision is posted. It remembers the list.
func decisionPath(list views.Address, id callbacks.ID) string {
	return list.With("item", "", "after", "").At(id.Path() + "/decision").String()
}

// confirmNoun is the decision on the second button: "Confirm approval".
func confirmNoun(o callbacks.Outcome) string {
	if o.Ours() {
		return "Confirm " + words.DecisionNoun(o.Name)
	}
	return "Confirm: " + untrusted.Isolate(o.Label)
}

// ask is the question of the second step, about this request and no other: "Approve “Expense
// EXP-2296, $18,420.00”?"
func ask(o callbacks.Outcome, c *callbacks.Callback, payload []byte) string {
	name := untrusted.Isolate(words.Title(c))
	if sum := amount(c, payload); sum != "" {
		name += ", " + sum
	}
	return untrusted.Isolate(o.Label) + " “" + name + "”?"
}

// refusalTitle says whom a refusal concerns: the reader, or everybody.
func refusalTitle(m Review) string {
	var refusal *callbacks.Refusal
	if errors.As(m.Refused, &refusal) && (refusal.Code == "unknown" || refusal.Code == "unannounced") {
		return "Nobody can decide this yet"
	}
	return "You can see this, but not decide it"
}

// refusalText is why the reader may not decide.
func refusalText(m Review) string {
	var refusal *callbacks.Refusal
	if errors.As(m.Refused, &refusal) {
		return refusal.Reason
	}
	return "Someone else must."
}

// lockUnder is the time left under which a decision would arrive too late, so that the page takes
// none.
const lockUnder = 2 * time.Second
