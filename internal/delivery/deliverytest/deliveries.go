package deliverytest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delivery"
	"countersign/internal/desk/storetest"
	"countersign/internal/replies"
)

func testDeliveries(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
		"KeepCompletions":        deliveryKeepsCompletion,
		"DropBoxes":              deliveryDropsBox,
		"NotFound":               deliveryNotFound,
		"ClaimRecordsTheAttempt": claimRecordsAttempt,
		"NotBeforeTheyAreDue":    claimNotDue,
		"EarliestFirstToLimit":   claimLimit,
		"NoneInAFullLane":        claimOtherLanes,
		"OneClaimantEach":        claimsRace,
		"OpenAttemptMakesDoubt":  claimAfterCrash,
		"RecordedWithALease":     recordedWithLease,
		"NoAttemptOnceAccepted":  claimCompleted,
		"FinishSettles":          finishSettles,
		"FinishPutsOff":          finishPutsOff,
		"FinishErrorWritesNone":  finishError,
		"LeaseLost":              finishAfterTakeover,
		"LeaseLostToOneself":     finishAfterOwnTakeover,
		"FinishOnce":             finishTwice,
		"LatestAttemptsAreShown": attemptsAreBounded,
	})
}

// lease is a lease that ends a minute from now.
func lease(owner string, now time.Time) callbacks.Lease {
	return callbacks.Lease{Owner: owner, Until: now.Add(time.Minute)}
}

func claim(t testing.TB, s storetest.Store, owner string, now time.Time) []delivery.Work {
	t.Helper()
	work, err := s.ClaimDeliveries(t.Context(), now, lease(owner, now), 10, nil)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return work
}

func claimOne(t testing.TB, s storetest.Store, owner string, now time.Time) delivery.Work {
	t.Helper()
	work := claim(t, s, owner, now)
	if len(work) != 1 {
		t.Fatalf("claimed %d deliveries, want 1", len(work))
	}
	return work[0]
}

func deliveryOf(t testing.TB, s storetest.Store, id callbacks.ID) callbacks.Delivery {
	t.Helper()
	d, err := s.Delivery(t.Context(), id)
	if err != nil {
		t.Fatalf("delivery: %v", err)
	}
	return d
}

func nextDelivery(t testing.TB, s storetest.Store) time.Time {
	t.Helper()
	next, err := s.NextDelivery(t.Context())
	if err != nil {
		t.Fatalf("next delivery: %v", err)
	}
	return next
}

// answered is an attempt that has ended.
func answered(w delivery.Work, at time.Time, reply replies.Reply) callbacks.Attempt {
	return callbacks.Attempt{Number: w.Delivery.Tries, StartedAt: at, EndedAt: at.Add(time.Second), Reply: reply, Status: 429, Code: "Code", RequestID: "request-1", Key: "arn:aws:kms:eu-central-1:123456789012:key/0f2c"}
}

// finish ends a claim and records its result, with the attempt unless nothing was sent.
func finish(
	t *testing.T, s storetest.Store, owner string, attempt callbacks.Attempt, id callbacks.ID, result func(*callbacks.Case) error,
) (callbacks.Callback, error) {
	t.Helper()
	return change(t, s, id, func(c *callbacks.Case) error {
		if err := c.Delivery.Release(owner, attempt.Number); err != nil {
			return err
		}
		if !attempt.StartedAt.IsZero() {
			c.Delivery.Ended(attempt)
		}
		return result(c)
	})
}

// change changes a callback and its delivery.
func change(t *testing.T, s storetest.Store, id callbacks.ID, fn func(*callbacks.Case) error) (callbacks.Callback, error) {
	t.Helper()
	return s.Change(t.Context(), id, callbacks.Parts{Delivery: true}, fn)
}

// putOff finishes a delivery that is tried again at the given time, or never if the time is zero.
func putOff(until time.Time) func(*callbacks.Case) error {
	return func(c *callbacks.Case) error {
		c.Delivery.DueAt = until
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionAttemptFailed, callbackstest.T0), nil)
	}
}

