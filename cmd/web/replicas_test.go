package main

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/standin/locallambda"
)

// threeReplicas starts three desks at once on an empty database, with an open gate before Lambda.
// Their pages hear of nothing but by a signal: by themselves they would look after an hour.
func threeReplicas(t *testing.T) (*rig, *gate, []*replica) {
	t.Helper()
	listeners := threeAddresses(t)
	r := newRig(t, listeners[0].Addr().String())
	lambda := newGate(false)
	endpoint := r.lambda(lambda)
	all := replicas(t, r, listeners, func(_ int, settings map[string]string, o *deskOptions) {
		settings["LAMBDA_ENDPOINT"], o.Poll = endpoint, time.Hour
	})
	return r, lambda, all
}

// TestReplicasShareSessions: whoever signed in at one is signed in, and signed out, at all.
func TestReplicasShareSessions(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return // -short is for machines without PostgreSQL
	}
	r, _, all := threeReplicas(t)
	v := r.signIn(t, mara)
	for i, one := range all {
		if home := v.get(one.url + "/"); home.StatusCode != http.StatusOK {
			t.Errorf("replica %d answers %s", i, home.Status)
		}
	}
	v.post(all[1].url+"/auth/logout", url.Values{})
	for i, one := range all {
		if home := v.get(one.url + "/"); home.StatusCode == http.StatusOK {
			t.Errorf("replica %d still knows who signed out", i)
		}
	}
}

// TestPagesHearOtherReplicas: what one changes is told to the pages of the others, although no page
// and no worker asks for it. A page that looks by itself is told of everything, not of a callback.
func TestPagesHearOtherReplicas(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	r, _, all := threeReplicas(t)
	v := r.signIn(t, mara)
	events := []<-chan string{v.stream(all[0].url), v.stream(all[1].url), v.stream(all[2].url)}
	for _, changed := range all {
		id := r.announce(changed.url, r.ask(0), callbacks.KeepAliveReview)
		for j, stream := range events {
			want := `{"callback":"` + string(id) + `"}`
			if got := await(t, stream, "an event"); got != want {
				t.Errorf("a page of replica %d is told %s, want %s", j, got, want)
			}
		}
	}
}

// TestOneBeatPerInterval: three replicas send the heartbeats of one.
func TestOneBeatPerInterval(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	r, _, all := threeReplicas(t)
	const interval = 2 * time.Second // a third of the timeout
	o := r.ask(6)
	announced := time.Now()
	id := r.announce(all[0].url, o, callbacks.KeepAliveQueued)
	// of three replicas that do not know of each other, they would all have come in two intervals
	const beats = 4
	for n := range beats {
		// One beat may be long under way and the next one short, but none leaves before its time.
		// Times are kept in milliseconds.
		if beat := await(t, r.beats, "a heartbeat"); beat.At.Sub(announced) < time.Duration(n)*interval-10*time.Millisecond {
			t.Errorf("beat %d came after %v, want one every %v", n+1, beat.At.Sub(announced), interval)
		}
	}
	if c := all[1].get(t, id); c.State != callbacks.Pending || len(r.settled) > 0 {
		t.Errorf("the callback is %s, and was closed %d times", c.State, len(r.settled))
	}
	for _, one := range all {
		one.stop()
		if err := await(t, one.ended, "the end of a desk"); err != nil {
			t.Errorf("a desk ended with %v", err)
		}
	}
	// A beat may have come while the desks stopped.
	arrived := beats + len(r.beats)
	if c := all[1].get(t, id); c.Heartbeats != arrived {
		t.Errorf("%d beats are recorded, %d arrived", c.Heartbeats, arrived)
	}
}

