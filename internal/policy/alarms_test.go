package policy_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/people"
	"countersign/internal/policy"
)

// alarmed is a desk with its alarms. Its reviewers are the members of finance-approvers and of finance-leads.
type alarmed struct {
	*desktest.Desk
	alarms *policy.Alarms
}

func newAlarmed(t *testing.T) *alarmed {
	t.Helper()
	a := &alarmed{Desk: desktest.New(t)}
	a.restart()
	return a
}

// restart forgets what the process knows.
func (a *alarmed) restart() {
	inForce := policy.Policy{Queues: desktest.Queues, Roles: policy.Roles{Reviewers: []string{"finance-approvers", "finance-leads"}}}
	a.alarms = policy.NewAlarms(policy.AlarmsConfig{
		Store: a.Store, InForce: func() policy.Policy { return inForce }, Invalidator: a.Invalidations,
		Log: slog.New(slog.DiscardHandler), Now: a.Clock.Now,
	})
	a.Service = desk.NewService(desk.ServiceConfig{
		Store: a.Store, Queues: desktest.Queues, Invalidator: a.Invalidations, Now: a.Clock.Now, Lanes: a.Lanes,
		ReviewLimits: callbacks.DefaultReviewLimits, Deliveries: a.Deliveries, Seen: a.alarms, SeenKeys: desktest.SeenKeys,
	})
}

// round runs one round a minute later, and compares what counts then.
func (a *alarmed) round(when string, want map[string]int) {
	a.T.Helper()
	a.Clock.Advance(time.Minute)
	callbackstest.Must(a.T, a.alarms.RunOnce(a.Ctx))
	got := a.alarms.Count()
	for queue := range desktest.Queues {
		if _, counted := got[queue]; !counted {
			a.T.Errorf("%s: queue %s has no number", when, queue)
		}
	}
	listed := make(map[string]int)
	for _, alarm := range a.alarms.Requests() {
		listed[alarm.Callback.Queue]++
		if len(alarm.Missing) == 0 || alarm.Callback.State != callbacks.Pending {
			a.T.Errorf("%s: listed is %+v", when, alarm)
		}
	}
	if diff := cmp.Diff(want, listed); diff != "" && len(a.alarms.Requests()) < policy.MaxAlarms {
		a.T.Errorf("%s: listed: -want +got:\n%s", when, diff)
	}
	waiting := 0
	for _, n := range a.alarms.Bound() {
		waiting += n
	}
	page, err := a.Store.List(a.Ctx, desk.Query{
		Filter: desk.Filter{Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Pending}, Limit: desk.MaxPage}, AllQueues: true, Now: a.Clock.Now(),
	})
	callbackstest.Must(a.T, err)
	if waiting != len(page.Rows) && page.Next == nil {
		a.T.Errorf("%s: versions bind %d of %d", when, waiting, len(page.Rows))
	}
	maps.DeleteFunc(got, func(_ string, n int) bool { return n == 0 })
	if diff := cmp.Diff(want, got); diff != "" {
		a.T.Errorf("%s: -want +got:\n%s", when, diff)
	}
}

// lookAfter runs a round once some time has passed, and compares how many requests of queue large
// lack people then.
func (a *alarmed) lookAfter(pause time.Duration, when string, want int) {
	a.T.Helper()
	a.Clock.Advance(pause)
	callbackstest.Must(a.T, a.alarms.RunOnce(a.Ctx))
	if got := a.alarms.Count()["large"]; got != want {
		a.T.Errorf("%s: %d requests lack people, want %d", when, got, want)
	}
}

