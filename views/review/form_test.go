package review

import (
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/form"
	"countersign/internal/template"
	"countersign/views"
	"countersign/views/viewstest"
)

const (
	amountSchema   = `{"type":"object","properties":{"amount":{"title":"Amount","type":"integer","minimum":1,"x-unit":"USD"}}}`
	amountProposed = `{"amount":40}`
)

// withForm is an open review whose approval takes an amount, and what was typed for it.
func withForm(t *testing.T, typed string, needs int) (views.Shell, Review) {
	t.Helper()
	s := viewstest.Shell("mine", "/")
	m := Review{Sheet: viewstest.Pending()}
	o := callbacks.Outcome{Name: "approve", Label: "Approve", Kind: callbacks.Success, Form: true, Payload: []byte(template.Answer)}
	m.Callback.Outcomes = []callbacks.Outcome{o}
	brought := callbacks.Form{Schema: amountSchema, Value: amountProposed}
	m.Content.Forms = callbacks.Forms{"approve": brought}
	posted := form.Posted{o.Inputs() + "/amount": {typed}}
	m.Draft.Fields = posted
	m.Previews = viewstest.Previews(m.Callback, "")
	p := &m.Previews[0]
	p.Filling, p.Sends, p.Tally.Needs = brought.Filling(o, posted), needs == 1, needs
	return s, m
}

// TestForm_Changes: the button, the preview and the box beside the form say the changes.
func TestForm_Changes(t *testing.T) {
	t.Parallel()
	s, m := withForm(t, "36", 1)
	page := viewstest.HTML(t, Page(s, m))
	if got := viewstest.Words(page.Find(`[data-bar=rest] button[value=approve] > span`)); got != "Approve with 1 change" {
		t.Errorf("the button says %q", got)
	}
	if got := page.Find(`.wire-panel`).AttrOr("data-changes", ""); got != "With 1 change: “Amount” 40 → 36 USD, 4 fewer" {
		t.Errorf("the armed bar says %q", got)
	}
	if got := viewstest.Words(page.Find(".your-changes .changes")); !strings.HasPrefix(got, "Amount 40 → 36 USD") {
		t.Errorf("the box says %q", got)
	}
	if enter := page.Find("button[form=decide], #decide button").First().AttrOr("value", ""); enter != "show:answer:approve" {
		t.Errorf("Enter in a field presses %q", enter)
	}
	fragment := viewstest.HTML(t, Previewed(m.Callback.ID, m.List, m.Previews, "approve", ""))
	if fragment.Find("answer-form").AttrOr("id", "") != page.Find("answer-form").AttrOr("id", "x") {
		t.Error("the script does not find the form again")
	}
}

// TestForm_Untouched: a form that nobody changed changes no word.
func TestForm_Untouched(t *testing.T) {
	t.Parallel()
	s, m := withForm(t, "40", 1)
	page := viewstest.HTML(t, Page(s, m))
	if got := viewstest.Words(page.Find(`[data-bar=rest] button[value=approve] > span`)); got != "Approve" {
		t.Errorf("the button says %q", got)
	}
	if page.Find(".your-changes:not([hidden])").Length() > 0 {
		t.Error("there are changes")
	}
}

