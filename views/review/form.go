package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/form"
	"countersign/views"
	"countersign/views/forms"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// formOf is the form of a preview's outcome, as a page draws it. several says that the page has more
// than one.
func formOf(p desk.Preview, several bool) forms.Form {
	f := p.Filling
	drawn := forms.Form{
		Form: f.Form, Filled: f.Filled, Text: f.Text, Proposed: f.Proposed, Changes: f.Changes, Schema: f.Schema,
		Prefix: p.Outcome.Inputs(), Outcome: p.Outcome.Name, AllCovered: f.AllCovered,
	}
	if several {
		drawn.Label = p.Outcome.Label
	}
	return drawn
}

// formsOf are the forms of previews that have one.
func formsOf(previews []desk.Preview) (all []forms.Form) {
	several := 0
	for _, p := range previews {
		if p.Filling != nil {
			several++
		}
	}
	for _, p := range previews {
		if p.Filling != nil {
			all = append(all, formOf(p, several > 1))
		}
	}
	return all
}

// answerForms are the forms that the reader can fill in.
func answerForms(m Review) []forms.Form {
	all := formsOf(offered(m))
	for i := range all {
		f := &all[i]
		f.Callback, f.Brought, f.Action = string(m.Callback.ID), m.Callback.ReceivedAt, decisionPath(m.List, m.Callback.ID)
		f.Reveal = revealAddress(m.List, m.Callback.ID)
		f.Again = m.Draft.Again && m.Void.Outcome == f.Outcome
		f.Told = f.Outcome == m.Draft.Outcome && slices.ContainsFunc(m.Draft.Faults, isFormFault)
	}
	return all
}

// isFormFault reports whether a fault has its place in a form.
func isFormFault(f fault.Fault) bool { return strings.HasPrefix(f.Pointer, callbacks.FieldAnswer) }

// changesOf are the changes of a preview's answer.
func changesOf(p desk.Preview) []form.Change {
	if p.Filling == nil {
		return nil
	}
	return p.Filling.Changes
}

// withChanges says on the armed bar and on the page before the decision how the answer differs:
// "With 2 changes: “Quantity” 40 → 36 pieces, …". It is empty if it does not.
func withChanges(p desk.Preview) string {
	changes := changesOf(p)
	if len(changes) == 0 {
		return ""
	}
	return words.Capital(strings.TrimSpace(words.WithChanges(len(changes)))) + ": " + words.Changes(changes)
}

// anotherProposal says that signatures for another answer do not count for this one. It is empty if
// the answer is the proposed one, or if one signature decides.
func anotherProposal(p desk.Preview) string {
	if len(changesOf(p)) == 0 || p.Tally.Needs < 2 || p.Tally.Has > 0 {
		return ""
	}
	switch n := len(p.Elsewhere); n {
	case 0:
		return "Your changes make another proposal: only signatures for the same answer count for it."
	case 1:
		return "Your changes make another proposal: " + possessive(p.Elsewhere[0].Name) + " signature stays with another answer, and does not count for yours."
	default:
		var names []string
		for _, by := range p.Elsewhere {
			names = append(names, untrusted.Isolate(by.Name))
		}
		return "Your changes make another proposal: the signatures of " + strings.Join(names, ", ") + " stay with other answers, and do not count for yours."
	}
}

// needCorrection says on the bar at rest that the answer was not sent; empty if nothing is wrong.
func needCorrection(m Review) string {
	for _, f := range answerForms(m) {
		if n := len(f.Filled.Faults); f.Told && n > 0 {
			verb := map[bool]string{true: " needs", false: " need"}[n == 1]
			return words.Plural(n, "answer") + verb + " a correction. Rejecting is possible: it does not send the form."
		}
	}
	return ""
}

