package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
)

// choose is the form as a page with scripts posts it: what the preview showed goes with it.
func (b *browser) choose(id callbacks.ID, outcome, comment string) url.Values {
	b.t.Helper()
	form := url.Values{"outcome": {outcome}, "comment": {comment}}
	shown := b.post("/callbacks/"+string(id)+"/preview", form)
	if shown.status != http.StatusOK {
		b.t.Fatalf("preview: %d %s", shown.status, shown.body)
	}
	preview := shown.document(b.t).Find("#preview-" + outcome)
	form.Set("seen", preview.AttrOr("data-seen", ""))
	form.Set("at", preview.AttrOr("data-at", ""))
	return form
}

func (b *browser) decide(id callbacks.ID, form url.Values) reply {
	b.t.Helper()
	return b.post("/callbacks/"+string(id)+"/decision?scope=mine&q=EXP", form)
}

func TestDecision_WithScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	form := b.choose(id, "approve", "Hotel over cap was agreed.")
	// reading takes time, and the time in the payload stays that of the preview
	s.clock.Advance(time.Minute)
	a := b.decide(id, form)
	if want := "/callbacks/" + string(id) + "?q=EXP&scope=mine"; a.status != http.StatusSeeOther || a.header.Get("Location") != want {
		t.Fatalf("%d %s, want 303 %s", a.status, a.header.Get("Location"), want)
	}
	c, err := s.store.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if c.State != callbacks.Decided || c.Decision.By.ID != s.id(rita) || c.Decision.Comment != "Hotel over cap was agreed." || c.Decision.SHA256 == form.Get("seen") {
		t.Errorf("recorded %+v", c.Decision)
	}
	delivery, err := s.store.Delivery(t.Context(), id)
	if err != nil || !strings.Contains(string(delivery.Completion.Body()), form.Get("at")) {
		t.Errorf("the time that was shown is not what is sent: %s, %v", delivery.Completion.Body(), err)
	}
	if page := b.get(a.header.Get("Location")); page.status != http.StatusOK || !strings.Contains(page.body, c.Decision.SHA256) {
		t.Errorf("the page after deciding does not show what is sent: %d", page.status)
	}
}

// TestDecision_BesideList: a decision beside a list leads back to the list as it was, with the receipt
// as a line and the next row open. Behind the last row it goes on at the top, and with nothing left it
// keeps open what was decided.
func TestDecision_BesideList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var all []string
	for range 3 {
		all = append(all, string(s.receive(expense()).ID))
	}
	b := s.as(rita)
	for i, tc := range []struct{ decided, open string }{{all[1], all[2]}, {all[2], all[0]}, {all[0], all[0]}} {
		page := b.get("/?order=deadline&q=EXP&item=" + tc.decided).document(t)
		form := b.choose(callbacks.ID(tc.decided), "approve", "")
		a := b.post(page.Find("#decide").AttrOr("action", ""), form)
		to := a.header.Get("Location")
		if want := "/?done=" + tc.decided + "&item=" + tc.open + "&order=deadline&q=EXP&scope=available"; a.status != http.StatusSeeOther || to != want {
			t.Fatalf("%d: %d %s, want 303 %s", i, a.status, to, want)
		}
		after := b.get(to).document(t)
		if got := after.Find("#done").Text(); !strings.Contains(got, "Approved, delivering") || !strings.Contains(got, expense().Title[:10]) {
			t.Errorf("%d: the receipt reads %q", i, got)
		}
		if got := after.Find("#pane #item").AttrOr("data-callback", ""); got != tc.open {
			t.Errorf("%d: open is %s, want %s", i, got, tc.open)
		}
		if n := after.Find(`.filters a[href*="done="], #decide[action*="done="]`).Length(); n > 0 {
			t.Errorf("%d: another filter, or the next decision, keeps the receipt", i)
		}
	}
	if page := s.as(otto).get("/?done=" + all[0]); page.status != http.StatusOK || page.document(t).Find("#done *").Length() > 0 {
		t.Error("a receipt tells of a callback that its reader may not see")
	}
}

// TestDecision_WithoutScripts presses the buttons of the pages as they stand.
func TestDecision_WithoutScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	page := b.get("/callbacks/" + string(id) + "?scope=mine").document(t)
	action := page.Find("form#decide").AttrOr("action", "")
	step := b.post(action, url.Values{"outcome": {"reject"}, "comment": {"Two receipts\r\nare missing."}})
	if step.status != http.StatusOK || slices.Contains(s.audit(id), callbacks.ActionDecided) {
		t.Fatalf("the first step is a page and no decision: %d", step.status)
	}
	form, values := step.document(t).Find("form#confirm"), url.Values{}
	for _, name := range []string{"outcome", "comment", "seen", "at"} {
		values.Set(name, form.Find("[name="+name+"]").AttrOr("value", ""))
	}
	if a := b.post(form.AttrOr("action", ""), values); a.status != http.StatusSeeOther {
		t.Fatalf("second step: %d %s", a.status, a.text(t))
	}
	c, err := s.store.Get(t.Context(), id)
	if err != nil || c.Decision == nil || c.Decision.Outcome != "reject" || c.Decision.Comment != "Two receipts\nare missing." {
		t.Errorf("recorded %+v, %v", c.Decision, err)
	}
}

