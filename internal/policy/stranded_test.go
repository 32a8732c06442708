package policy_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/people"
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

// TestStranded_Could: the reader is one of those who could come, and so is who acts for a member who was
// not seen. Neither is who has signed already, or acts for the requester.
func TestStranded_Could(t *testing.T) {
	t.Parallel()
	a := newAlarmed(t)
	delegates := func(from, to callbacks.Person) {
		may := func([]delegation.Delegation) error { return nil }
		callbackstest.Must(t, a.Store.AddDelegation(a.Ctx, delegation.Delegation{
			ID: callbacks.NewID(), From: from.Actor(), To: to.Actor(), Queues: []string{"large"},
			Since: a.Clock.Now(), Until: a.Clock.Now().Add(time.Hour), MadeBy: from.Actor(), MadeAt: a.Clock.Now(),
		}, may, callbacks.AuditEntry{At: a.Clock.Now()}))
	}
	a.SignIn(desktest.Mara)
	c := a.Announce(func(said *announcement.Announcement) {
		said.Queue, said.Requester = "large", "Dana <dana@harborline.example>"
	})
	storetest.Change(t, a.Store, c.ID, func(c *callbacks.Case) error {
		c.Requirement.Exclude = []callbacks.Exclusion{callbacks.ExcludeRequester}
		return nil
	})
	a.round("one of two was seen", map[string]int{"large": 1})
	d := policy.NewDesk(policy.Config{Alarms: a.alarms.Requests, Requests: a.Service})
	check := func(when string, reader callbacks.Person, you bool, want ...string) {
		t.Helper()
		all, _, err := d.Stranded(a.Ctx, reader)
		callbackstest.Must(t, err)
		var names []string
		for _, person := range all[0].Could {
			names = append(names, person.Name)
		}
		callbackstest.Same(t, when, names, want)
		if all[0].You != you {
			t.Errorf("%s: the reader could: %t", when, !you)
		}
	}
	signs := desktest.Ops
	signs.Email, signs.EmailVerified = "ops@harborline.example", true
	signs.Groups = append(slices.Clone(signs.Groups), "finance-approvers")
	check("an admin who signs", signs, true, "mara")
	check("an admin who does not", desktest.Ops, false, "mara")
	_, err := a.Decide(desktest.Mara, c.ID, callbacks.OutcomeApprove, "")
	callbackstest.Must(t, err)
	check("Mara has signed", desktest.Ops, false)
	lena := desktest.Reviewer("lena", "finance-approvers")
	lena.GroupsReadAt = a.Clock.Now()
	callbackstest.Must(t, a.Store.KeepPerson(a.Ctx, people.NewProfile(lena, true, a.Clock.Now().Add(-policy.SeenWithin-time.Hour))))
	a.SignIn(desktest.Teo)
	delegates(lena, desktest.Teo)
	a.round("Teo acts for Lena", map[string]int{"large": 1})
	check("Teo acts for Lena", desktest.Ops, false, "teo")
	a.SignIn(desktest.Dana)
	delegates(desktest.Dana, desktest.Teo)
	a.round("Teo acts for the requester", map[string]int{"large": 1})
	check("Teo acts for the requester", desktest.Ops, false)
}
