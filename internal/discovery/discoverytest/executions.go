package discoverytest

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk/storetest"
	"countersign/internal/discovery"
)

// scanOrders claims the watch of orders and lists executions.
func scanOrders(t testing.TB, s storetest.Store, now time.Time, arns ...string) {
	t.Helper()
	setWatches(t, s, orders)
	claimWatches(t, s, scanner, now)
	callbackstest.Must(t, s.SeeExecutions(t.Context(), scanner, orders, now, arns))
}

// due returns the ARNs that a scan still has to read, in order.
func due(t testing.TB, s storetest.Store, scan, now time.Time) []string {
	t.Helper()
	found, err := s.DueExecutions(t.Context(), orders, scan, now, 10)
	callbackstest.Must(t, err)
	var arns []string
	for _, e := range found {
		arns = append(arns, e.ARN)
	}
	return arns
}

func executionsKeepTrace(t *testing.T, s storetest.Store) {
	scanOrders(t, s, callbackstest.T0, "a", "b", "b")
	want := discovery.WatchedExecution{
		ARN: "a", SeenAt: callbackstest.T0, CheckAt: callbackstest.T0.Add(time.Minute),
		Trace: discovery.Trace{
			Last: 7, LastAt: callbackstest.T0.Add(-time.Minute), Root: "root", Deadline: callbackstest.T0.Add(time.Hour),
			Contexts: map[string]discovery.OpenContext{"1": {Name: `a "name"`, SubType: "WaitForCallback"}, "1-1": {Parent: "1"}},
			Callbacks: map[string]discovery.OpenCallback{
				"1-1-1": {Parent: "1-1", ID: "ours"},
				"2": {Start: discovery.Started{
					CallbackID: "dG9rZW4=", At: callbackstest.T0, Name: `the "second"`, Timeout: time.Hour, HeartbeatTimeout: time.Minute,
					Own: discovery.Called{Name: "second", SubType: "Callback"}, Around: discovery.Called{Name: `a "name"`, SubType: "Mine"},
				}},
				"3": {},
			},
		},
	}
	callbackstest.Must(t, s.SaveExecution(t.Context(), scanner, orders, callbackstest.T0, want))
	callbackstest.Same(t, "still to read", due(t, s, callbackstest.T0, callbackstest.T0.Add(time.Hour)), []string{"b"})
	callbackstest.Same(t, "due before its time", due(t, s, callbackstest.T0.Add(time.Second), callbackstest.T0.Add(59*time.Second)), []string{"b"})
	found, err := s.DueExecutions(t.Context(), orders, callbackstest.T0.Add(time.Minute), callbackstest.T0.Add(time.Minute), 10)
	callbackstest.Must(t, err)
	i := slices.IndexFunc(found, func(e discovery.WatchedExecution) bool { return e.ARN == "a" })
	if len(found) != 2 || i < 0 {
		t.Fatalf("due are %+v, want a and b", found)
	}
	callbackstest.Same(t, "execution", found[i], want)
	want.Trace.Ended = true
	callbackstest.Must(t, s.SaveExecution(t.Context(), scanner, orders, callbackstest.T0.Add(time.Minute), want))
	callbackstest.Same(t, "after its end", due(t, s, callbackstest.T0.Add(time.Hour), callbackstest.T0.Add(time.Hour)), []string{"b"})
}

func executionsMissed(t *testing.T, s storetest.Store) {
	scanOrders(t, s, callbackstest.T0, "idle", "waiting", "here")
	for _, arn := range []string{"waiting", "here"} {
		callbackstest.Must(t, s.SaveExecution(t.Context(), scanner, orders, callbackstest.T0, discovery.WatchedExecution{
			ARN: arn, CheckAt: callbackstest.T0.Add(time.Hour), Trace: discovery.Trace{Last: 2, Callbacks: map[string]discovery.OpenCallback{"1": {ID: "x"}}},
		}))
	}
	scan := callbackstest.T0.Add(30 * time.Second)
	callbackstest.Must(t, s.SeeExecutions(t.Context(), scanner, orders, scan, []string{"here"}))
	callbackstest.Must(t, s.MissExecutions(t.Context(), scanner, orders, scan))
	callbackstest.Same(t, "due", due(t, s, scan, scan), []string{"waiting"})
	callbackstest.Same(t, "kept", due(t, s, scan, callbackstest.T0.Add(time.Hour)), []string{"waiting", "here"})
}

func executionsPressing(t *testing.T, s storetest.Store) {
	names := []string{"new", "late", "reviewed", "closed review", "calm"}
	scanOrders(t, s, callbackstest.T0, names...)
	for i, arn := range names[1:] {
		c := callbackstest.NewCallback()
		c.ExecutionARN = arn
		if arn == "late" {
			c.Clocks.Timeout = time.Second
		}
		storetest.Put(t, s, c)
		if i == 1 || i == 2 {
			r := callbacks.Review{ID: callbacks.NewID(), Callback: c.ID, By: callbackstest.Person("ada"), OpenedAt: callbackstest.T0, RenewedAt: callbackstest.T0}
			if arn == "closed review" {
				r.ClosedAt = callbackstest.T0
			}
			_, err := s.Change(t.Context(), c.ID, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
				c.Reviews = append(c.Reviews, r)
				return nil
			})
			callbackstest.Must(t, err)
		}
		callbackstest.Must(t, s.SaveExecution(t.Context(), scanner, orders, callbackstest.T0, discovery.WatchedExecution{ARN: arn, CheckAt: callbackstest.T0.Add(time.Hour)}))
	}
	scan := callbackstest.T0.Add(10 * time.Second)
	found := due(t, s, scan, scan)
	slices.Sort(found[:2])
	callbackstest.Same(t, "due", found, []string{"late", "reviewed", "new"})
	if found, err := s.DueExecutions(t.Context(), orders, scan, scan, 1); err != nil || len(found) != 1 || found[0].ARN == "new" {
		t.Errorf("the first is %+v, %v; want one that presses", found, err)
	}
	if found, err := s.DueExecutions(t.Context(), prints, scan, scan, 9); err != nil || len(found) != 0 {
		t.Errorf("due of another function are %+v, %v", found, err)
	}
}
