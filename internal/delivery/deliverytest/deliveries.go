package deliverytest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delivery"
)

func testDeliveries(t *testing.T, open func(*testing.T) callbackstest.Store) {
	callbackstest.Cases(t, open, map[string]func(*testing.T, callbackstest.Store){
		"KeepCompletions":        deliveryKeepsCompletion,
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

func claim(t testing.TB, s callbackstest.Store, owner string, now time.Time) []delivery.Work {
	t.Helper()
	work, err := s.ClaimDeliveries(t.Context(), now, lease(owner, now), 10, nil)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return work
}

func claimOne(t testing.TB, s callbackstest.Store, owner string, now time.Time) delivery.Work {
	t.Helper()
	work := claim(t, s, owner, now)
	if len(work) != 1 {
		t.Fatalf("claimed %d deliveries, want 1", len(work))
	}
	return work[0]
}

func deliveryOf(t testing.TB, s callbackstest.Store, id callbacks.ID) callbacks.Delivery {
	t.Helper()
	d, err := s.Delivery(t.Context(), id)
	if err != nil {
		t.Fatalf("delivery: %v", err)
	}
	return d
}

func nextDelivery(t testing.TB, s callbackstest.Store) time.Time {
	t.Helper()
	next, err := s.NextDelivery(t.Context())
	if err != nil {
		t.Fatalf("next delivery: %v", err)
	}
	return next
}

// answered is an attempt that has ended.
func answered(w delivery.Work, at time.Time, reply callbacks.Reply) callbacks.Attempt {
	return callbacks.Attempt{Number: w.Delivery.Tries, StartedAt: at, EndedAt: at.Add(time.Second), Reply: reply, Status: 429, Code: "Code", RequestID: "request-1", Key: "arn:aws:kms:eu-central-1:123456789012:key/0f2c"}
}

// finish ends a claim and records its result, with the attempt unless nothing was sent.
func finish(
	t *testing.T, s callbackstest.Store, owner string, attempt callbacks.Attempt, id callbacks.ID, result func(*callbacks.Case) error,
) (callbacks.Callback, error) {
	t.Helper()
	return change(t, s, id, func(c *callbacks.Case) error {
		if err := c.Delivery.Release(owner, attempt.Number); err != nil {
			return err
		}
		if !attempt.StartedAt.IsZero() {
			c.Delivery.Attempts = append(c.Delivery.Attempts, attempt)
		}
		return result(c)
	})
}

// change changes a callback and its delivery.
func change(t *testing.T, s callbackstest.Store, id callbacks.ID, fn func(*callbacks.Case) error) (callbacks.Callback, error) {
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

func deliveryKeepsCompletion(t *testing.T, s callbackstest.Store) {
	for name, want := range map[string]callbacks.Completion{
		"Success": callbackstest.NewCompletion(),
		"Nothing": {Kind: callbacks.Success},
		"Bytes":   {Kind: callbacks.Success, Result: []byte("\x00\xff'\"")},
		"Failure": {Kind: callbacks.Failure, Error: callbacks.ErrorObject{
			ErrorType: "Rejected", ErrorMessage: "no <b> & \"no\"", ErrorData: `{"a": 1,  "b":"\u0000"}`, StackTrace: []string{"one", "two"}}},
		"EmptyFailure": {Kind: callbacks.Failure},
	} {
		c := callbackstest.Put(t, s, callbackstest.NewCallback())
		callbackstest.Change(t, s, c.ID, func(c *callbacks.Case) error {
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

func deliveryNotFound(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
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

func claimRecordsAttempt(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	decided := callbackstest.Decide(t, s, c.ID, callbackstest.T0)
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

func claimNotDue(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	if work := claim(t, s, "worker", callbackstest.T0.Add(-time.Millisecond)); len(work) != 0 {
		t.Errorf("claimed %d deliveries that are not due", len(work))
	}
	claimOne(t, s, "worker", callbackstest.T0)
}

func claimLimit(t *testing.T, s callbackstest.Store) {
	var want []callbacks.ID
	for i := range 5 {
		c := callbackstest.Put(t, s, callbackstest.NewCallback())
		callbackstest.Decide(t, s, c.ID, callbackstest.T0.Add(-time.Duration(i)*time.Second))
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

func claimOtherLanes(t *testing.T, s callbackstest.Store) {
	lanes := []callbacks.Lane{{Region: "eu-west-1"}, {Account: "111122223333", Region: "eu-west-1"}, {}}
	for _, lane := range lanes {
		c := callbackstest.Put(t, s, callbackstest.NewCallback())
		callbackstest.DecideIn(t, s, c.ID, lane, callbackstest.T0)
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

func claimsRace(t *testing.T, s callbackstest.Store) {
	const n = 40
	for range n {
		callbackstest.Decide(t, s, callbackstest.Put(t, s, callbackstest.NewCallback()).ID, callbackstest.T0)
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

func claimAfterCrash(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	callbackstest.Decide(t, s, c.ID, callbackstest.T0)
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
func claimCompleted(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	accepted := answered(w, callbackstest.T0, callbacks.ReplyAccepted)
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

func finishSettles(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	decided := callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	attempt := answered(w, callbackstest.T0, callbacks.ReplyAccepted)
	want := w
	want.Delivery.Lease, want.Delivery.Attempts = callbacks.Lease{}, []callbacks.Attempt{attempt}
	got, err := finish(t, s, "worker", attempt, c.ID, func(c *callbacks.Case) error {
		callbackstest.Same(t, "callback and delivery that fn gets", delivery.Work{Callback: c.Callback, Delivery: *c.Delivery}, want)
		callbackstest.Ended(callbacks.Completed, callbackstest.T0)(&c.Callback)
		c.Delivery.DueAt, c.Delivery.Doubtful, c.Delivery.Closed, c.Delivery.Readings = time.Time{}, true, true, 3
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionDelivered, callbackstest.T0), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.State != callbacks.Completed || got.Revision != decided.Revision+1 {
		t.Errorf("got state %s at revision %d, want completed at %d", got.State, got.Revision, decided.Revision+1)
	}
	callbackstest.Same(t, "stored and returned callback", callbackstest.Get(t, s, c.ID), got)
	callbackstest.Same(t, "delivery", deliveryOf(t, s, c.ID), callbacks.Delivery{
		Callback: c.ID, Completion: callbackstest.NewCompletion(), Tries: 1, Readings: 3, Doubtful: true, Closed: true, Attempts: []callbacks.Attempt{attempt}})
	callbackstest.Same(t, "actions", callbackstest.AuditOf(t, s, c.ID), []callbacks.Action{callbacks.ActionDelivered, callbacks.ActionDecided, callbacks.ActionReceived})
	if next := nextDelivery(t, s); !next.IsZero() {
		t.Errorf("next delivery is due at %v, want none", next)
	}
	if work := claim(t, s, "worker", callbackstest.T0.Add(24*time.Hour)); len(work) != 0 {
		t.Error("a settled delivery was claimed")
	}
}

func finishPutsOff(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	due := callbackstest.T0.Add(5 * time.Second)
	if _, err := finish(t, s, "worker", answered(w, callbackstest.T0, callbacks.ReplyThrottled), c.ID, putOff(due)); err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "next delivery", nextDelivery(t, s), due)
	w = claimOne(t, s, "another", due)
	if w.Delivery.Tries != 2 || w.Delivery.Doubtful {
		t.Errorf("got %d tries, doubtful %t; want 2 and no doubt: the first attempt was answered", w.Delivery.Tries, w.Delivery.Doubtful)
	}
}

func finishError(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	decided := callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	before := deliveryOf(t, s, c.ID)
	wrong := errors.New("fn does not want to")
	_, err := finish(t, s, "worker", answered(w, callbackstest.T0, callbacks.ReplyFault), c.ID,
		func(c *callbacks.Case) error {
			c.Heartbeats, c.Delivery.DueAt, c.Delivery.Doubtful = 99, callbackstest.T0, true
			c.Audit = append(c.Audit, callbackstest.Entry(c.Callback, callbacks.ActionDelivered, callbackstest.T0))
			return wrong
		})
	if err != wrong { //nolint:errorlint // as it is, not wrapped
		t.Errorf("got %v, want fn's own error as it is", err)
	}
	callbackstest.Same(t, "callback before and after", callbackstest.Get(t, s, c.ID), decided)
	callbackstest.Same(t, "delivery before and after", deliveryOf(t, s, c.ID), before)
	callbackstest.Same(t, "actions", callbackstest.AuditOf(t, s, c.ID), []callbacks.Action{callbacks.ActionDecided, callbacks.ActionReceived})
}

func finishAfterTakeover(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	decided := callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	old := claimOne(t, s, "old", callbackstest.T0)
	claimOne(t, s, "new", callbackstest.T0.Add(time.Minute))
	before := deliveryOf(t, s, c.ID)
	_, err := finish(t, s, "old", answered(old, callbackstest.T0, callbacks.ReplyAccepted), c.ID,
		func(*callbacks.Case) error {
			t.Error("a result was recorded without the lease")
			return nil
		})
	if !errors.Is(err, callbacks.ErrLeaseLost) {
		t.Errorf("got %v, want ErrLeaseLost", err)
	}
	callbackstest.Same(t, "callback before and after", callbackstest.Get(t, s, c.ID), decided)
	callbackstest.Same(t, "delivery before and after", deliveryOf(t, s, c.ID), before)
}

func finishAfterOwnTakeover(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	first := claimOne(t, s, "worker", callbackstest.T0)
	second := claimOne(t, s, "worker", callbackstest.T0.Add(time.Minute))
	_, err := finish(t, s, "worker", answered(first, callbackstest.T0, callbacks.ReplyAccepted), c.ID, putOff(time.Time{}))
	if !errors.Is(err, callbacks.ErrLeaseLost) {
		t.Errorf("the answer to the first attempt gives %v, want ErrLeaseLost: the second is under way", err)
	}
	if _, err := finish(t, s, "worker", answered(second, callbackstest.T0, callbacks.ReplyAccepted), c.ID, putOff(time.Time{})); err != nil {
		t.Errorf("the answer to the second attempt: %v", err)
	}
}

func finishTwice(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	w := claimOne(t, s, "worker", callbackstest.T0)
	for i, want := range []error{nil, callbacks.ErrLeaseLost} {
		_, err := finish(t, s, "worker", answered(w, callbackstest.T0, callbacks.ReplyAccepted), c.ID, putOff(callbackstest.T0.Add(time.Hour)))
		if !errors.Is(err, want) {
			t.Errorf("finish %d gives %v, want %v", i+1, err, want)
		}
	}
}

func attemptsAreBounded(t *testing.T, s callbackstest.Store) {
	c := callbackstest.Put(t, s, callbackstest.NewCallback())
	callbackstest.Decide(t, s, c.ID, callbackstest.T0)
	const tries = callbacks.MaxAttemptsShown + 3
	for range tries {
		w := claimOne(t, s, "worker", callbackstest.T0)
		if _, err := finish(t, s, "worker", answered(w, callbackstest.T0, callbacks.ReplyThrottled), c.ID, putOff(callbackstest.T0)); err != nil {
			t.Fatal(err)
		}
	}
	d := deliveryOf(t, s, c.ID)
	if n := len(d.Attempts); n != callbacks.MaxAttemptsShown || d.Tries != tries {
		t.Fatalf("got %d attempts of %d tries, want %d of %d", n, d.Tries, callbacks.MaxAttemptsShown, tries)
	}
	if first, last := d.Attempts[0].Number, d.Attempts[len(d.Attempts)-1].Number; first != 4 || last != tries {
		t.Errorf("attempts go from %d to %d, want the latest, oldest first", first, last)
	}
}
