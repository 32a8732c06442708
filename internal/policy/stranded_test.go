package policy_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desktest"
	"countersign/internal/policy"
)

// TestStranded: what a missing heartbeat ends and what too few people seen could decide is one list, by
// its end, each with those who could come. What is neither, or was decided meanwhile, is not in it.
func TestStranded(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	arrives := func(queue string, timeout, heartbeat time.Duration) callbacks.Callback {
		return a.Announce(func(said *announcement.Announcement) {
			said.Queue, said.CallbackID, said.Timeout, said.HeartbeatTimeout = queue, string(callbackstest.NewCallbackID()), timeout, heartbeat
		})
	}
	a.SignIn(desktest.Mara)
	calm := arrives("finance", time.Hour, 0)
	large := arrives("large", 40*time.Minute, 0)
	beats := arrives("finance", time.Hour, 30*time.Minute)
	both := arrives("large", 2*time.Hour, 20*time.Minute)
	endless := arrives("large", 0, 0)
	a.round("one of two was seen", map[string]int{"large": 3})
	d := policy.NewDesk(policy.Config{Alarms: a.alarms.Requests, Requests: a.Service})
	check := func(when string, want ...string) {
		t.Helper()
		all, more, err := d.Stranded(a.Ctx, desktest.Ops)
		callbackstest.Must(t, err)
		var got []string
		for _, one := range all {
			name := map[callbacks.ID]string{calm.ID: "calm", large.ID: "large", beats.ID: "beats", both.ID: "both", endless.ID: "endless"}[one.Callback.ID]
			could := ""
			for _, person := range one.Could {
				could += person.Name
			}
			got = append(got, fmt.Sprint(name, " ", one.Unattended, " ", one.Missing, " ", could))
		}
		callbackstest.Same(t, when, got, want)
		if more {
			t.Errorf("%s: there is more", when)
		}
	}
	check("the first round", "both true [finance-approvers] mara", "beats true [] mara", "large false [finance-approvers] mara", "endless false [finance-approvers] mara")
	a.SignIn(desktest.Dana)
	_, err := a.Decide(desktest.Mara, large.ID, callbacks.OutcomeApprove, "")
	callbackstest.Must(t, err)
	a.MustDecide(desktest.Dana, large.ID, callbacks.OutcomeApprove, "")
	a.MustDecide(desktest.Mara, beats.ID, callbacks.OutcomeApprove, "")
	check("before the next round", "both true [finance-approvers] mara", "endless false [finance-approvers] mara")
	a.round("two were seen", map[string]int{})
	check("the next round", "both true [] danamara")
	for range policy.MaxStranded {
		arrives("finance", time.Hour, 30*time.Minute)
	}
	if all, more, err := d.Stranded(a.Ctx, desktest.Ops); err != nil || len(all) != policy.MaxStranded || !more {
		t.Errorf("very many: %d, more %t, %v", len(all), more, err)
	}
	if _, _, err := d.Stranded(a.Ctx, desktest.Teo); err == nil {
		t.Error("a reviewer reads it")
	}
}
