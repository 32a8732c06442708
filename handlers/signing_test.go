package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

// require binds a callback to a rule that asks for so many signatures of finance.
func (s *site) require(id callbacks.ID, n int) {
	s.t.Helper()
	_, err := s.store.Change(s.t.Context(), id, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.Requirement = callbacks.Requirement{
			Rule: "large expenses", Basis: callbacks.BasisCondition,
			Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{From: []string{"finance"}, For: n}}, Reason: []callbacks.Stance{callbacks.For}},
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// sign is [browser.choose] with what the bar tells the reader of the press.
func (b *browser) sign(id callbacks.ID, outcome, comment string) url.Values {
	b.t.Helper()
	form := b.choose(id, outcome, comment)
	bar := b.get("/callbacks/" + string(id)).document(b.t).Find("decision-bar")
	form.Set("sends", bar.Find("button[value="+outcome+"]").AttrOr("data-sends", "no such button"))
	return form
}

// TestSignature_WaitsForOthers: the first of two sends nothing and is on the pages at once; the
// second decides.
func TestSignature_WaitsForOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	s.require(id, 2)
	first, second := s.as(rita), s.as(rosa)
	a := first.decide(id, first.sign(id, "approve", "Deposit is in the plan."))
	if a.status != http.StatusSeeOther || slices.Contains(s.audit(id), callbacks.ActionDecided) {
		t.Fatalf("the first signature: %d, %v", a.status, s.audit(id))
	}
	own := first.get(a.header.Get("Location")).document(t)
	if got := own.Find("decision-bar [data-signed]").Text(); !strings.HasPrefix(got, "You signed at ") {
		t.Errorf("who signed reads %q", got)
	}
	if own.Find("button[value=approve]").Length() != 0 || own.Find("details.withdraw").Length() != 1 {
		t.Error("who signed is offered to sign again, or cannot withdraw")
	}
	page := second.get("/callbacks/" + string(id)).document(t)
	if got := page.Find("#signatures .slot.done").Text(); !strings.Contains(got, "Rita") || !strings.Contains(got, "Deposit is in the plan.") {
		t.Errorf("others read %q", got)
	}
	if b := second.decide(id, second.sign(id, "approve", "Fine.")); b.status != http.StatusSeeOther {
		t.Fatalf("the second signature: %d %s", b.status, b.text(t))
	}
	c, err := s.store.Get(t.Context(), id)
	if err != nil || c.State != callbacks.Decided || c.Decision.By.ID != s.id(rosa) {
		t.Errorf("recorded %+v, %v", c, err)
	}
	if got := second.get("/callbacks/" + string(id)).document(t).Find("#signatures [data-sum]").Text(); !strings.Contains(got, "2 of 2") {
		t.Errorf("the record says %q", got)
	}
}

// TestSignature_OtherThanTold: a press that was to wait never sends, and one that was to send never
// waits. It comes back with what it would do now, and keeps the comment.
func TestSignature_OtherThanTold(t *testing.T) {
	t.Parallel()
	for sends, want := range map[string]string{
		"no":  "Others signed meanwhile: yours is now the last signature, and sends this.",
		"yes": "Signatures are missing now that were there before: yours would wait for others.",
	} {
		s := newSite(t)
		id := s.receive(expense()).ID
		s.require(id, 2)
		first, second := s.as(rita), s.as(rosa)
		if sends == "no" {
			first.decide(id, first.sign(id, "approve", "Fine."))
		}
		form := second.choose(id, "approve", "Compared with last year.")
		form.Set("sends", sends)
		a := second.decide(id, form)
		page := a.document(t)
		if a.status != http.StatusOK || !strings.Contains(a.text(t), want) {
			t.Errorf("told %q: %d %s", sends, a.status, a.text(t))
		}
		if got := page.Find("#confirm [name=comment]").AttrOr("value", ""); got != "Compared with last year." {
			t.Errorf("told %q: the comment is %q", sends, got)
		}
		if slices.Contains(s.audit(id), callbacks.ActionDecided) {
			t.Errorf("told %q: the press decided", sends)
		}
	}
}

