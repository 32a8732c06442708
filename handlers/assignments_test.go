package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
)

// mine are the titles in a person's own list.
func (b *browser) mine() int {
	b.t.Helper()
	return b.get("/?scope=mine").document(b.t).Find("[data-row]").Length()
}

// TestAssignment: a reviewer takes a request and finds it in Mine; a colleague takes it over with a
// reason, gives it back, and comes back to where they were.
func TestAssignment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	rosas, ritas := s.as(rosa), s.as(rita)
	c := s.receive(expense())
	if n := rosas.mine(); n != 0 {
		t.Fatalf("%d in Mine before", n)
	}
	page := rosas.get(c.ID.Path() + "?scope=available").document(t)
	action, _ := page.Find("#holding").Attr("action")
	if !strings.Contains(page.Find("#holding").Text(), "Nobody has taken it") {
		t.Errorf("the page says %q", page.Find("#holding").Text())
	}
	taken := rosas.post(action, url.Values{"to": {"me"}})
	if to := taken.header.Get("Location"); taken.status != http.StatusSeeOther || to != c.ID.Path()+"?scope=available" {
		t.Errorf("%d to %q", taken.status, to)
	}
	if n := rosas.mine(); n != 1 {
		t.Errorf("%d in Mine once it is taken", n)
	}
	if tag := ritas.get("/").document(t).Find("[data-row] .tags").Text(); !strings.Contains(tag, "Rosa has it") {
		t.Errorf("the row says %q", tag)
	}

	over := ritas.post(c.ID.Path()+"/assignment", url.Values{"to": {"me"}})
	if fault := over.document(t).Find("#reason-fault").Text(); over.status != http.StatusUnprocessableEntity || !strings.Contains(fault, "Rosa has it") {
		t.Errorf("without a reason: %d, %q", over.status, fault)
	}
	over = ritas.post(c.ID.Path()+"/assignment?scope=available&item="+string(c.ID), url.Values{"to": {"me"}, "reason": {"I know the vendor"}})
	if to := over.header.Get("Location"); over.status != http.StatusSeeOther || !strings.HasPrefix(to, "/?") || !strings.Contains(to, "item="+string(c.ID)) {
		t.Errorf("taken over in the pane: %d to %q", over.status, to)
	}
	if n := rosas.mine(); n != 0 {
		t.Errorf("%d in Mine of whom it was taken from", n)
	}
	if told := rosas.get(c.ID.Path() + "/assignment").document(t).Find("main").Text(); !strings.Contains(told, "I know the vendor") {
		t.Errorf("the page does not say why: %q", told)
	}
	if back := ritas.post(c.ID.Path()+"/assignment", url.Values{"to": {""}}); back.status != http.StatusSeeOther || ritas.mine() != 0 {
		t.Errorf("given back: %d", back.status)
	}
	if got := s.audit(c.ID)[:3]; got[0] != assignment.ActionReleased || got[1] != assignment.ActionTaken || got[2] != assignment.ActionTaken {
		t.Errorf("on record: %v", got)
	}
}

// TestSnooze: what is snoozed leaves Mine, stays in Available, and comes back; the page says until when
// at most.
func TestSnooze(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rosa)
	a := expense()
	a.HeartbeatTimeout = 0 // so that it ends in an hour
	c := s.receive(a)
	snooze := func(form url.Values) reply { return b.post(c.ID.Path()+"/snooze", form) }
	if r := snooze(url.Values{"for": {"30m"}}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("what is not in Mine: %d", r.status)
	}
	b.post(c.ID.Path()+"/assignment", url.Values{"to": {"me"}})
	for until, want := range map[string]int{"": 422, "soon": 422, s.clock.Now().Add(50 * time.Minute).Format(time.RFC3339): 422} {
		if r := snooze(url.Values{"for": {""}, "until": {until}}); r.status != want || r.document(t).Find("#until-fault").Text() == "" {
			t.Errorf("until %q: %d", until, r.status)
		}
	}
	if r := snooze(url.Values{"for": {"30m"}}); r.status != http.StatusSeeOther {
		t.Errorf("for half an hour: %d", r.status)
	}
	if n := b.mine(); n != 0 {
		t.Errorf("%d in Mine", n)
	}
	if n := b.get("/").document(t).Find("[data-row]").Length(); n != 1 {
		t.Errorf("%d in Available", n)
	}
	if line := b.get(c.ID.Path()).document(t).Find("#holding").Text(); !strings.Contains(line, "snoozed until") {
		t.Errorf("the page says %q", line)
	}
	s.clock.Advance(30 * time.Minute)
	if n := b.mine(); n != 1 {
		t.Errorf("%d in Mine when its time is over", n)
	}
	snooze(url.Values{"for": {"latest"}})
	if n := b.mine(); n != 0 {
		t.Errorf("%d in Mine before it is at risk", n)
	}
	if n := b.get("/?scope=mine&snoozed=1").document(t).Find("[data-row] form.wake").Length(); n != 1 {
		t.Errorf("%d are snoozed", n)
	}
	snooze(url.Values{"for": {"wake"}})
	if n := b.mine(); n != 1 {
		t.Errorf("%d in Mine once it was woken", n)
	}
}

// TestMoveAssignments: an admin finds who left, and moves what they have.
func TestMoveAssignments(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	rosas, ritas, admin := s.as(rosa), s.as(rita), s.as(adam)
	c := s.receive(expense())
	rosas.post(c.ID.Path()+"/assignment", url.Values{"to": {"me"}})
	found := admin.get("/admin/assignments?who=ros").document(t).Find("#list .setrow a")
	person, _ := found.Attr("href")
	if row := admin.get(person).document(t).Find("[href='" + c.ID.Path() + "']").Length(); row != 1 {
		t.Errorf("%d rows at %q", row, person)
	}
	form := url.Values{"person": {s.id(rosa)}, "to": {"rita@example.com"}}
	if r := admin.post("/admin/assignments", form); r.status != http.StatusUnprocessableEntity || r.document(t).Find("#reason-fault").Text() == "" {
		t.Errorf("without a reason: %d", r.status)
	}
	form.Set("reason", "Rosa left")
	moved := admin.post("/admin/assignments", form)
	if says := moved.document(t).Find("[role=status]").Text(); moved.status != http.StatusOK || !strings.Contains(says, "1 callback moved") {
		t.Errorf("%d, %q", moved.status, says)
	}
	if n, was := ritas.mine(), rosas.mine(); n != 1 || was != 0 {
		t.Errorf("Rita has %d, Rosa %d", n, was)
	}
	if got := s.audit(c.ID)[0]; got != assignment.ActionAssigned {
		t.Errorf("on record: %s", got)
	}
	if r := admin.get("/admin/assignments?person=" + string(callbacks.NewID())); r.status != http.StatusNotFound {
		t.Errorf("of a stranger: %d", r.status)
	}
}