// TestForm_Void: whoever has to sign again gets their earlier answer, unless the form has it
// already.
func TestForm_Void(t *testing.T) {
	t.Parallel()
	void := callbacks.Signature{Answer: callbacks.Answer{Document: `{"amount":31}`}, End: &callbacks.SignatureEnd{Lapse: callbacks.Void, Why: "Another rule."}}
	void.Outcome, void.Hash = "approve", "earlier"
	for name, change := range map[string]func(m *Review, given *callbacks.Signature) (offered bool){
		"Earlier":      func(*Review, *callbacks.Signature) bool { return true },
		"None":         func(m *Review, _ *callbacks.Signature) bool { m.Void = nil; return false },
		"OtherOutcome": func(_ *Review, given *callbacks.Signature) bool { given.Outcome = "reject"; return false },
		"WithoutForm":  func(_ *Review, given *callbacks.Signature) bool { given.Answer.Document = ""; return false },
		"Secret": func(m *Review, _ *callbacks.Signature) bool {
			m.Previews[0].Filling.Form.HasSecret = true
			return false
		},
		"Filled": func(m *Review, _ *callbacks.Signature) bool { m.Draft.Again = true; return false },
		"InTheForm": func(m *Review, given *callbacks.Signature) bool {
			given.Proposal = m.Previews[0].Proposal()
			return false
		},
	} {
		s, m := withForm(t, "36", 2)
		given := void
		m.Void = &given
		offered := change(&m, &given)
		box := viewstest.HTML(t, Page(s, m)).Find("[data-others-answer]")
		if (box.Length() == 1) != offered {
			t.Errorf("%s: %d are offered", name, box.Length())
		}
		if said := viewstest.Words(box); offered && (!strings.Contains(said, "Your earlier answer does not count any more") || !strings.Contains(said, "40 → 31") ||
			box.Find(`input[type="hidden"]`).AttrOr("value", "") != `{"amount":31}`) {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// TestForm_Proposal: where several sign, changes make another proposal, and the page says so first.
func TestForm_Proposal(t *testing.T) {
	t.Parallel()
	s, m := withForm(t, "36", 2)
	for n, want := range []string{
		"only signatures for the same answer count for it", "Priya Raman’s signature stays with another answer", "the signatures of Priya Raman, Dana Fischer stay with other answers",
	} {
		for i := range m.Previews {
			m.Previews[i].Elsewhere = []callbacks.Actor{viewstest.Priya, viewstest.Dana}[:n]
		}
		got := viewstest.Words(viewstest.HTML(t, Page(s, m)).Find("#wire"))
		if !strings.Contains(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(got), "Your changes make another proposal: "+want) {
			t.Errorf("with %d signatures the preview says %q", n, got)
		}
	}
}

// TestForm_Refused: what was sent with a mistake comes back with its errors, and says that
// rejecting is possible.
func TestForm_Refused(t *testing.T) {
	t.Parallel()
	s, m := withForm(t, "many", 1)
	m.Draft.Outcome = "approve"
	m.Draft.Faults = fault.List{{Pointer: callbacks.FieldAnswer + "/amount", Detail: "Amount: a number"}}
	page := viewstest.HTML(t, Page(s, m))
	if got := page.Find("answer-form input[type=text]").AttrOr("value", ""); got != "many" {
		t.Errorf("what was typed became %q", got)
	}
	if page.Find(".errsum:not([hidden])").Length() != 1 || page.Find("#decision .note.over").Length() > 0 {
		t.Error("the error does not stand in the form, or not only there")
	}
	if got := viewstest.Words(page.Find("[data-bar=rest] .state")); !strings.Contains(got, "1 answer needs a correction. Rejecting is possible") {
		t.Errorf("the bar says %q", got)
	}
}

// TestForm_Decided: the record says the changes in the same words.
func TestForm_Decided(t *testing.T) {
	t.Parallel()
	s, m := withForm(t, "36", 1)
	m.Callback.State = callbacks.Completed
	m.Callback.Decision = &callbacks.Decision{Outcome: "approve", Label: "Approve", Kind: callbacks.Success, By: callbacks.Actor{Kind: callbacks.ActorPerson, ID: "x", Name: "Mara"}}
	m.Audit = []callbacks.AuditEntry{{Action: callbacks.ActionDecided, Facts: callbacks.Facts{Changes: m.Previews[0].Filling.Changes}}}
	m.Previews = nil
	page := viewstest.HTML(t, Page(s, m))
	if got := viewstest.Words(page.Find("#decided-changes")); !strings.HasPrefix(got, "1 change to what was proposed Amount 40 → 36 USD") {
		t.Errorf("the record says %q", got)
	}
	if got := viewstest.Words(page.Find("#timeline")); !strings.Contains(got, "“Amount” 40 → 36 USD, 4 fewer") {
		t.Errorf("the timeline says %q", got)
	}
}

// TestForm_Others: somebody's answer is signed by its name: browsers change line ends, and an
// answer that is written has a bound.
func TestForm_Others(t *testing.T) {
	t.Parallel()
	s, m := withForm(t, "40", 2)
	given := viewstest.SignedBy(viewstest.Dana, "finance-approvers", "", 0)
	given.Answer.Document = "{\r\n\"amount\":31}"
	given.Outcome, given.Hash = "approve", "hers"
	m.Callback.Requirement = callbacks.Requirement{Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 2}}}}
	m.Signatures = []callbacks.Signature{given}
	m.Standing = callbacks.Weigh(m.Callback.Requirement, m.Signatures)
	m.SignedAs = map[callbacks.Proposal]string{given.Proposal: "name of hers"}
	box := viewstest.HTML(t, Page(s, m)).Find("[data-others-answer]")
	if input := box.Find("input"); input.AttrOr("name", "") != "answer:approve#signed" || input.AttrOr("value", "") != "name of hers" {
		t.Errorf("it posts %s with %q", input.AttrOr("name", ""), input.AttrOr("value", ""))
	}
	if said := viewstest.Words(box); !strings.Contains(said, "40 → 31") {
		t.Errorf("it says %q", said)
	}
}
