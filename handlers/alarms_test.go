package handlers_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"countersign/internal/policy"
)

// newAlarms makes the alarms of a site, whose rounds tests run.
func (s *site) newAlarms(log *slog.Logger) *policy.Alarms {
	roles := policy.Roles{Reviewers: []string{"reviewers"}, Admins: []string{"platform"}}
	return policy.NewAlarms(policy.AlarmsConfig{
		Store: s.store, InForce: func() policy.Policy { return policy.Policy{Queues: queues, Roles: roles} },
		Invalidator: s.hub, Log: log, Now: s.clock.Now,
	})
}

// TestSignersAlert: admins are told on their pages that nobody seen could sign a request, until
// somebody was; nobody else is told there. The request's own page tells everybody who sees it.
func TestSignersAlert(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	admin, auditor := s.as(adam), s.as(audrey)
	const says = "1 pending request cannot be decided by the people who were seen here in 30 days: finance 1."
	check := func(when string, want bool) {
		t.Helper()
		s.clock.Advance(time.Minute)
		if err := s.alarms.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/admin/callbacks", "/admin/watches", "/admin/sessions", "/audit"} {
			if got := strings.Contains(admin.get(path).body, says); got != want {
				t.Errorf("%s: %s tells the admin: %t", when, path, got)
			}
		}
		for _, body := range []string{admin.get("/").body, auditor.get("/audit").body, auditor.get("/admin/callbacks").body} {
			if strings.Contains(body, says) {
				t.Errorf("%s: a page tells it that should not", when)
			}
		}
		waiting := auditor.get("/admin/policies").document(t).Find("#alarms li a")
		if got := waiting.Length() == 1 && waiting.AttrOr("href", "") == "/callbacks/"+string(id); got != want {
			t.Errorf("%s: the policies lead to the request: %t", when, got)
		}
		for who, b := range map[string]*browser{"admin": admin, "auditor": auditor} {
			stranded := b.get("/?scope=attention").document(t).Find("#stranded")
			if got := strings.Contains(stranded.Text(), "Too few people were seen of: finance."); got != want || stranded.Find("li").Length() != 1 {
				t.Errorf("%s: the %s's list has %q", when, who, stranded.Text())
			}
		}
		if got := strings.Contains(s.metrics(), `countersign_callbacks_nobody_eligible{queue="finance"} 1`); got != want {
			t.Errorf("%s: measured: %t", when, got)
		}
	}
	check("nobody of finance was seen", true)
	const story = "Too few people could sign it"
	body := auditor.get("/callbacks/" + string(id)).body
	if !strings.Contains(body, story) || !strings.Contains(body, "Missing: members of finance.") {
		t.Error("the page of the request does not tell it")
	}
	rita := s.as(rita)
	check("Rita was seen", false)
	if text := admin.get("/?scope=attention").text(t); !strings.Contains(text, "A missing heartbeat ends it. Whoever opens it keeps it alive.") {
		t.Errorf("what a missing heartbeat ends: %q", text)
	}
	for _, none := range []reply{rita.get("/?scope=attention"), admin.get("/?scope=attention&q=expense"), admin.get("/")} {
		if none.document(t).Find("#stranded li").Length() != 0 {
			t.Error("a reviewer's list, a filtered one, or another has it")
		}
	}
	if body = rita.get("/callbacks/" + string(id)).body; !strings.Contains(body, story) {
		t.Error("it is not on record any more")
	}
}
