package policy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/policy"
)

// TestCompare has a row for each key that may change, in both directions.
func TestCompare(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change         func(*callbacks.Queue)
		forth, back    policy.Direction
		what, was, now string
	}{
		"For": {func(q *callbacks.Queue) { q.Rules[1].Signatures = []callbacks.Threshold{{For: 2}} }, policy.Tightened, policy.Loosened, "signatures", "1 of the queue’s groups", "2 of the queue’s groups"},
		"Groups": {func(q *callbacks.Queue) {
			q.Rules[1].Signatures = []callbacks.Threshold{{From: []string{"controllers"}, For: 1}}
		}, policy.Tightened, policy.Loosened, "signatures", "1 of the queue’s groups", "1 of controllers"},
		"MoreOfOthers": {func(q *callbacks.Queue) {
			q.Rules[0].Signatures = []callbacks.Threshold{{From: []string{"leads"}, For: 9}}
		}, policy.Altered, policy.Altered, "signatures", policy.Signatures(finance(nil).Queues["finance"].Rules[0].Terms), "9 of leads"},
		"Against": {func(q *callbacks.Queue) { q.Rules[1].Against = 2 }, policy.Loosened, policy.Tightened, "against", "1", "2"},
		"Exclude": {func(q *callbacks.Queue) { q.Rules[1].Exclude = q.Rules[0].Exclude }, policy.Tightened, policy.Loosened, "exclude", "", "requester"},
		"Reason":  {func(q *callbacks.Queue) { q.Rules[1].Reason = []callbacks.Stance{callbacks.Against} }, policy.Tightened, policy.Loosened, "reason", "", "against"},
		"Escalate": {func(q *callbacks.Queue) {
			q.Rules[1].Escalate = &callbacks.Escalation{After: 0.5, To: []string{"leads"}}
		}, policy.Loosened, policy.Tightened, "escalate", "", "at 50% to leads"},
		"When":      {func(q *callbacks.Queue) { q.Rules[0].When, q.Rules[0].Condition = "size >= 20", amount(20) }, policy.Loosened, policy.Tightened, "when", "size >= 10", "size >= 20"},
		"Otherwise": {func(q *callbacks.Queue) { q.Otherwise = "everyday" }, policy.Loosened, policy.Tightened, "otherwise", "large", "everyday"},
		"Seeing":    {func(q *callbacks.Queue) { q.Groups = append(slices.Clone(q.Groups), "leads") }, policy.Loosened, policy.Tightened, "groups", "approvers, controllers", "approvers, controllers, leads"},
		"Order":     {func(q *callbacks.Queue) { slices.Reverse(q.Rules) }, policy.Loosened, policy.Tightened, "order", "", "after everyday"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			was, is := finance(nil), finance(tc.change)
			forth := policy.Compare(was, is, nil).Changes
			if len(forth) != 1 || forth[0].Direction != tc.forth || forth[0].What != tc.what || forth[0].Was != tc.was || forth[0].Is != tc.now {
				t.Errorf("forth: %+v", forth)
			}
			if back := policy.Compare(is, was, nil).Changes; len(back) != 1 || back[0].Direction != tc.back {
				t.Errorf("back: %+v", back)
			}
		})
	}
	if same := policy.Compare(finance(nil), finance(nil), nil).Changes; len(same) > 0 {
		t.Errorf("nothing changed: %+v", same)
	}
}

// TestCompare_OtherValues: keys that have a value before and after, in both directions.
func TestCompare_OtherValues(t *testing.T) {
	t.Parallel()
	with := func(after float64, groups []string, age time.Duration) policy.Policy {
		return finance(func(q *callbacks.Queue) {
			q.Rules[0].Escalate = &callbacks.Escalation{After: after, To: groups}
			q.Rules, q.GroupsNotOlderThan = q.Rules[:1], age // the age concerns every rule
		})
	}
	leads, more := []string{"leads"}, []string{"leads", "audit"}
	was := with(0.75, leads, 8*time.Hour)
	for name, tc := range map[string]struct {
		is             policy.Policy
		forth, back    policy.Direction
		what, was, now string
	}{
		"EscalateEarlier": {with(0.5, leads, 8*time.Hour), policy.Loosened, policy.Tightened, "escalate", "at 75% to leads", "at 50% to leads"},
		"EscalateToMore":  {with(0.75, more, 8*time.Hour), policy.Loosened, policy.Tightened, "escalate", "at 75% to leads", "at 75% to leads or audit"},
		"EscalateToOthers": {with(0.75, []string{"audit"}, 8*time.Hour), policy.Altered, policy.Altered, "escalate",
			"at 75% to leads", "at 75% to audit"},
		"Older":   {with(0.75, leads, 24*time.Hour), policy.Loosened, policy.Tightened, "groupsNotOlderThan", "8h", "24h"},
		"Fresher": {with(0.75, leads, 30*time.Minute), policy.Tightened, policy.Loosened, "groupsNotOlderThan", "8h", "30m"},
		"Minutes": {with(0.75, leads, 10*time.Hour+30*time.Minute), policy.Loosened, policy.Tightened, "groupsNotOlderThan", "8h", "10h30m"},
	} {
		forth := policy.Compare(was, tc.is, nil).Changes
		if len(forth) != 1 || forth[0].Direction != tc.forth || forth[0].What != tc.what || forth[0].Was != tc.was || forth[0].Is != tc.now {
			t.Errorf("%s, forth: %+v", name, forth)
		}
		if back := policy.Compare(tc.is, was, nil).Changes; len(back) != 1 || back[0].Direction != tc.back {
			t.Errorf("%s, back: %+v", name, back)
		}
	}
}

