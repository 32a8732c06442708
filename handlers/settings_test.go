package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
)

// delegating is the form of a delegation of queue finance that ends tomorrow.
func delegating(who string) url.Values {
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	return url.Values{"who": {who}, "queue": {"finance"}, "since": {day(callbackstest.T0)}, "until": {day(callbackstest.T0.AddDate(0, 0, 1))}}
}

// TestSettings_Delegate: somebody delegates, their delegate works in their queue, and ends it.
func TestSettings_Delegate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	delegator, delegate, other := s.as(rita), s.as(nora), s.as(otto)
	if a := delegate.get("/"); a.status != http.StatusForbidden {
		t.Errorf("without a role: %d", a.status)
	}
	a := delegator.post("/settings/delegations", delegating("Nora"))
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/settings" {
		t.Fatalf("%d: %s", a.status, a.text(t))
	}
	if text := delegator.get("/settings").text(t); !strings.Contains(text, "Nora acts for you") {
		t.Errorf("the delegator reads %s", text)
	}
	row := delegate.get("/settings").document(t).Find("li[id^=delegation-]")
	if text := row.Text(); !strings.Contains(text, "You act for") || !strings.Contains(text, "Rita") {
		t.Errorf("the delegate reads %s", text)
	}
	if a := delegate.get("/callbacks/" + string(id)); a.status != http.StatusOK {
		t.Errorf("the request: %d", a.status)
	}
	if a := delegate.get("/"); a.status != http.StatusOK || !strings.Contains(a.text(t), "EXP-2291") {
		t.Errorf("the list: %d", a.status)
	}
	if nav := delegate.get("/").document(t).Find("nav a[href='/']"); nav.Length() == 0 || !strings.Contains(nav.Text(), "1") {
		t.Error("the navigation has no lists for the delegate, or counts what is in them wrongly")
	}
	for _, path := range []string{"/audit", "/admin/callbacks"} {
		if a := delegate.get(path); a.status != http.StatusForbidden {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	end := row.Find("form").AttrOr("action", "")
	if a := other.post(end, nil); a.status != http.StatusNotFound {
		t.Errorf("somebody else ends it: %d", a.status)
	}
	if a := delegate.post(end, nil); a.status != http.StatusSeeOther {
		t.Errorf("the delegate ends it: %d", a.status)
	}
	if a := delegate.get("/callbacks/" + string(id)); a.status != http.StatusForbidden {
		t.Errorf("the request afterwards: %d", a.status)
	}
	callbackstest.Same(t, "audit", s.audit("")[:2], []callbacks.Action{callbacks.ActionDelegationEnded, callbacks.ActionDelegated})
}

// TestSettings_Faults: what is wrong is said, what was typed stays, and nothing is recorded.
func TestSettings_Faults(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	s.as(rosa)
	for name, tt := range map[string]struct {
		field, value, fault string
	}{
		"Unknown":    {"who", "Nobody", "#who-fault"},
		"NotClear":   {"who", "ro", "#who-fault"},
		"Themselves": {"who", "rita", "#who-fault"},
		"NoQueue":    {"queue", "", "#queues-fault"},
		"OtherQueue": {"queue", "security", "#queues-fault"},
		"NoEnd":      {"until", "", "#until-fault"},
		"BadDay":     {"since", "31 May", "#since-fault"},
		"TooLate":    {"until", "2999-01-01", "#until-fault"},
	} {
		form := delegating("rosa")
		form.Set(tt.field, tt.value)
		a := b.post("/settings/delegations", form)
		doc := a.document(t)
		if a.status != http.StatusUnprocessableEntity || doc.Find(tt.fault+":not([hidden])").Length() != 1 {
			t.Errorf("%s: %d, %s", name, a.status, a.text(t))
		}
		if got := doc.Find("#who").AttrOr("value", ""); got != form.Get("who") {
			t.Errorf("%s: who is %q", name, got)
		}
	}
	callbackstest.Same(t, "audit", s.audit("")[0], callbacks.ActionSignedIn)

	form := delegating("ro") // chosen among those who may be meant
	choice := b.post("/settings/delegations", form).document(t).Find("input[type=radio][name=person]")
	form.Set("person", choice.AttrOr("value", ""))
	if a := b.post("/settings/delegations", form); a.status != http.StatusSeeOther || choice.Length() != 1 {
		t.Errorf("%d, %d people", a.status, choice.Length())
	}
}

// TestSettings_ManySearches: nobody lists everybody by trying the beginnings of names. The page keeps
// what was typed.
func TestSettings_ManySearches(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, many := s.as(rita), 0
	for range 33 {
		doc := b.post("/settings/delegations", delegating("zz")).document(t)
		if got := doc.Find("#who").AttrOr("value", ""); got != "zz" {
			t.Fatalf("who is %q", got)
		}
		if strings.Contains(doc.Find("#who-fault").Text(), "many times") {
			many++
		}
	}
	if many != 3 {
		t.Errorf("%d of 33 searches were too many, want 3", many)
	}
}

// TestSettings_OldGroups: the way to sign in again leads back to what was typed.
func TestSettings_OldGroups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	s.as(rosa)
	s.clock.Advance(groupsMaxAge - time.Minute)
	b.get("/") // the session is used, but its groups are not read again
	s.clock.Advance(time.Minute + 1)
	a := b.post("/settings/delegations", delegating("rosa"))
	again := a.document(t).Find(".note.problem a").AttrOr("href", "")
	if a.status != http.StatusForbidden || again == "" {
		t.Fatalf("%d: %s", a.status, a.text(t))
	}
	address, err := url.Parse(again)
	callbackstest.Must(t, err)
	back := b.get(address.Query().Get("return")).document(t)
	if got := back.Find("#who").AttrOr("value", ""); got != "rosa" || back.Find("input[name=until]").AttrOr("value", "") == "" {
		t.Errorf("who is %q", got)
	}
}

// TestSettings_Admin: an admin delegates for somebody else; nobody else sees those pages.
func TestSettings_Admin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(rita)
	reviewer, b := s.as(rosa), s.as(adam)
	link := b.get("/settings?q=RITA").document(t).Find("[data-testid=found] a").AttrOr("href", "")
	page := b.get(link)
	if page.status != http.StatusOK || !strings.Contains(page.text(t), "As an admin you delegate for Rita") {
		t.Fatalf("%s: %d %s", link, page.status, page.text(t))
	}
	form := delegating("rosa")
	form.Set("of", s.id(rita))
	if a := b.post("/settings/delegations", form); a.status != http.StatusSeeOther || a.header.Get("Location") != link {
		t.Errorf("%d to %s", a.status, a.header.Get("Location"))
	}
	if text := reviewer.get("/settings").text(t); !strings.Contains(text, "You act for Rita") || !strings.Contains(text, "Made by Adam") {
		t.Errorf("the delegate reads %s", text)
	}
	if a := reviewer.get(link); a.status != http.StatusForbidden {
		t.Errorf("another reads it: %d", a.status)
	}
	if a := reviewer.post("/settings/delegations", form); a.status != http.StatusForbidden {
		t.Errorf("another delegates: %d", a.status)
	}
}
