package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/standin/oidc"
)

// asking is a message into the queue with four eyes, with whatever it says of who asks.
func asking(fields map[string]any) map[string]any {
	body := message("Expense report EXP-2291")
	delete(body, "requester")
	for name, value := range fields {
		body[name] = value
	}
	return body
}

// TestWebhook_OwnRequest: however a system writes that Ines asks, she reads that it is her own, and
// her decision is refused.
func TestWebhook_OwnRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.provider.SetUsers(append(users(), oidc.User{
		Subject: "u-77", Name: "Ines Calloway", Email: "ines.calloway@example.com", Groups: []string{"reviewers", "finance"},
		Claims: map[string]any{"preferred_username": "icalloway", "upn": "ines@corp.example.com"},
	}))
	sender, calloway, colleague := s.visitor(), s.as("u-77"), s.as(rita)
	for name, fields := range map[string]map[string]any{
		"FamilyNameFirst": {"requester": "Calloway, Ines <ines.calloway@example.com>"},
		"NoBrackets":      {"requester": "Ines Calloway ines.calloway@example.com"},
		"Mailto":          {"requester": "mailto:ines.calloway@example.com"},
		"DotAtTheEnd":     {"requester": "ines.calloway@example.com."},
		"Parentheses":     {"requester": "Ines Calloway (ines.calloway@example.com)"},
		"Quoted":          {"requester": `"Calloway, Ines" <ines.calloway@example.com>`},
		"Department":      {"requester": "Ines Calloway (Finance) <ines.calloway@example.com>"},
		"Capitals":        {"requester": "INES.CALLOWAY@EXAMPLE.COM"},
		"Tag":             {"requester": "ines.calloway+it@example.com via Slack"},
		"PrincipalName":   {"requester": "ines@corp.example.com"},
		"Name":            {"requester": "Calloway, Ines <expenses@example.com>"},
		"UserName":        {"requester": "icalloway <expenses@example.com>"},
		"Subject":         {"requesterId": "u-77"},
		"SubjectAndName":  {"requesterId": "u-77", "requester": "Purchasing"},
	} {
		made := sender.announce("msg_"+name, asking(fields))
		if made.status != http.StatusCreated {
			t.Errorf("%s: %d %s", name, made.status, made.body)
			continue
		}
		var receipt struct{ ID callbacks.ID }
		decodeJSON(t, made.body, &receipt)
		own := calloway.get("/callbacks/" + string(receipt.ID))
		if own.document(t).Find("form#decide").Length() != 0 || !strings.Contains(own.text(t), "you made this request") {
			t.Errorf("%s: she is offered a decision, or not told why not", name)
		}
		if a := calloway.decide(receipt.ID, colleague.choose(receipt.ID, "approve", "")); a.status != http.StatusForbidden {
			t.Errorf("%s: her decision is answered by %d, want 403", name, a.status)
		}
	}
}

// TestWebhook_NoClearRequester: a queue with four eyes takes nothing that does not say who asks;
// others take any text.
func TestWebhook_NoClearRequester(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	for name, fields := range map[string]map[string]any{
		"None":      {},
		"Null":      {"requester": nil},
		"BareName":  {"requester": "Ines Calloway"},
		"TwoPeople": {"requester": "Ines Calloway <ines.calloway@example.com>, Bob Marsh <bob.marsh@example.com>"},
		"Unclear":   {"requester": "ines.calloway%2Bit@example.com"},
	} {
		a := b.announce("msg_"+name, asking(fields))
		var problem struct {
			Errors []struct{ Pointer, Detail string }
		}
		decodeJSON(t, a.body, &problem)
		if a.status != http.StatusUnprocessableEntity || len(problem.Errors) != 1 || problem.Errors[0].Pointer != "/requester" ||
			!strings.Contains(problem.Errors[0].Detail, "requesterId") {
			t.Errorf("%s: %d %s, want 422 at /requester that says how to mend it", name, a.status, a.body)
		}
		fields["queue"] = "security"
		if a := b.announce("msg_elsewhere_"+name, asking(fields)); a.status != http.StatusCreated {
			t.Errorf("%s in a queue without four eyes: %d %s", name, a.status, a.body)
		}
	}
	long := asking(map[string]any{"requesterId": strings.Repeat("x", callbacks.MaxSubjectRunes+1)})
	if a := b.announce("msg_long", long); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `"/requesterId"`) {
		t.Errorf("a long subject: %d %s", a.status, a.body)
	}
}