// othersForm is somebody's answer to a form that the reader can sign too.
type othersForm struct {
	Outcome callbacks.Outcome
	// Input and Value are posted with the button: the name of the answer, because browsers change what is
	// not shown and line ends, or the reader's own as JSON.
	Input, Value string
	Changes      []form.Change
	By           string // empty for the reader's own that does not count any more
	Has          int
	Needs        int
}

func (o othersForm) title() string {
	if o.By == "" {
		return "Your earlier answer does not count any more"
	}
	return fmt.Sprintf("%s answer has %d of %d", possessive(o.By), o.Has, o.Needs)
}

// button names the press that leads to signing the answer, or that puts the reader's own into the form.
func (o othersForm) button() string {
	if o.By == "" {
		return "Put it into the form"
	}
	return "Sign " + possessive(o.By) + " answer…"
}

// press are the attributes of the button.
func (o othersForm) press() templ.Attributes {
	if o.By == "" {
		return templ.Attributes{"name": "form", "value": "form:" + o.Outcome.Inputs()}
	}
	return templ.Attributes{"name": "outcome", "value": o.Outcome.Name}
}

// earlierForm is the answer of the reader's signature that is void, unless their form holds it, or did
// when they opened the page. They have to sign again, and need not fill in everything again. An answer
// with something that is not shown is typed anew.
func earlierForm(m Review, p desk.Preview) (own othersForm, ok bool) {
	void := m.Void
	if void == nil || void.Outcome != p.Outcome.Name || p.Filling.Form.HasSecret || void.Proposal == p.Proposal() || m.Draft.Again {
		return own, false
	}
	answer, err := form.Parse(void.Answer.Document)
	if err != nil {
		return own, false // it was for an outcome without a form
	}
	return othersForm{
		Outcome: p.Outcome, Input: form.JSONName(p.Outcome.Inputs()), Value: void.Answer.Document,
		Changes: p.Filling.Form.Changes(p.Filling.Proposed, answer, void.Answer.Typed),
	}, true
}

// othersForms are the answers to forms that wait for more signatures and are not what the reader's
// form holds, and the reader's own that does not count any more.
func othersForms(m Review, s views.Shell) (all []othersForm) {
	for _, p := range offered(m) {
		if p.Filling == nil {
			continue
		}
		if own, ok := earlierForm(m, p); ok {
			all = append(all, own)
		}
		for _, tally := range standing(m).Tallies {
			mine := func(c callbacks.Counted) bool { return c.Signature.By.ID == s.Viewer.ID }
			if tally.Outcome != p.Outcome.Name || tally.Proposal == p.Proposal() || len(tally.Signed) == 0 || tally.Complete() || slices.ContainsFunc(tally.Signed, mine) {
				continue
			}
			first := tally.Signed[0].Signature
			answer, err := form.Parse(first.Answer.Document)
			if err != nil {
				continue // it was read when it was signed
			}
			all = append(all, othersForm{
				Outcome: p.Outcome, Input: p.Outcome.SignedInput(), Value: m.SignedAs[tally.Proposal],
				Changes: p.Filling.Form.Changes(p.Filling.Proposed, answer, first.Answer.Typed),
				By:      words.Actor(first.By, s.Viewer), Has: tally.Has, Needs: tally.Needs,
			})
		}
	}
	return all
}

// signedChanges are how the answer of a signature differs from what was proposed.
func signedChanges(m Review, given *callbacks.Signature) []form.Change {
	o, ok := m.Callback.Outcome(given.Outcome)
	brought, has := m.Content.Forms[given.Outcome]
	answer, err := form.Parse(given.Answer.Document)
	if !ok || !has || err != nil {
		return nil // it is for an outcome without a form
	}
	filling := brought.Filling(o, nil)
	return filling.Form.Changes(filling.Proposed, answer, given.Answer.Typed)
}

// decidedChanges are how the answer that was decided differs from what was proposed.
func decidedChanges(m Review) []form.Change {
	for _, e := range m.Audit {
		if e.Action == callbacks.ActionDecided {
			return e.Facts.Changes
		}
	}
	return nil
}
