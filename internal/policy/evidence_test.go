package policy_test

import (
	"bytes"
	"context"
	"slices"
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

// counted counts how many contents are read.
type counted struct {
	policy.Store
	contents int
}

func (c *counted) Content(ctx context.Context, id callbacks.ID) (callbacks.Content, error) {
	c.contents++
	return c.Store.Content(ctx, id)
}

// TestGatherContent: content is read only for conditions, and no more of it than 4 MiB of payloads.
// What is not read counts for no condition, and the findings say that they rest on a sample.
func TestGatherContent(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	payload := append(append([]byte(`"`), bytes.Repeat([]byte("x"), 900_000)...), '"')
	for range 7 {
		d.Announce(func(a *announcement.Announcement) {
			a.CallbackID, a.Payload = string(callbackstest.NewCallbackID()), payload
		})
	}
	gathered := func(rules ...callbacks.Rule) (*counted, policy.Policy, *policy.Evidence) {
		t.Helper()
		queue := desktest.Queues["finance"]
		queue.Rules = rules
		store, inForce := &counted{Store: d.Store}, policy.Policy{Queues: callbacks.Queues{"finance": queue}}
		seen, err := policy.Gather(d.Ctx, store, false, d.Clock.Now(), inForce)
		callbackstest.Must(t, err)
		if got := len(seen.Requests["finance"]); got != 7 {
			t.Errorf("%d requests are listed, want 7", got)
		}
		return store, inForce, seen
	}
	if store, _, seen := gathered(); store.contents != 0 || seen.MoreRequests {
		t.Errorf("no condition reads content, and %d were read; that it is a sample is said: %t", store.contents, seen.MoreRequests)
	}
	none := callbacks.Rule{Name: "none", When: "never", Condition: amount(1 << 30)}
	store, inForce, seen := gathered(none, callbacks.Rule{Name: "all", Terms: callbacks.OneSignature.Terms})
	if store.contents != 5 || !seen.MoreRequests {
		t.Errorf("%d contents were read, want 5; that it is a sample is said: %t", store.contents, seen.MoreRequests)
	}
	read := 0
	for _, r := range seen.Requests["finance"] {
		if !r.Unread {
			read++
		}
		if r.Unread != (len(r.Content.Payload) == 0) || len(r.Content.Links) > 0 || r.Content.Description != "" {
			t.Errorf("unread: %t, with %d bytes of payload, and %d links", r.Unread, len(r.Content.Payload), len(r.Content.Links))
		}
	}
	if plan := policy.Compare(inForce, inForce, seen); read != 5 || plan.Compared != 5 {
		t.Errorf("%d were read, and %d were compared, want 5", read, plan.Compared)
	}
	if found := inForce.Examine(seen); !mentions(found, "None of 5 requests would get rule none") {
		t.Errorf("the condition was tried on others than those that were read: %v", found)
	}
}

func mentions(all []policy.Finding, text string) bool {
	return slices.ContainsFunc(all, func(f policy.Finding) bool { return f.Text == text })
}