// deliveryDropsBox: what nobody may read is gone once the decision has arrived or is lost; the hash
// stays.
func deliveryDropsBox(t *testing.T, s storetest.Store) {
	sealed := callbacks.Completion{Kind: callbacks.Success, Result: []byte(`"••••••"`), Sealed: &callbacks.Sealed{Box: []byte("box"), Hash: "a1:9f"}}
	for to, kept := range map[callbacks.State]bool{
		callbacks.Decided: true, callbacks.Undeliverable: true, callbacks.Unconfirmed: true, callbacks.Completed: false, callbacks.Lost: false,
	} {
		c := storetest.Put(t, s, callbackstest.NewCallback())
		storetest.Change(t, s, c.ID, func(c *callbacks.Case) error {
			c.Delivery = &callbacks.Delivery{Callback: c.ID, Completion: sealed, Shown: []byte("shown"), DueAt: callbackstest.T0}
			return nil
		})
		_, err := s.Change(t.Context(), c.ID, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
			c.State = to
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got := deliveryOf(t, s, c.ID)
		if got.Completion.Sealed == nil || (len(got.Completion.Sealed.Box) > 0) != kept || got.Completion.Sealed.Hash != "a1:9f" || string(got.Shown) != "shown" {
			t.Errorf("%s: %+v", to, got.Completion.Sealed)
		}
	}
}

func deliveryKeepsCompletion(t *testing.T, s storetest.Store) {
	for name, want := range map[string]callbacks.Completion{
		"Success": callbackstest.NewCompletion(),
		"Nothing": {Kind: callbacks.Success},
		"Bytes":   {Kind: callbacks.Success, Result: []byte("\x00\xff'\"")},
		"Failure": {Kind: callbacks.Failure, Error: callbacks.ErrorObject{
			ErrorType: "Rejected", ErrorMessage: "no <b> & \"no\"", ErrorData: `{"a": 1,  "b":"\u0000"}`, StackTrace: []string{"one", "two"}}},
		"EmptyFailure": {Kind: callbacks.Failure},
		"Sealed":       {Kind: callbacks.Success, Result: []byte(`"••••••"`), Sealed: &callbacks.Sealed{Box: []byte("\x00\xff"), Hash: "a1:9f"}},
	} {
		c := storetest.Put(t, s, callbackstest.NewCallback())
		storetest.Change(t, s, c.ID, func(c *callbacks.Case) error {
			c.Delivery = &callbacks.Delivery{Callback: c.ID, Completion: want, DueAt: callbackstest.T0}
			return nil
		})
		got := deliveryOf(t, s, c.ID)
		callbackstest.Same(t, name, got, callbacks.Delivery{Callback: c.ID, Completion: want, DueAt: callbackstest.T0})
		if got.Completion.SHA256() != want.SHA256() {
			t.Errorf("%s: the hash of what is sent changed", name)
		}
	}
}

func deliveryNotFound(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	for _, id := range []callbacks.ID{c.ID, callbacks.NewID()} {
		if _, err := s.Delivery(t.Context(), id); !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	}
	_, err := finish(t, s, "worker", callbacks.Attempt{Number: 1}, c.ID, putOff(time.Time{}))
	if !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("finish gives %v, want ErrNotFound", err)
	}
	if next := nextDelivery(t, s); !next.IsZero() {
		t.Errorf("next delivery is due at %v, want none", next)
	}
}

func claimRecordsAttempt(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	decided := storetest.Decide(t, s, c.ID, callbackstest.T0)
	callbackstest.Same(t, "next delivery", nextDelivery(t, s), callbackstest.T0)
	now := callbackstest.T0.Add(time.Second)
	w := claimOne(t, s, "worker", now)
	callbackstest.Same(t, "callback", w.Callback, decided)
	begun := []callbacks.Attempt{{Number: 1, StartedAt: now}}
	callbackstest.Same(t, "delivery", w.Delivery, callbacks.Delivery{
		Callback: c.ID, Completion: callbackstest.NewCompletion(), Lease: lease("worker", now), Tries: 1, DueAt: callbackstest.T0, Attempts: begun,
	})
	callbackstest.Same(t, "attempts", deliveryOf(t, s, c.ID).Attempts, begun)
	callbackstest.Same(t, "next delivery while it is leased", nextDelivery(t, s), now.Add(time.Minute))
	if again := claim(t, s, "another", now.Add(time.Minute-time.Millisecond)); len(again) != 0 {
		t.Error("a leased delivery was claimed again")
	}
}

func claimNotDue(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	if work := claim(t, s, "worker", callbackstest.T0.Add(-time.Millisecond)); len(work) != 0 {
		t.Errorf("claimed %d deliveries that are not due", len(work))
	}
	claimOne(t, s, "worker", callbackstest.T0)
}