// TestAlarmOnArrival: a request that the people of the last examination could not decide is examined
// as it arrives, and not with the next minute. One that they could decide is not, and of many in
// vain at most one has an examination in ten seconds.
func TestAlarmOnArrival(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	arrives := func(queue string) callbacks.Callback {
		return a.Announce(func(said *announcement.Announcement) {
			said.Queue, said.CallbackID = queue, string(callbackstest.NewCallbackID())
		})
	}
	a.SignIn(desktest.Mara)
	a.SignIn(desktest.Ops)
	a.round("nothing waits", map[string]int{})
	a.Clock.Advance(30 * time.Second)
	c := arrives("large")
	a.lookAfter(0, "on arrival", 1)
	if entries := a.entries(c.ID); len(entries) != 1 || !entries[0].At.Equal(c.ReceivedAt) {
		t.Errorf("on record: %+v", entries)
	}
	arrives("large")
	a.lookAfter(10*time.Second-1, "a moment after another", 1)
	a.lookAfter(1, "ten seconds after another", 2)
	a.SignIn(desktest.Dana)
	arrives("finance")
	a.lookAfter(30*time.Second, "after one that can be decided", 2)
	a.lookAfter(30*time.Second, "with the next minute", 0)
}

// entries are what is on record of alarms.
func (a *alarmed) entries(id callbacks.ID) []callbacks.AuditEntry {
	a.T.Helper()
	return storetest.Audit(a.T, a.Store, desk.AuditQuery{Callback: id, Action: callbacks.ActionNobodyEligible})
}

// TestAlarms: a request that the people seen are too few for counts until enough were seen, and is on
// record once. It stays pending.
func TestAlarms(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	if a.alarms.Count() != nil {
		t.Error("something is known before the first round")
	}
	c := a.Announce(func(said *announcement.Announcement) { said.Queue = "large" })
	told := a.Invalidations.Count()
	a.round("nobody was seen", map[string]int{"large": 1})
	first := a.Clock.Now()
	if a.Invalidations.Count() != told+1 {
		t.Error("open pages were not told")
	}
	a.SignIn(desktest.Mara)
	a.SignIn(desktest.Teo) // of another group
	a.round("one of two was seen", map[string]int{"large": 1})
	a.restart()
	a.round("after a restart", map[string]int{"large": 1})
	entries := a.entries(c.ID)
	if len(entries) != 1 || !entries[0].At.Equal(first) || entries[0].Queue != "large" {
		t.Fatalf("on record: %+v", entries)
	}
	if diff := cmp.Diff([]string{"finance-approvers"}, entries[0].Facts.Groups); diff != "" {
		t.Errorf("missing groups: -want +got:\n%s", diff)
	}
	a.SignIn(desktest.Dana)
	if got := a.alarms.Count()["large"]; got != 1 {
		t.Errorf("%d before the next round", got)
	}
	a.round("both were seen", map[string]int{})
	a.WantState(c.ID, callbacks.Pending)
	a.Clock.Advance(policy.SeenWithin)
	a.round("both were seen long ago", map[string]int{"large": 1})
	storetest.Change(t, a.Store, c.ID, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Closed, a.Clock.Now())(&c.Callback)
		return nil
	})
	a.round("it has ended", map[string]int{})
	if n := len(a.entries(c.ID)); n != 1 {
		t.Errorf("%d on record", n)
	}
}

// TestAlarms_BoundAnew: what an admin applies is judged as what arrives is.
func TestAlarms_BoundAnew(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	a.SignIn(desktest.Mara)
	c := a.Announce(nil)
	a.round("one is enough", map[string]int{})
	storetest.Change(t, a.Store, c.ID, func(c *callbacks.Case) error {
		c.Requirement.Signatures = []callbacks.Threshold{{For: 1}, {From: []string{"controllers"}, For: 1}}
		return nil
	})
	a.round("a controller is missing", map[string]int{"finance": 1})
	if entries := a.entries(c.ID); len(entries) != 1 || !cmp.Equal(entries[0].Facts.Groups, []string{"controllers"}) {
		t.Errorf("on record: %+v", entries)
	}
}

