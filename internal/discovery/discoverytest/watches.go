package discoverytest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
	"countersign/internal/discovery"
	"countersign/internal/replies"
)

func testWatches(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
		"SetAddsAndRemoves":       watchesSet,
		"ConfigWinsOverRegion":    watchesOrigins,
		"EachLaneByItself":        watchesByLane,
		"ChangedAtOnce":           watchesChangedAtOnce,
		"ClaimIsALease":           watchesClaim,
		"ManyClaimEachOnce":       watchesClaimAtOnce,
		"RenewedLeaseHolds":       watchesRenew,
		"LostLeaseWritesNothing":  watchesLost,
		"FinishCounts":            watchesFinish,
		"ExecutionsKeepTheTrace":  executionsKeepTrace,
		"ExecutionsThatLeft":      executionsMissed,
		"PressingExecutionsFirst": executionsPressing,
		"ExecutionsReadAnew":      executionsAnew,
		"ArrivedWithTheirTrace":   arrivedTraces,
		"ArrivedInPages":          arrivedPages,
		"Lookup":                  lookup,
	})
}

var (
	orders = discovery.Watch{Function: "orders", Region: "eu-west-1", Queue: "finance"}
	prints = discovery.Watch{Function: "prints", Region: "eu-west-1", Queue: callbacks.DefaultQueue}
)

const scanner = "scanner"

func setWatches(t testing.TB, s storetest.Store, watches ...discovery.Watch) {
	t.Helper()
	named := func(l discovery.Watchlist) discovery.Watchlist { return l.Named(watches) }
	if err := s.ChangeWatches(t.Context(), named); err != nil {
		t.Errorf("set watches: %v", err)
	}
}

// setFunctions sets the watches that [discovery.EveryFunction] stands for in a lane.
func setFunctions(t testing.TB, s storetest.Store, lane arn.Lane, watches ...discovery.Watch) {
	t.Helper()
	listed := func(l discovery.Watchlist) discovery.Watchlist { return l.Listed(lane, watches) }
	if err := s.ChangeWatches(t.Context(), listed); err != nil {
		t.Errorf("set functions: %v", err)
	}
}

// watched returns the stored watches.
func watched(t testing.TB, s storetest.Store) []discovery.Watch {
	t.Helper()
	states, err := s.Watches(t.Context())
	if err != nil {
		t.Fatalf("watches: %v", err)
	}
	var all []discovery.Watch
	for _, state := range states {
		all = append(all, state.Watch)
	}
	return all
}

func claimWatches(t testing.TB, s storetest.Store, owner string, now time.Time) []discovery.WatchState {
	t.Helper()
	claimed, err := s.ClaimWatches(t.Context(), orders.Lane(), now, callbacks.Lease{Owner: owner, Until: now.Add(time.Minute)}, 10)
	if err != nil {
		t.Fatalf("claim watches: %v", err)
	}
	return claimed
}

func watchesSet(t *testing.T, s storetest.Store) {
	setWatches(t, s, prints, orders)
	callbackstest.Same(t, "watches", watched(t, s), []discovery.Watch{orders, prints})
	scanOrders(t, s, callbackstest.T0, "a") // sets orders alone
	callbackstest.Same(t, "watches", watched(t, s), []discovery.Watch{orders})
	setWatches(t, s, prints)
	setWatches(t, s, orders)
	callbackstest.Same(t, "executions of a watch that was gone", due(t, s, callbackstest.T0.Add(time.Hour), callbackstest.T0.Add(time.Hour)), nil)
	moved := orders
	moved.Queue = "releases"
	setWatches(t, s, moved)
	callbackstest.Same(t, "watches", watched(t, s), []discovery.Watch{moved})
	setWatches(t, s)
	callbackstest.Same(t, "watches", watched(t, s), nil)
	if next, err := s.NextWatch(t.Context(), orders.Lane()); err != nil || !next.IsZero() {
		t.Errorf("next watch is %v, %v; want none", next, err)
	}
}

func watchesOrigins(t *testing.T, s storetest.Store) {
	every := discovery.Watch{Function: discovery.EveryFunction, Region: "eu-west-1", Queue: callbacks.DefaultQueue}
	setWatches(t, s, every, orders)
	taken := orders
	taken.Queue = callbacks.DefaultQueue
	setFunctions(t, s, every.Lane(), taken, prints)
	callbackstest.Same(t, "watches", watched(t, s), []discovery.Watch{every, orders, prints})
	setWatches(t, s, every, orders)
	callbackstest.Same(t, "watches after a restart", watched(t, s), []discovery.Watch{every, orders, prints})
	setFunctions(t, s, every.Lane())
	callbackstest.Same(t, "watches without the region's", watched(t, s), []discovery.Watch{every, orders})
	setFunctions(t, s, every.Lane(), prints)
	setWatches(t, s, every, prints)
	setFunctions(t, s, every.Lane())
	callbackstest.Same(t, "watches that the operator took over", watched(t, s), []discovery.Watch{every, prints})
	setFunctions(t, s, every.Lane(), orders)
	setWatches(t, s, prints)
	callbackstest.Same(t, "watches when not every function is wanted any more", watched(t, s), []discovery.Watch{prints})
}