// get reads a callback as this replica sees it.
func (one *replica) get(t *testing.T, id callbacks.ID) callbacks.Callback {
	t.Helper()
	c, err := one.store.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDecisionsAtOnce: of two hundred callbacks every fourth is decided by two people at once, at
// different replicas. One decision each is recorded, and Lambda is called once for it.
func TestDecisionsAtOnce(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	r, lambda, all := threeReplicas(t)
	people := []*visitor{r.signIn(t, mara), r.signIn(t, dana)}
	const callbackCount = 200
	var asked []locallambda.Observation
	for range callbackCount {
		asked = append(asked, r.ask(0))
	}
	var recorded, refused, expected atomic.Int64
	// more would only wait longer for two processors under the race detector
	slots := make(chan struct{}, 8)
	decide := func(v *visitor, desk string, id callbacks.ID, outcome string) {
		expected.Add(1)
		slots <- struct{}{}
		defer func() { <-slots }()
		switch status := v.decide(desk, id, outcome); status {
		case http.StatusSeeOther:
			recorded.Add(1)
		case http.StatusConflict:
			refused.Add(1)
		default:
			t.Errorf("a decision is answered with %d", status)
		}
	}
	var deciding sync.WaitGroup
	for i, o := range asked {
		deciding.Go(func() {
			id := r.announce(all[i%3].url, o, callbacks.KeepAliveReview)
			if i%4 == 0 {
				deciding.Go(func() { decide(people[1], all[(i+2)%3].url, id, "reject") })
			}
			decide(people[0], all[(i+1)%3].url, id, "approve")
		})
	}
	deciding.Wait()
	if recorded.Load() != callbackCount || recorded.Load()+refused.Load() != expected.Load() {
		t.Errorf("%d decisions are recorded and %d refused, want %d in all for %d callbacks", recorded.Load(), refused.Load(), expected.Load(), callbackCount)
	}
	for range callbackCount {
		await(t, r.settled, "every decision at Lambda")
	}
	for _, one := range all { // nothing more can come after them
		one.stop()
		if err := await(t, one.ended, "the end of a desk"); err != nil {
			t.Errorf("a desk ended with %v", err)
		}
	}
	close(lambda.arrived)
	calls := map[string]int{}
	for id := range lambda.arrived {
		calls[id]++
	}
	for _, o := range asked {
		if calls[o.CallbackID] != 1 {
			t.Errorf("Lambda was called %d times for %s", calls[o.CallbackID], o.CallbackID)
		}
	}
}

// TestOthersTakeOver: a replica dies between calling Lambda and hearing its answer. Another goes on
// when the lease has run out, and the decision arrives once.
func TestOthersTakeOver(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	listeners := threeAddresses(t)
	r := newRig(t, listeners[0].Addr().String())
	held, free := newGate(true), newGate(false)
	heldURL, freeURL := r.lambda(held), r.lambda(free)
	var ahead atomic.Int64 // of the survivors' clock
	all := replicas(t, r, listeners, func(i int, settings map[string]string, o *deskOptions) {
		settings["LAMBDA_ENDPOINT"] = freeURL
		if i == 0 {
			settings["LAMBDA_ENDPOINT"] = heldURL
			return
		}
		o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	dies, survivor := all[0], all[1]
	v := r.signIn(t, mara)
	o := r.ask(0)
	id := r.announce(dies.url, o, callbacks.KeepAliveReview)
	if status := v.decide(dies.url, id, "approve"); status != http.StatusSeeOther {
		t.Fatalf("the decision is answered with %d", status)
	}
	// The survivors may look for work before the one that was told. Then it is not abandoned, and
	// proves nothing.
	if got := await(t, held.arrived, "the call of the replica that dies"); got != o.CallbackID {
		t.Fatalf("Lambda is called for %s", got)
	}
	dies.program.close() // what it hears from now on it can tell nobody
	if c := survivor.get(t, id); c.State != callbacks.Decided {
		t.Fatalf("the callback is %s before the lease has run out", c.State)
	}
	if len(free.arrived) > 0 {
		t.Fatal("another replica did not wait for the lease")
	}

	news := survivor.hub.Subscribe(time.Now().Add(time.Hour), func(callbacks.Invalidation) bool { return true })
	defer news.Close()
	ahead.Store(int64(time.Minute + time.Second))
	await(t, free.arrived, "another replica to take over")
	closed := await(t, r.settled, "the decision at Lambda")
	if closed.Status != "SUCCEEDED" || !strings.Contains(closed.Payload, `"approved":true`) {
		t.Errorf("the callback was closed as %s with %s", closed.Status, closed.Payload)
	}
	for survivor.get(t, id).State != callbacks.Completed {
		await(t, news.Ready(), "word of the delivery")
		news.Take()
	}
	delivery, err := survivor.store.Delivery(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if delivery.Tries < 2 || len(delivery.Attempts) < 2 {
		t.Errorf("the delivery is %+v, want the abandoned attempt and the one that succeeded", delivery)
	}
	held.open() // the dead one's call arrives late, and finds the callback closed
	if len(r.settled) > 0 {
		t.Error("the callback was closed twice")
	}
}

// TestSessionEndsAtAllReplicas: a page at one replica is told that its session was ended at
// another.
func TestSessionEndsAtAllReplicas(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	r, _, all := threeReplicas(t)
	v := r.signIn(t, mara)
	events := []<-chan string{v.stream(all[0].url), v.stream(all[1].url), v.stream(all[2].url)}
	v.post(all[1].url+"/auth/logout", url.Values{})
	for i, stream := range events {
		if got := await(t, stream, "the end"); got != `{"callback":"*"}` {
			t.Errorf("the page of replica %d is told %s", i, got)
		}
	}
}