// TestDecision_Back: from the second step back to the first with what was typed, as far as there
// still is one.
func TestDecision_Back(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	const comment = "Two receipts\nare missing."
	form := b.choose(id, "reject", comment)
	form.Set("back", "1")
	again := b.decide(id, form)
	page := again.document(t)
	if again.status != http.StatusOK || page.Find("#comment").Text() != comment || page.Find("decision-bar").AttrOr("data-chosen", "") != "reject" {
		t.Errorf("%d with the comment %q", again.status, page.Find("#comment").Text())
	}
	if got := page.Find("#bytes-reject").Text(); !strings.Contains(got, "are missing.") {
		t.Errorf("the preview has %q", got)
	}
	if slices.Contains(s.audit(id), callbacks.ActionDecided) {
		t.Error("going back decides")
	}
	if a := s.as(ines).decide(id, form); a.status != http.StatusForbidden || a.document(t).Find("#kept-comment").Text() != comment {
		t.Errorf("one who may not decide: %d %s", a.status, a.text(t))
	} else if a.document(t).Find("section.box:has(#problem) #concerned").Length() != 1 {
		t.Errorf("the refusal is not in the request's card: %s", a.text(t))
	}
	b.decide(id, b.choose(id, "approve", ""))
	late := b.decide(id, form)
	if text := late.text(t); late.status != http.StatusConflict || !strings.Contains(text, "This second decision was not sent.") || late.document(t).Find("#kept-comment").Text() != comment {
		t.Errorf("once it is decided: %d %s", late.status, text)
	}
}

// refusedDecisions are what may come between the preview of a decision and the press.
var refusedDecisions = map[string]struct {
	person string
	change func(s *site, id callbacks.ID, form url.Values) // between the preview and the press
	status int
	says   string
}{
	"NoComment": {rita, func(_ *site, _ callbacks.ID, form url.Values) {
		form.Set("outcome", "reject")
		form.Set("comment", "  ")
		form.Del("seen")
	}, http.StatusUnprocessableEntity, "Reject needs a comment."},
	"UnknownOutcome": {rita, func(_ *site, _ callbacks.ID, form url.Values) { form.Set("outcome", "maybe") }, http.StatusUnprocessableEntity, "does not offer that outcome"},
	"OtherBytes":     {rita, func(_ *site, _ callbacks.ID, form url.Values) { form.Set("seen", strings.Repeat("0", 64)) }, http.StatusOK, "Nothing was sent"},
	"OtherOrigin": {rita, func(s *site, id callbacks.ID, _ url.Values) {
		storetest.Correct(s.t, s.store, id, func(found *callbacks.Sighting) { found.Function = "refund" })
	}, http.StatusOK, "Nothing was sent"},
	"NoTime": {rita, func(_ *site, _ callbacks.ID, form url.Values) { form.Del("at") }, http.StatusOK, "Nothing was sent"},
	"OldPreview": {rita, func(s *site, _ callbacks.ID, _ url.Values) {
		s.clock.Advance(desk.PreviewAge + time.Second)
	}, http.StatusOK, "Nothing was sent"},
	"TooLate": {rita, func(s *site, id callbacks.ID, _ url.Values) {
		s.clock.Advance(time.Hour)
		_, err := s.store.Change(s.t.Context(), id, callbacks.Parts{}, func(c *callbacks.Case) error {
			return c.Record(c.TimeOut(s.clock.Now(), callbacks.System("expiry")))
		})
		if err != nil {
			s.t.Error(err)
		}
	}, http.StatusConflict, "The callback timed out"},
	"DatabaseGone": {rita, func(s *site, _ callbacks.ID, _ url.Values) { _ = s.store.Close() }, http.StatusServiceUnavailable, "cannot reach its database"},
	"FourEyes":     {ines, func(_ *site, _ callbacks.ID, form url.Values) { form.Set("seen", "x") }, http.StatusForbidden, "requires a second person"},
	"Auditor":      {audrey, func(_ *site, _ callbacks.ID, form url.Values) { form.Set("seen", "x") }, http.StatusForbidden, "decide nothing"},
	"OtherQueue":   {otto, func(_ *site, _ callbacks.ID, form url.Values) { form.Set("seen", "x") }, http.StatusNotFound, "not yours to see"},
	"NoRole":       {nora, func(_ *site, _ callbacks.ID, form url.Values) { form.Set("seen", "x") }, http.StatusForbidden, "no role here"},
	"SessionOver":  {rita, func(s *site, _ callbacks.ID, _ url.Values) { s.clock.Advance(24 * time.Hour) }, http.StatusUnauthorized, "Nothing was recorded"},
}

