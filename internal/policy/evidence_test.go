package policy_test

import (
	"strings"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desktest"
	"countersign/internal/policy"
)

// TestGatherSample: conditions are tried on every request that waits and on 25 others. If more are
// kept, the findings say that they rest on a sample.
func TestGatherSample(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	inForce := policy.Policy{Queues: callbacks.Queues{"finance": desktest.Queues["finance"]}}
	gathered := func(requests int, sample bool) {
		t.Helper()
		seen, err := policy.Gather(d.Ctx, d.Store, false, d.Clock.Now(), inForce)
		callbackstest.Must(t, err)
		if got := len(seen.Requests["finance"]); got != requests || seen.MoreRequests != sample {
			t.Errorf("%d requests were read, want %d; more are kept: %t", got, requests, seen.MoreRequests)
		}
		last := inForce.Examine(seen)
		if said := strings.Contains(last[len(last)-1].Detail, "tried on a sample"); said != sample {
			t.Errorf("that it is a sample is said: %t", said)
		}
	}
	ids := make([]callbacks.ID, 30)
	for i := range ids {
		ids[i] = d.Announce(func(a *announcement.Announcement) { a.CallbackID = string(callbackstest.NewCallbackID()) }).ID
	}
	gathered(30, false)
	for _, id := range ids[:25] {
		d.MustDecide(desktest.Mara, id, "approve", "Fine.")
	}
	gathered(30, false)
	d.MustDecide(desktest.Mara, ids[25], "approve", "Fine.")
	gathered(29, true)
}
