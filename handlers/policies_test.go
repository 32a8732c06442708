package handlers_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/intake"
	"countersign/internal/policy"
)

// policies answers about the queues of a site. A pasted file that begins with "two" asks for two
// signatures in queue finance; every other one is wrong.
func (s *site) policies() *policy.Desk {
	roles := policy.Roles{Reviewers: []string{"reviewers"}, Admins: []string{"platform"}, Auditors: []string{"audit"}}
	two := queues["finance"]
	two.Rules = []callbacks.Rule{{Name: "two", Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 2}}}}}
	return policy.NewDesk(policy.Config{
		Store: s.store, InForce: policy.Policy{Queues: queues, Roles: roles}, Now: s.clock.Now, GroupsMaxAge: 8 * time.Hour,
		Read: func(text []byte) (policy.Policy, error) {
			if !strings.HasPrefix(string(text), "two") {
				return policy.Policy{}, errors.New("countersign.yaml:1:1: <b>: there is no such key")
			}
			return policy.Policy{Queues: callbacks.Queues{"finance": two}, Roles: roles}, nil
		},
		Alarms: s.alarms.Requests, Requests: s.service, Bound: s.alarms.Bound,
		Decode: func(text []byte) (desk.Announcement, error) { return intake.Decode(text) },
	})
}

// TestPolicies: admins and auditors see who was seen; the people of a request are judged as they
// would be on its page. Nothing is recorded.
func TestPolicies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	s.as(rita)
	s.as(nora)
	if a := s.as(rita).post("/settings/delegations", delegating("Nora")); a.status != http.StatusSeeOther {
		t.Fatalf("delegate: %d", a.status)
	}
	audrey := s.as(audrey)
	a := audrey.get("/admin/policies")
	for _, part := range []string{"Nobody seen in security in 30 days", "1 of the queue’s groups", "1 pending", `aria-current="page"`} {
		if a.status != http.StatusOK || !strings.Contains(a.body, part) {
			t.Errorf("%d: the page lacks %q", a.status, part)
		}
	}
	before, err := s.store.Audit(t.Context(), desk.AuditQuery{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	a = audrey.post("/admin/policies", url.Values{"callback": {string(id)}, "file": {"two\n"}})
	for _, part := range []string{"Under the version in force", "Can sign, for Rita", "Under the pasted file", "2 of the queue’s groups", "1 of 1 pending request would get other terms"} {
		if a.status != http.StatusOK || !strings.Contains(a.body, part) {
			t.Errorf("%d: the answer lacks %q", a.status, part)
		}
	}
	if after, _ := s.store.Audit(t.Context(), desk.AuditQuery{Limit: 50}); len(after) != len(before) {
		t.Errorf("%d entries before, %d after a question", len(before), len(after))
	}
}

// TestPolicies_OldGroups: people are judged by the desk's own limit of the age of groups.
func TestPolicies_OldGroups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	s.as(rita)
	s.clock.Advance(9 * time.Hour)
	a := s.as(audrey).post("/admin/policies", url.Values{"callback": {string(id)}})
	if !strings.Contains(a.body, "0 people seen here can sign, and 1 more after signing in again. That is enough.") {
		t.Errorf("%d: the answer does not speak of old groups", a.status)
	}
}

// TestPolicies_Pasted: a request is tried as it was pasted; what is wrong with it, or with a file, has
// its place, is shown as text, and loses nothing.
func TestPolicies_Pasted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(adam)
	const message = `{"callbackId":"dGVzdA==","queue":"finance","title":"Try <b>","requester":"Ines <ines@example.com>"}`
	for name, tc := range map[string]struct {
		form   url.Values
		status int
		want   []string
	}{
		"Right":        {url.Values{"request": {message}}, http.StatusOK, []string{"Under the version in force", "Try &lt;b&gt;"}},
		"NotJSON":      {url.Values{"request": {"{<i>"}}, http.StatusUnprocessableEntity, []string{"see what is wrong with it", "{&lt;i&gt;"}},
		"NoRequester":  {url.Values{"request": {strings.Replace(message, "ines@example.com", "", 1)}}, http.StatusUnprocessableEntity, []string{"/requester", "asks for four eyes"}},
		"UnknownQueue": {url.Values{"request": {strings.Replace(message, "finance", "nowhere", 1)}}, http.StatusUnprocessableEntity, []string{"/queue"}},
		"GoneCallback": {url.Values{"callback": {"nosuch"}}, http.StatusUnprocessableEntity, []string{"no longer pending"}},
		"WrongFile":    {url.Values{"file": {"<u>"}}, http.StatusUnprocessableEntity, []string{"The pasted file is wrong", "&lt;b&gt;: there is no such key", "&lt;u&gt;"}},
		"LongFile":     {url.Values{"file": {"two" + strings.Repeat("#", 200_000)}}, http.StatusOK, []string{"What the pasted file would change"}},
	} {
		a := b.post("/admin/policies", tc.form)
		for _, want := range tc.want {
			if a.status != tc.status || !strings.Contains(a.body, want) {
				t.Errorf("%s: %d, lacks %q", name, a.status, want)
			}
		}
		for _, raw := range []string{"<b>Try", "Try <b>", "<i>", "<u>"} {
			if strings.Contains(a.body, raw) {
				t.Errorf("%s: %s is HTML", name, raw)
			}
		}
	}
}

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
	seen := section.Find("input[name=seen]").AttrOr("value", "")
	refused := admin.post(action, url.Values{"policy": {" "}})
	fault := refused.document(t).Find("#policy [role=alert]").Text()
	if refused.status != http.StatusUnprocessableEntity || !strings.Contains(fault, "goes on record") {
		t.Errorf("without a reason: %d, %q", refused.status, fault)
	}
	changed := admin.post(action, url.Values{"policy": {"Priya is away."}, "seen": {"another"}}).document(t).Find("#policy")
	if kept, _ := changed.Find("[name=policy]").Attr("value"); kept != "Priya is away." || !strings.Contains(changed.Find("[role=alert]").Text(), "have changed") {
		t.Errorf("of other rules than those shown: kept %q, %q", kept, changed.Text())
	}
	if a := admin.post(action, url.Values{"policy": {"Priya is away."}, "seen": {seen}}); a.status != http.StatusSeeOther {
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