// TestAlarms_Requester: the requester does not count where they may not sign; a request whose
// requester nobody knows lacks something else.
func TestAlarms_Requester(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	a.SignIn(desktest.Mara)
	own := a.Announce(func(said *announcement.Announcement) {
		said.CallbackID, said.Requester = "b3du", "Mara <mara@harborline.example>"
	})
	unknown := a.Announce(func(said *announcement.Announcement) { said.CallbackID = "dW5rbm93bg==" })
	storetest.Change(t, a.Store, unknown.ID, func(c *callbacks.Case) error {
		c.Requester = callbacks.Requester{Name: "somebody"}
		return nil
	})
	a.round("only the requester was seen", map[string]int{"finance": 1})
	if len(a.entries(own.ID)) != 1 || len(a.entries(unknown.ID)) != 0 {
		t.Errorf("on record: %+v, %+v", a.entries(own.ID), a.entries(unknown.ID))
	}
}

// TestAlarms_Delegate: whoever acts for the requester cannot sign either, also once the delegation is over.
func TestAlarms_Delegate(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	a.SignIn(desktest.Mara)
	a.SignIn(desktest.Dana)
	a.Announce(func(said *announcement.Announcement) { said.Requester = "Mara <mara@harborline.example>" })
	a.round("before", map[string]int{})
	acts := delegation.Delegation{
		ID: callbacks.NewID(), From: desktest.Mara.Actor(), To: desktest.Dana.Actor(), Queues: []string{"finance"},
		Since: a.Clock.Now(), Until: a.Clock.Now().Add(90 * time.Second), MadeBy: desktest.Mara.Actor(), MadeAt: a.Clock.Now(),
	}
	may := func([]delegation.Delegation) error { return nil }
	callbackstest.Must(t, a.Store.AddDelegation(a.Ctx, acts, may, callbacks.AuditEntry{At: a.Clock.Now()}))
	a.round("while she acts for the requester", map[string]int{"finance": 1})
	a.round("afterwards", map[string]int{"finance": 1})
}

// TestAlarms_Escalated: people of whom a request has too few end the alarm once it is escalated to
// them.
func TestAlarms_Escalated(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	a.SignIn(desktest.Reviewer("lena", "finance-leads"))
	c := a.Announce(nil)
	storetest.Change(t, a.Store, c.ID, func(c *callbacks.Case) error {
		c.Requirement.Escalate = &callbacks.Escalation{After: 0.5, To: []string{"finance-leads"}}
		return nil
	})
	a.round("before", map[string]int{"finance": 1})
	a.Clock.Advance(30 * time.Minute)
	a.round("at half of the time", map[string]int{})
}

// TestAlarms_QueueRemoved: once a queue is not configured any more, nobody is missing of the groups of a
// rule: whoever was seen of them cannot sign. Only those to whom a request was escalated can.
func TestAlarms_QueueRemoved(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	a.SignIn(desktest.Mara)
	c := a.Announce(nil)
	a.round("it is configured", map[string]int{})
	left := maps.Clone(desktest.Queues)
	delete(left, "finance")
	inForce := policy.Policy{Queues: left, Roles: policy.Roles{Reviewers: []string{"finance-approvers", "finance-leads"}}}
	a.alarms.InForce = func() policy.Policy { return inForce }
	check := func(when string, unconfigured bool, missing ...string) {
		t.Helper()
		a.Clock.Advance(time.Minute)
		callbackstest.Must(t, a.alarms.RunOnce(a.Ctx))
		all := a.alarms.Requests()
		if len(all) != 1 || all[0].Unconfigured != unconfigured || !cmp.Equal(all[0].Missing, missing) || a.alarms.Count()["finance"] != 1 {
			t.Errorf("%s: %d listed, missing %q, unconfigured %t, counted %v", when, len(all), all[0].Missing, all[0].Unconfigured, a.alarms.Count())
		}
	}
	check("without a rule", true)
	storetest.Change(t, a.Store, c.ID, func(c *callbacks.Case) error {
		c.Requirement.Signatures = []callbacks.Threshold{{From: []string{"finance-approvers"}, For: 1}}
		c.Requirement.Escalate = &callbacks.Escalation{After: 0.5, To: []string{"finance-leads"}}
		return nil
	})
	check("with one", true)
	a.Clock.Advance(30 * time.Minute)
	check("once it is escalated", false, "finance-leads")
	if entries := a.entries(c.ID); len(entries) != 1 || len(entries[0].Facts.Groups) != 0 {
		t.Errorf("on record: %+v", entries)
	}
}