// watchesChangedAtOnce: processes that start together name the same watches while a region is
// listed, and the operator's stays theirs.
func watchesChangedAtOnce(t *testing.T, s storetest.Store) {
	every := discovery.Watch{Function: discovery.EveryFunction, Region: "eu-west-1", Queue: callbacks.DefaultQueue}
	taken := orders
	taken.Queue = callbacks.DefaultQueue
	setWatches(t, s, every)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { setWatches(t, s, every, orders) })
		all.Go(func() { setFunctions(t, s, every.Lane(), taken, prints) })
	}
	all.Wait()
	callbackstest.Same(t, "watches", watched(t, s), []discovery.Watch{every, orders, prints})
	setFunctions(t, s, every.Lane())
	callbackstest.Same(t, "watches without the region's", watched(t, s), []discovery.Watch{every, orders})
}

// watchesByLane: functions of the same name in two accounts are two functions, and each lane has
// its own work.
func watchesByLane(t *testing.T, s storetest.Store) {
	theirs, every := orders, discovery.Watch{Function: discovery.EveryFunction, Account: "111122223333", Region: "eu-west-1", Queue: "a"}
	theirs.Account = "111122223333"
	there := discovery.Watch{Function: discovery.EveryFunction, Region: "us-east-1", Queue: "a"}
	setWatches(t, s, orders, theirs, every, there)
	callbackstest.Same(t, "watches", watched(t, s), []discovery.Watch{there, every, orders, theirs})
	found, foundThere := prints, prints
	found.Account, foundThere.Region = "111122223333", "us-east-1"
	setFunctions(t, s, every.Lane(), found)
	setFunctions(t, s, there.Lane(), foundThere)
	setFunctions(t, s, there.Lane(), foundThere)
	callbackstest.Same(t, "watches", watched(t, s), []discovery.Watch{there, every, orders, theirs, foundThere, found})
	setWatches(t, s, orders, theirs, there)
	callbackstest.Same(t, "watches without those of one lane", watched(t, s), []discovery.Watch{there, orders, theirs, foundThere})

	if claimed := claimWatches(t, s, scanner, callbackstest.T0); len(claimed) != 1 || claimed[0].Watch != orders {
		t.Fatalf("claimed %+v, want our orders", claimed)
	}
	callbackstest.Must(t, s.SeeExecutions(t.Context(), scanner, orders, callbackstest.T0, []string{"a"}))
	if err := s.RenewWatch(t.Context(), theirs, callbacks.Lease{Owner: scanner, Until: callbackstest.T0.Add(time.Hour)}); !errors.Is(err, callbacks.ErrLeaseLost) {
		t.Errorf("renewing their orders gives %v, want ErrLeaseLost", err)
	}
	if next, err := s.NextWatch(t.Context(), theirs.Lane()); err != nil || next.After(callbackstest.T0) {
		t.Errorf("theirs are due at %v, %v", next, err)
	}
	if next, err := s.NextWatch(t.Context(), orders.Lane()); err != nil || !next.Equal(callbackstest.T0.Add(time.Minute)) {
		t.Errorf("ours are due at %v, %v; want the end of the lease", next, err)
	}
	if found, err := s.DueExecutions(t.Context(), theirs, callbackstest.T0.Add(time.Hour), callbackstest.T0.Add(time.Hour), 9); err != nil || len(found) != 0 {
		t.Errorf("their executions are %+v, %v", found, err)
	}
}

func watchesClaim(t *testing.T, s storetest.Store) {
	setWatches(t, s, orders)
	claimed := claimWatches(t, s, "one", callbackstest.T0)
	if len(claimed) != 1 || claimed[0].Watch != orders || !claimed[0].ScanFrom.Equal(callbackstest.T0) {
		t.Fatalf("claimed %+v, want orders from now on", claimed)
	}
	if again := claimWatches(t, s, "two", callbackstest.T0.Add(59*time.Second)); len(again) != 0 {
		t.Errorf("claimed %+v under a lease", again)
	}
	if next, err := s.NextWatch(t.Context(), orders.Lane()); err != nil || !next.Equal(callbackstest.T0.Add(time.Minute)) {
		t.Errorf("next watch is %v, %v; want the end of the lease", next, err)
	}
	if again := claimWatches(t, s, "two", callbackstest.T0.Add(time.Minute)); len(again) != 1 {
		t.Errorf("claimed %+v after the lease, want orders", again)
	}
}

