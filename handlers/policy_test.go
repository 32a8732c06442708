package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"countersign/internal/callbacks"
)

// TestApplyPolicy: an admin reads what binds a request and what the present rules ask, applies them
// for a reason, and the page says so no more. Nobody else is offered it.
func TestApplyPolicy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	_, err := s.store.Change(t.Context(), id, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.Requirement = callbacks.Requirement{Rule: "old <rule>", Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 3}}}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	path, admin := id.Path(), s.as(adam)
	if n := s.as(rita).get(path).document(t).Find("#policy").Length(); n != 0 {
		t.Error("a reviewer is offered to apply the rules")
	}
	section := admin.get(path).document(t).Find("#policy")
	if text := section.Text(); !strings.Contains(text, "Rule old <rule>: 3 of the queue’s groups.") || !strings.Contains(text, "1 of the queue’s groups.") {
		t.Errorf("the admin reads %q", text)
	}
	action := section.Find("form").AttrOr("action", "")
	refused := admin.post(action, url.Values{"policy": {" "}})
	fault := refused.document(t).Find("#policy [role=alert]").Text()
	if refused.status != http.StatusUnprocessableEntity || !strings.Contains(fault, "goes on record") {
		t.Errorf("without a reason: %d, %q", refused.status, fault)
	}
	if a := admin.post(action, url.Values{"policy": {"Priya is away."}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d, want 303", a.status)
	}
	page := admin.get(path)
	if page.document(t).Find("#policy").Length() != 0 || !strings.Contains(page.body, "Priya is away.") {
		t.Error("the page still offers it, or does not tell of it")
	}
	s.as(rita).decide(id, s.as(rita).choose(id, "approve", ""))
	if c, err := s.store.Get(t.Context(), id); err != nil || c.State != callbacks.Decided {
		t.Errorf("one signature does not decide: %s, %v", c.State, err)
	}
}
