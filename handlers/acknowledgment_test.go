package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/replies"
)

// TestAcknowledgment: what somebody acknowledges leaves Needs attention for everybody and is listed
// with their name; who saw an older state is told so; it comes back when it changes, or when
// somebody takes the acknowledgment back.
func TestAcknowledgment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ritas, adams := s.as(rita), s.as(adam)
	c := s.receive(expense())
	change := func(to func(*callbacks.Case)) {
		if _, err := s.store.Change(t.Context(), c.ID, callbacks.Parts{}, func(c *callbacks.Case) error { to(c); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if a := ritas.decide(c.ID, ritas.choose(c.ID, "approve", "")); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	change(func(c *callbacks.Case) { c.Problem = replies.Denied })
	rows := func(query string) string {
		return ritas.get("/?scope=attention" + query).document(t).Find("[data-row]").Text()
	}
	form := adams.get(c.ID.Path() + "?scope=attention").document(t).Find("#acknowledgment")
	action, revision := form.AttrOr("action", ""), form.Find("[name=revision]").AttrOr("value", "")
	if !strings.Contains(form.Text(), "nobody has acknowledged") || rows("") == "" {
		t.Fatalf("before: %q, rows %q", form.Text(), rows(""))
	}
	if r := adams.post(action, url.Values{"revision": {revision}}); r.status != http.StatusSeeOther || r.header.Get("Location") != c.ID.Path()+"?scope=attention" {
		t.Fatalf("%d to %q", r.status, r.header.Get("Location"))
	}
	if got := rows(""); got != "" {
		t.Errorf("still in the list: %q", got)
	}
	if got := rows("&acknowledged=1"); !strings.Contains(got, "acknowledged it") || !strings.Contains(got, "Adam") {
		t.Errorf("the row says %q", got)
	}
	if got := ritas.get(c.ID.Path()).document(t).Find("#acknowledgment").Text(); !strings.Contains(got, "Adam") || !strings.Contains(got, "Take back") {
		t.Errorf("the page says %q", got)
	}

	s.clock.Advance(time.Second)
	change(func(*callbacks.Case) {})
	if rows("") == "" {
		t.Error("it changed, and needs no attention")
	}
	for _, old := range []string{revision, "", "x"} {
		if r := adams.post(action, url.Values{"revision": {old}}); r.status != http.StatusConflict {
			t.Errorf("revision %q: %d", old, r.status)
		}
	}
	now := ritas.get(c.ID.Path()).document(t).Find("#acknowledgment [name=revision]").AttrOr("value", "")
	ritas.post(action, url.Values{"revision": {now}})
	if rows("") != "" {
		t.Error("acknowledged again, and still in the list")
	}
	adams.post(action, url.Values{"revision": {now}, "reopen": {"1"}})
	if rows("") == "" {
		t.Error("taken back, and not in the list")
	}
	if got := s.audit(c.ID)[:3]; got[0] != assignment.ActionReopened || got[1] != assignment.ActionAcknowledged || got[2] != assignment.ActionAcknowledged {
		t.Errorf("on record: %v", got)
	}
	if n := s.as(audrey).get(c.ID.Path()).document(t).Find("#acknowledgment").Length(); n != 0 {
		t.Errorf("an auditor is offered %d forms", n)
	}
}