func watchesClaimAtOnce(t *testing.T, s storetest.Store) {
	var many []discovery.Watch
	for i := range 20 {
		many = append(many, discovery.Watch{Function: fmt.Sprint("f", i)})
	}
	setWatches(t, s, many...)
	var mu sync.Mutex
	claims := map[discovery.Watch]int{}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			claimed, err := s.ClaimWatches(t.Context(), arn.Lane{}, callbackstest.T0, callbacks.Lease{Owner: fmt.Sprint(i), Until: callbackstest.T0.Add(time.Minute)}, 5)
			if err != nil {
				t.Errorf("claim: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, c := range claimed {
				claims[c.Watch]++
			}
		})
	}
	all.Wait()
	for w, n := range claims {
		if n != 1 {
			t.Errorf("%s was claimed %d times", w.Function, n)
		}
	}
}

func watchesRenew(t *testing.T, s storetest.Store) {
	setWatches(t, s, orders)
	claimWatches(t, s, scanner, callbackstest.T0)
	callbackstest.Must(t, s.RenewWatch(t.Context(), orders, callbacks.Lease{Owner: scanner, Until: callbackstest.T0.Add(3 * time.Minute)}))
	if again := claimWatches(t, s, "two", callbackstest.T0.Add(2*time.Minute)); len(again) != 0 {
		t.Errorf("claimed %+v under a renewed lease", again)
	}
}

func watchesLost(t *testing.T, s storetest.Store) {
	setWatches(t, s, orders)
	claimWatches(t, s, scanner, callbackstest.T0)
	claimWatches(t, s, "two", callbackstest.T0.Add(time.Hour))
	ctx := t.Context()
	for name, err := range map[string]error{
		"renew":  s.RenewWatch(ctx, orders, callbacks.Lease{Owner: scanner, Until: callbackstest.T0.Add(2 * time.Hour)}),
		"see":    s.SeeExecutions(ctx, scanner, orders, callbackstest.T0, []string{"a"}),
		"miss":   s.MissExecutions(ctx, scanner, orders, callbackstest.T0),
		"anew":   s.ReadAnew(ctx, scanner, orders, []string{"a"}),
		"save":   s.SaveExecution(ctx, scanner, orders, callbackstest.T0, discovery.WatchedExecution{ARN: "a"}),
		"finish": s.FinishWatch(ctx, scanner, discovery.WatchState{Watch: orders}),
		"gone":   s.RenewWatch(ctx, prints, callbacks.Lease{Owner: scanner}),
		"nobody": s.FinishWatch(ctx, "", discovery.WatchState{Watch: orders}),
	} {
		if !errors.Is(err, callbacks.ErrLeaseLost) {
			t.Errorf("%s gives %v, want ErrLeaseLost", name, err)
		}
	}
	callbackstest.Same(t, "executions", due(t, s, callbackstest.T0.Add(time.Hour), callbackstest.T0.Add(time.Hour)), nil)
}

func watchesFinish(t *testing.T, s storetest.Store) {
	found := callbackstest.NewCallback()
	found.Source, found.ExecutionARN = callbacks.SourceDiscovery, "with"
	storetest.Put(t, s, found)
	scanOrders(t, s, callbackstest.T0, "with", "without")
	callbackstest.Must(t, s.SaveExecution(t.Context(), scanner, orders, callbackstest.T0, discovery.WatchedExecution{
		ARN: "with", Trace: discovery.Trace{Last: 4, Callbacks: map[string]discovery.OpenCallback{"1": {ID: found.ID}, "2": {}}},
	}))
	want := discovery.WatchState{
		Watch: orders, DueAt: callbackstest.T0.Add(30 * time.Second), ScannedAt: callbackstest.T0.Add(time.Second), Problem: replies.Denied,
		Running: 2, Open: 2, Unannounced: 1 + 3, LeftOut: 5,
	}
	finished := want
	// the store counts and adds those that are not at the desk
	finished.Running, finished.Open, finished.Unannounced = 0, 0, 3
	callbackstest.Must(t, s.FinishWatch(t.Context(), scanner, finished))
	states, err := s.Watches(t.Context())
	callbackstest.Must(t, err)
	callbackstest.Same(t, "watches", states, []discovery.WatchState{want})
	if early := claimWatches(t, s, "two", callbackstest.T0.Add(29*time.Second)); len(early) != 0 {
		t.Errorf("claimed %+v before it was due", early)
	}
	if again := claimWatches(t, s, "two", callbackstest.T0.Add(30*time.Second)); len(again) != 1 {
		t.Errorf("claimed %+v when it was due, want orders", again)
	}
}

func lookup(t *testing.T, s storetest.Store) {
	want := storetest.Put(t, s, callbackstest.NewCallback())
	got, err := s.Lookup(t.Context(), want.CallbackID)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "callback", got, want)
	if _, err := s.Lookup(t.Context(), callbackstest.NewCallbackID()); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}