func claimLimit(t *testing.T, s storetest.Store) {
	var want []callbacks.ID
	for i := range 5 {
		c := storetest.Put(t, s, callbackstest.NewCallback())
		storetest.Decide(t, s, c.ID, callbackstest.T0.Add(-time.Duration(i)*time.Second))
		want = append([]callbacks.ID{c.ID}, want...)
	}
	var got []callbacks.ID
	for _, limit := range []int{2, 2, 2} {
		work, err := s.ClaimDeliveries(t.Context(), callbackstest.T0, lease("worker", callbackstest.T0), limit, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range work {
			got = append(got, w.Callback.ID)
		}
	}
	callbackstest.Same(t, "claimed callbacks", got, want)
}

func claimOtherLanes(t *testing.T, s storetest.Store) {
	lanes := []arn.Lane{{Region: "eu-west-1"}, {Account: "111122223333", Region: "eu-west-1"}, {}}
	for _, lane := range lanes {
		c := storetest.Put(t, s, callbackstest.NewCallback())
		storetest.DecideIn(t, s, c.ID, lane, callbackstest.T0)
	}
	work, err := s.ClaimDeliveries(t.Context(), callbackstest.T0, lease("worker", callbackstest.T0), 10, lanes[:2])
	if err != nil || len(work) != 1 || work[0].Delivery.Lane != lanes[2] {
		t.Fatalf("claimed %+v, %v; want the one in no full lane", work, err)
	}
	work, err = s.ClaimDeliveries(t.Context(), callbackstest.T0, lease("worker", callbackstest.T0), 10, lanes[:1])
	if err != nil || len(work) != 1 || work[0].Delivery.Lane != lanes[1] {
		t.Fatalf("claimed %+v, %v; want that of the other account", work, err)
	}
}

func claimsRace(t *testing.T, s storetest.Store) {
	const n = 40
	for range n {
		storetest.Decide(t, s, storetest.Put(t, s, callbackstest.NewCallback()).ID, callbackstest.T0)
	}
	var mu sync.Mutex
	claimed := map[callbacks.ID]int{}
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for {
				work, err := s.ClaimDeliveries(t.Context(), callbackstest.T0, lease(fmt.Sprint(worker), callbackstest.T0), 3, nil)
				if err != nil {
					t.Errorf("claim: %v", err)
				}
				if len(work) == 0 {
					return
				}
				mu.Lock()
				for _, w := range work {
					claimed[w.Callback.ID]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	// A worker that skips deliveries which another one is claiming may find nothing and leave;
	// nothing is lost by that.
	rest, err := s.ClaimDeliveries(t.Context(), callbackstest.T0, lease("rest", callbackstest.T0), n, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range rest {
		claimed[w.Callback.ID]++
	}
	for id, times := range claimed {
		if times != 1 {
			t.Errorf("%s was claimed %d times", id, times)
		}
	}
	if len(claimed) != n {
		t.Errorf("%d of %d were claimed", len(claimed), n)
	}
}

func claimAfterCrash(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	if w := claimOne(t, s, "crashed", callbackstest.T0); w.Delivery.Doubtful {
		t.Error("the first attempt is in doubt before it was made")
	}
	later := callbackstest.T0.Add(time.Minute)
	w := claimOne(t, s, "next", later)
	if !w.Delivery.Doubtful || w.Delivery.Tries != 2 {
		t.Errorf("after a crash: doubtful %t, %d tries; want true, 2", w.Delivery.Doubtful, w.Delivery.Tries)
	}
	callbackstest.Same(t, "attempts", deliveryOf(t, s, c.ID).Attempts, []callbacks.Attempt{{Number: 1, StartedAt: callbackstest.T0}, {Number: 2, StartedAt: later}})
}

// claimCompleted: an accepted decision is claimed again to find its receipt. Nothing is sent, so no
// attempt is recorded and nothing becomes doubtful.
func claimCompleted(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	accepted := answered(w, callbackstest.T0, replies.Accepted)
	if _, err := finish(t, s, "worker", accepted, c.ID, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Completed, callbackstest.T0)(&c.Callback)
		c.Delivery.DueAt = callbackstest.T0
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionDelivered, callbackstest.T0), nil)
	}); err != nil {
		t.Fatal(err)
	}
	claimOne(t, s, "crashed", callbackstest.T0)
	w = claimOne(t, s, "next", callbackstest.T0.Add(time.Minute))
	if w.Delivery.Doubtful || w.Callback.State != callbacks.Completed {
		t.Errorf("got doubtful %t in state %s, want no doubt, completed", w.Delivery.Doubtful, w.Callback.State)
	}
	callbackstest.Same(t, "attempts", deliveryOf(t, s, c.ID).Attempts, []callbacks.Attempt{accepted})
	if _, err := finish(t, s, "next", callbacks.Attempt{Number: w.Delivery.Tries}, c.ID, putOff(time.Time{})); err != nil {
		t.Errorf("finish of a claim without attempt: %v", err)
	}
	callbackstest.Same(t, "attempts after the receipt", deliveryOf(t, s, c.ID).Attempts, []callbacks.Attempt{accepted})
}