// TestAlarms_Pages: everything that waits is examined, not only the first page of it, and what one
// round does not put on record the next one does.
func TestAlarms_Pages(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	const n = 310 // more than a round records, and more than two pages
	var ids []callbacks.ID
	for i := range n {
		c := a.Announce(func(said *announcement.Announcement) {
			said.CallbackID = string(callbackstest.NewCallbackID())
			if i%2 == 0 {
				said.Queue = "legal"
			}
		})
		ids = append(ids, c.ID)
	}
	for i, recorded := range []int{300, n} {
		a.round(fmt.Sprintf("round %d", i+1), map[string]int{"finance": n / 2, "legal": n / 2})
		found := 0
		for _, id := range ids {
			found += len(a.entries(id))
		}
		if found != recorded {
			t.Errorf("round %d: %d on record, want %d", i+1, found, recorded)
		}
	}
}

// hearing is a page that looks again when something has changed.
type hearing func()

func (h hearing) Changed(callbacks.Invalidation) { h() }

// TestAlarms_Told: a page that looks again because of an alarm finds it counted and listed.
func TestAlarms_Told(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	a.Announce(nil)
	told := 0
	a.alarms.Invalidator = hearing(func() {
		told++
		if n := a.alarms.Count()["finance"]; n != 1 || len(a.alarms.Requests()) != 1 {
			t.Errorf("the page finds %d counted and %d listed", n, len(a.alarms.Requests()))
		}
	})
	a.round("nobody was seen", map[string]int{"finance": 1})
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// TestAlarms_Members: those who were seen and have a role that signs are known by their groups, since
// the last round.
func TestAlarms_Members(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	a.SignIn(desktest.Mara)
	a.SignIn(desktest.Teo) // release-managers do not review here
	members := func(groups ...string) (names []string) {
		for p := range a.alarms.Members(groups) {
			names = append(names, p.Name)
		}
		return names
	}
	callbackstest.Same(t, "before the first round", members("finance-approvers"), nil)
	a.round("two were seen", map[string]int{})
	callbackstest.Same(t, "of some groups", members("legal", "finance-approvers", "release-managers"), []string{"mara"})
	callbackstest.Same(t, "of another group", members("legal"), nil)
	a.Clock.Advance(policy.SeenWithin)
	a.round("long ago", map[string]int{})
	callbackstest.Same(t, "once they were not seen for long", members("finance-approvers"), nil)
}

// crowd is a database in which as many people were seen as are asked for.
type crowd struct{ storetest.Store }

func (crowd) PeopleSeen(_ context.Context, _ time.Time, limit int) ([]people.Profile, error) {
	return make([]people.Profile, limit), nil
}

// TestAlarms_Crowd: where more people were seen than are read, nobody can say that they are too few.
func TestAlarms_Crowd(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	c := a.Announce(nil)
	a.Store = crowd{a.Store}
	a.restart()
	callbackstest.Must(t, a.alarms.RunOnce(a.Ctx))
	if a.alarms.Count() != nil || len(a.entries(c.ID)) != 0 {
		t.Errorf("counts %v, on record %+v", a.alarms.Count(), a.entries(c.ID))
	}
}

// TestAlarms_Down: without a database nothing is known.
func TestAlarms_Down(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	a.Announce(nil)
	a.round("before", map[string]int{"finance": 1})
	a.Clock.Advance(30 * time.Second)
	gone, cancel := context.WithCancel(a.Ctx)
	cancel()
	callbackstest.Must(t, a.alarms.RunOnce(gone)) // a round too soon reads nothing
	a.Clock.Advance(30 * time.Second)
	if err := a.alarms.RunOnce(gone); err == nil || a.alarms.Count() != nil {
		t.Errorf("%v; counts %v", err, a.alarms.Count())
	}
	callbackstest.Must(t, a.alarms.RunOnce(a.Ctx)) // the next try is due at once
	if got := a.alarms.Count()["finance"]; got != 1 {
		t.Errorf("%d afterwards", got)
	}
}