// TestCompare_Whole: an age of groups concerns every rule; new rules and queues, and those that are
// gone, are named.
func TestCompare_Whole(t *testing.T) {
	t.Parallel()
	fresh := finance(func(q *callbacks.Queue) { q.GroupsNotOlderThan = 8 * time.Hour })
	if all := policy.Compare(finance(nil), fresh, nil).Changes; len(all) != 2 || all[1].Direction != policy.Tightened || all[1].Is != "8h" {
		t.Errorf("groups: %+v", all)
	}
	fewer := finance(func(q *callbacks.Queue) { q.Rules = q.Rules[:1] })
	if all := policy.Compare(finance(nil), fewer, nil).Changes; len(all) != 1 || all[0].Direction != policy.Removed || all[0].Rule != "everyday" {
		t.Errorf("gone: %+v", all)
	}
	none := policy.Policy{Queues: callbacks.Queues{}, Roles: finance(nil).Roles}
	if all := policy.Compare(none, finance(nil), nil).Changes; len(all) != 3 || all[0].Direction != policy.Added || all[2].Rule != "everyday" {
		t.Errorf("new: %+v", all)
	}
	if all := policy.Compare(finance(nil), none, nil).Changes; len(all) != 1 || all[0].Direction != policy.Removed {
		t.Errorf("gone: %+v", all)
	}
}

// TestCompare_Stranded: requests that wait in a queue that is gone are named, and no others.
func TestCompare_Stranded(t *testing.T) {
	t.Parallel()
	ended := request("1", callbacks.Callback{ID: "ended"})
	ended.Callback.State = callbacks.Completed
	seen := evidence(nil, request("1", callbacks.Callback{ID: "waits"}), ended)
	none := policy.Policy{Queues: callbacks.Queues{}, Roles: finance(nil).Roles}
	plan := policy.Compare(finance(nil), none, seen)
	if len(plan.Stranded) != 1 || plan.Stranded[0].ID != "waits" || plan.Compared != 0 || plan.Waiting != 0 {
		t.Errorf("gone: %+v", plan)
	}
	if plan = policy.Compare(finance(nil), finance(nil), seen); len(plan.Stranded) != 0 {
		t.Errorf("kept: %+v", plan.Stranded)
	}
}

// TestCompare_Pending: requests that wait are compared with what binds them, and nothing is bound.
func TestCompare_Pending(t *testing.T) {
	t.Parallel()
	two := callbacks.Requirement{Rule: "large", Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 3}}}}
	same := finance(nil).Queues["finance"].Bind(&callbacks.Callback{}, &callbacks.Content{Payload: []byte("1")})
	ended := request("0123456789", callbacks.Callback{ID: "ended"})
	ended.Callback.State = callbacks.Completed
	plan := policy.Compare(finance(nil), finance(nil), evidence(nil,
		request("0123456789", callbacks.Callback{ID: "more"}), request("1", callbacks.Callback{ID: "fewer", Requirement: two}),
		request("1", callbacks.Callback{ID: "same", Requirement: same}), ended))
	got := map[callbacks.ID]policy.Direction{}
	for _, d := range plan.Pending {
		got[d.Callback.ID] = d.Direction
	}
	if diff := cmp.Diff(map[callbacks.ID]policy.Direction{"more": policy.Tightened, "fewer": policy.Loosened}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if plan.Waiting != 3 || plan.Compared != 4 || plan.Fewer != 1 || plan.More != 2 {
		t.Errorf("got %+v", plan)
	}
}