// TestDecision_Refused: whatever stands in the way, nothing is recorded and the comment is on the
// page.
func TestDecision_Refused(t *testing.T) {
	t.Parallel()
	const comment = "Two receipts are missing; I asked Ines for them."
	for name, test := range refusedDecisions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			a := expense()
			a.HeartbeatTimeout = 0
			id, b := s.receive(a).ID, s.as(test.person)
			form := url.Values{"outcome": {"approve"}, "comment": {comment}}
			if test.person == rita {
				form = b.choose(id, "approve", comment)
			}
			test.change(s, id, form)
			got := b.decide(id, form)
			if got.status != test.status || !strings.Contains(got.text(t), test.says) {
				t.Errorf("%d %q, want %d and %q", got.status, got.text(t), test.status, test.says)
			}
			if kept := form.Get("comment"); !strings.Contains(got.text(t), strings.TrimSpace(kept)) {
				t.Errorf("the comment is lost: %s", got.text(t))
			}
			if name != "DatabaseGone" && slices.Contains(s.audit(id), callbacks.ActionDecided) {
				t.Error("a decision was recorded")
			}
		})
	}
}

// TestDecision_TooManyFields: a form that cannot be taken is refused for what it is, and to a
// person who may not post it for that.
func TestDecision_TooManyFields(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	form := url.Values{"outcome": {"approve"}, "x": make([]string, 5000)}
	if a := s.as(rita).decide(id, form); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text(t), "arrived incomplete") {
		t.Errorf("%d %s", a.status, a.text(t))
	}
	if a := s.visitor().decide(id, form); a.status != http.StatusUnauthorized {
		t.Errorf("somebody who is not signed in: %d", a.status)
	}
}

func TestDecision_TooLarge(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	if a := b.decide(id, url.Values{"outcome": {"approve"}, "comment": {strings.Repeat("x", 1<<20)}}); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d, want 413", a.status)
	}
	for _, length := range []int{callbacks.MaxCommentRunes + 1, 100 << 10} {
		long := strings.Repeat("x", length)
		a := b.decide(id, url.Values{"outcome": {"approve"}, "comment": {long}})
		if kept := a.document(t).Find("textarea#comment").Text(); a.status != http.StatusUnprocessableEntity || kept != long {
			t.Errorf("%d, kept %d characters, want 422 and all %d", a.status, len(kept), length)
		}
	}
}

// TestDecision_FromElsewhere: a form on another site decides nothing, nor does a link.
func TestDecision_FromElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	form := b.choose(id, "approve", "")
	for _, header := range []http.Header{
		{"Origin": {"https://evil.example"}},
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://other.example.com"}},
		{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"https://evil.example"}},
		{"Origin": {strings.Replace(s.url, "http:", "https:", 1)}}, // the same host, another scheme
		{"Origin": {"null"}},
		{"Origin": {s.url, "https://evil.example"}},
	} {
		b.header = header
		for _, path := range []string{"/callbacks/" + string(id) + "/decision", "/callbacks/elsewhere/decision"} {
			a := b.post(path, url.Values{"outcome": form["outcome"], "comment": {"WORDS-OF-ANOTHER-SITE"}, "seen": form["seen"]})
			if a.status != http.StatusForbidden {
				t.Errorf("%v: %d, want 403", header, a.status)
			}
			if strings.Contains(a.body, "WORDS-OF-ANOTHER-SITE") {
				t.Errorf("%v: the page of ours repeats what another site wrote", header)
			}
		}
	}
	b.header = http.Header{}
	if a := b.post("/callbacks/"+string(id)+"/decision?"+form.Encode(), nil); a.status != http.StatusUnprocessableEntity {
		t.Errorf("form in the address: %d, want 422", a.status)
	}
	if slices.Contains(s.audit(id), callbacks.ActionDecided) {
		t.Error("a decision was recorded")
	}
	b.header = http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {s.url}}
	if a := b.decide(id, form); a.status != http.StatusSeeOther {
		t.Errorf("own page: %d, want 303", a.status)
	}
}

func TestRetryDelivery(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	b.decide(id, b.choose(id, "approve", ""))
	if a := b.post("/callbacks/"+string(id)+"/delivery", nil); a.status != http.StatusForbidden {
		t.Errorf("reviewer: %d, want 403", a.status)
	}
	admin := s.as(adam)
	if a := admin.post("/callbacks/"+string(id)+"/delivery", nil); a.status != http.StatusSeeOther || s.audit(id)[0] != callbacks.ActionRetried {
		t.Errorf("admin: %d, audit %v", a.status, s.audit(id))
	}
	if a := admin.post("/callbacks/nosuchcallback/delivery", nil); a.status != http.StatusNotFound {
		t.Errorf("unknown: %d, want 404", a.status)
	}
}