// waitingUnknown is a request from before anybody compared who asks.
func (s *site) waitingUnknown() callbacks.ID {
	s.t.Helper()
	waits := expense()
	waits.Timeout = 24 * time.Hour
	c, err := s.store.Change(s.t.Context(), s.receive(waits).ID, callbacks.Parts{}, func(c *callbacks.Case) error {
		c.Requester = callbacks.Requester{Name: "Ines"}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return c.ID
}

// TestStateRequester: reviewers read that an admin has to say who asks; the admin has a form, and
// everybody goes by it.
func TestStateRequester(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.waitingUnknown()
	path := "/callbacks/" + string(id)
	reviewer, admin := s.as(rita), s.as(adam)
	if a := reviewer.get(path); !strings.Contains(a.text(t), "Nobody can decide this yet") || !strings.Contains(a.text(t), "once an admin says on this page who asks") ||
		a.document(t).Find("#who-asks, form#decide").Length() != 0 {
		t.Errorf("a reviewer reads %s", a.text(t))
	}
	before := reviewer.get(path).document(t).Find("#item").AttrOr("data-subject", "")
	form := admin.get(path + "?scope=all").document(t).Find("#who-asks form")
	if form.Length() != 1 || form.Find("button").Length() != 1 {
		t.Fatal("an admin has no form")
	}
	refused := admin.post(form.AttrOr("action", ""), url.Values{"requester": {"Ines C."}, "requesterId": {""}, "reason": {"I asked her."}})
	page := refused.document(t)
	if refused.status != http.StatusUnprocessableEntity || page.Find("#asker-requester").AttrOr("value", "") != "Ines C." ||
		page.Find("#asker-reason").AttrOr("value", "") != "I asked her." || !strings.Contains(page.Find("#asker-requester-fault").Text(), "names nobody") {
		t.Errorf("%d: what was typed is lost, or the fault is not at its field: %s", refused.status, refused.text(t))
	}
	said := admin.post(form.AttrOr("action", ""), url.Values{"requester": {"Ines <ines@example.com>"}, "reason": {"I asked her."}})
	if said.status != http.StatusSeeOther || said.header.Get("Location") != path+"?scope=all" {
		t.Fatalf("%d to %s", said.status, said.header.Get("Location"))
	}
	if a := reviewer.get(path); a.document(t).Find("form#decide").Length() != 1 || !strings.Contains(a.text(t), "Adam said who asks") ||
		a.document(t).Find("#item").AttrOr("data-subject", "") == before {
		t.Errorf("after that a reviewer reads %s", a.text(t))
	}
	if a := s.as(ines).get(path); a.document(t).Find("form#decide").Length() != 0 {
		t.Error("the one who asks is offered a decision")
	}
	if a := admin.get(path).text(t); !strings.Contains(a, "Who asks, as an admin said") {
		t.Errorf("an admin cannot mend a mistake: %s", a)
	}
	if a := reviewer.post(path+"/requester", url.Values{"requesterId": {"x"}, "reason": {"x"}}); a.status != http.StatusForbidden {
		t.Errorf("a reviewer says who asks: %d", a.status)
	}
	if a := s.as(rosa).decide(id, s.as(rosa).choose(id, "approve", "")); a.status != http.StatusSeeOther {
		t.Errorf("nobody can decide it: %d", a.status)
	}
	if a := admin.post(path+"/requester", url.Values{"requesterId": {"x"}, "reason": {"x"}}); a.status != http.StatusConflict {
		t.Errorf("who asks for what is decided is said: %d", a.status)
	}
}

// TestStateRequester_Refused: whatever refuses the form shows what was typed, and the form may be as
// long as the page of one that is too long says.
func TestStateRequester_Refused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path := "/callbacks/" + string(s.waitingUnknown()) + "/requester"
	typed := url.Values{"requester": {"Ines <ines@example.com>"}, "requesterId": {"u-77"}, "reason": {"I asked <her>."}}
	admin := s.as(adam)
	long := url.Values{"requesterId": {"u-77"}, "reason": {strings.Repeat("x", 1<<20-100)}}
	if a := admin.post(path, long); a.status != http.StatusUnprocessableEntity || a.document(t).Find("#asker-requesterId").AttrOr("value", "") != "u-77" {
		t.Errorf("a reason that is too long: %d", a.status)
	}
	long.Set("reason", strings.Repeat("x", 1<<20))
	if a := admin.post(path, long); a.status != http.StatusRequestEntityTooLarge || !strings.Contains(a.text(t), "larger than 1024 KiB") {
		t.Errorf("a form that is too long: %d %s", a.status, a.text(t))
	}
	reviewer := s.as(rita)
	admin.post("/auth/logout", nil)
	for name, test := range map[string]struct {
		b      *browser
		status int
	}{"SignedOut": {admin, http.StatusUnauthorized}, "Forbidden": {reviewer, http.StatusForbidden}} {
		a := test.b.post(path, typed)
		if a.status != test.status {
			t.Errorf("%s: %d", name, a.status)
		}
		for _, values := range typed {
			if !strings.Contains(a.document(t).Find("dl.pairs").Text(), values[0]) {
				t.Errorf("%s: %q is lost on %s", name, values[0], a.text(t))
			}
		}
	}
	_ = s.store.Close()
	if a := reviewer.post(path, typed); a.status != http.StatusServiceUnavailable || a.document(t).Find("form[action*=decision]").Length() != 0 {
		t.Errorf("without a database: %d %s", a.status, a.text(t))
	}
}

// TestUnverified: whoever signs in without a verified address does not decide what is asked by
// address.
func TestUnverified(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.provider.SetUsers(append(users(), oidc.User{
		Subject: "u-8", Name: "Uma", Email: "uma@example.com", Groups: []string{"reviewers", "finance"}, Claims: map[string]any{"email_verified": false},
	}))
	uma, id := s.as("u-8"), s.receive(expense()).ID
	if a := uma.get("/callbacks/" + string(id)); a.document(t).Find("form#decide").Length() != 0 || !strings.Contains(a.text(t), "no verified e-mail address") {
		t.Errorf("%d: %s", a.status, a.text(t))
	}
	if a := uma.decide(id, s.as(rita).choose(id, "approve", "")); a.status != http.StatusForbidden || !strings.Contains(a.text(t), "Code for support: unverified") {
		t.Errorf("%d: %s", a.status, a.text(t))
	}
	bySubject := expense()
	bySubject.RequesterID = ines
	if a := uma.get("/callbacks/" + string(s.receive(bySubject).ID)); a.document(t).Find("form#decide").Length() != 1 {
		t.Error("a subject does not settle who asks")
	}
}