// TestSignature_WithoutScripts: the second step carries what it told, and its button signs.
func TestSignature_WithoutScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	s.require(id, 2)
	action := b.get("/callbacks/"+string(id)).document(t).Find("form#decide").AttrOr("action", "")
	if a := b.post(action, url.Values{"outcome": {"approve"}}); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text(t), "Approve needs a comment.") {
		t.Errorf("without the reason that the rule asks for: %d", a.status)
	}
	step := b.post(action, url.Values{"outcome": {"approve"}, "comment": {"Fine."}})
	form, values := step.document(t).Find("form#confirm"), url.Values{}
	if got := form.Find("button").First().Text(); !strings.Contains(got, "Confirm signature, 1 of 2") {
		t.Errorf("the button says %q", got)
	}
	for _, field := range form.Find("input[name]").EachIter() {
		values.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	}
	if a := b.post(form.AttrOr("action", ""), values); a.status != http.StatusSeeOther {
		t.Fatalf("second step: %d %s", a.status, a.text(t))
	}
	if got := s.audit(id)[0]; got != callbacks.ActionSigned {
		t.Errorf("recorded %s", got)
	}
	if a := b.post(action, url.Values{"outcome": {"approve"}, "comment": {"Fine."}}); a.status != http.StatusConflict || !strings.Contains(a.text(t), "You have signed this.") {
		t.Errorf("signing again: %d %s", a.status, a.text(t))
	}
}

// TestSignature_PlaceTaken: whoever comes after the last place of their group was filled reads so,
// and their comment is kept.
func TestSignature_PlaceTaken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	_, err := s.store.Change(t.Context(), id, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.Requirement.Signatures = []callbacks.Threshold{{From: []string{"finance"}, For: 1}, {From: []string{"controllers"}, For: 1}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	first, second := s.as(rita), s.as(rosa)
	late := second.sign(id, "approve", "Too slow.")
	first.decide(id, first.sign(id, "approve", ""))
	a := second.decide(id, late)
	if a.status != http.StatusConflict || !strings.Contains(a.text(t), "Every place that you can fill is taken. Missing: 1 more from controllers.") {
		t.Errorf("%d %s", a.status, a.text(t))
	}
	if got := a.document(t).Find("#comment").Text(); got != "Too slow." {
		t.Errorf("the comment is %q", got)
	}
}

// TestWithdrawal: a signature that waits is taken back for a reason, on record, and can be given
// again.
func TestWithdrawal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	s.require(id, 2)
	b.decide(id, b.sign(id, "approve", "Fine."))
	page := b.get("/callbacks/" + string(id) + "?scope=mine").document(t)
	action := page.Find("form#withdraw").AttrOr("action", "")
	if got := page.Find("#withdraw-why").AttrOr("form", "") + " " + page.Find(".withdraw button").AttrOr("form", ""); got != "withdraw withdraw" {
		t.Errorf("the fields belong to %q", got)
	}
	long := strings.Repeat("x", callbacks.MaxReasonRunes+1)
	for why, says := range map[string]string{" ": "Say why: it goes on record.", long: "at most 200 characters"} {
		a := b.post(action, url.Values{"why": {why}})
		open := a.document(t).Find("details.withdraw[open]")
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(open.Find("#withdraw-fault").Text(), says) || open.Find("#withdraw-why").AttrOr("value", "") != why {
			t.Errorf("because %.5q: %d %s", why, a.status, a.text(t))
		}
	}
	if a := b.post(action, url.Values{"why": {"Wrong cost centre."}}); a.status != http.StatusSeeOther || a.header.Get("Location") != "/callbacks/"+string(id)+"?scope=mine" {
		t.Fatalf("%d %s", a.status, a.text(t))
	}
	gone := b.get("/callbacks/" + string(id)).document(t)
	if got := gone.Find("#signatures .slot.gone").Text(); !strings.Contains(got, "Wrong cost centre.") {
		t.Errorf("the line says %q", got)
	}
	if gone.Find("[data-signed], details.withdraw").Length() != 0 || gone.Find("button[value=approve]").AttrOr("data-sends", "") != "no" {
		t.Error("the bar does not offer to sign again")
	}
	if a := b.decide(id, b.sign(id, "approve", "Now it is right.")); a.status != http.StatusSeeOther {
		t.Errorf("signing again: %d %s", a.status, a.text(t))
	}
}

// TestWithdrawal_Escalated: somebody who sees the request by its escalation alone stays on its page.
func TestWithdrawal_Escalated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(otto)
	s.require(id, 2)
	_, err := s.store.Change(t.Context(), id, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.Requirement.Escalate, c.EscalatedAt = &callbacks.Escalation{After: 0.5, To: []string{"security"}}, s.clock.Now()
		return nil
	})
	callbackstest.Must(t, err)
	b.decide(id, b.sign(id, "approve", "Fine."))
	a := b.post("/callbacks/"+string(id)+"/withdrawal", url.Values{"why": {"Wrong cost centre."}})
	if at := a.header.Get("Location"); a.status != http.StatusSeeOther || !strings.HasPrefix(at, "/callbacks/"+string(id)+"?") {
		t.Errorf("%d, to %q", a.status, at)
	}
}

// TestWithdrawal_TooLate: what is decided stays decided, and the page keeps the reason.
func TestWithdrawal_TooLate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, first, second := s.receive(expense()).ID, s.as(rita), s.as(rosa)
	s.require(id, 2)
	first.decide(id, first.sign(id, "approve", "Fine."))
	second.decide(id, second.sign(id, "approve", "Fine."))
	a := first.post("/callbacks/"+string(id)+"/withdrawal", url.Values{"why": {"Wrong cost centre."}})
	if a.status != http.StatusConflict || !strings.Contains(a.text(t), "Wrong cost centre.") {
		t.Errorf("%d %s", a.status, a.text(t))
	}
	if s.audit(id)[0] != callbacks.ActionDecided {
		t.Errorf("recorded %v", s.audit(id))
	}
}

// TestSignature_DeclineAsSuccess: a sender's decline that its function gets as a result is against
// the request, so that one of them ends it. The button says so.
func TestSignature_DeclineAsSuccess(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.visitor().announce("m1", map[string]any{
		"callbackId": "QUJD", "title": "Order 40 chairs", "queue": "finance", "requester": "Ines <ines@example.com>",
		"outcomes": []any{
			map[string]any{"name": "order", "label": "Order", "kind": "success", "payload": true},
			map[string]any{"name": "decline", "label": "Decline", "kind": "success", "stance": "against", "payload": false},
		},
	})
	address, err := url.Parse(a.header.Get("Location"))
	if a.status != http.StatusCreated || err != nil {
		t.Fatalf("%d %s (%v)", a.status, a.body, err)
	}
	id := callbacks.ID(strings.TrimPrefix(address.Path, "/callbacks/"))
	s.require(id, 2)
	b := s.as(rita)
	bar := b.get("/callbacks/" + string(id)).document(t).Find("decision-bar")
	for outcome, want := range map[string]string{"order": "Sign", "decline": "ends it"} {
		if got := bar.Find("button[value=" + outcome + "]").Text(); !strings.Contains(got, want) {
			t.Errorf("the button of %s reads %q, want %q", outcome, got, want)
		}
	}
	if got := b.decide(id, b.sign(id, "decline", "")); got.status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.status, got.text(t))
	}
	if c, err := s.store.Get(t.Context(), id); err != nil || c.State != callbacks.Decided || c.Decision.Outcome != "decline" {
		t.Errorf("recorded %+v, %v", c, err)
	}
}
