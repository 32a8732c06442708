package callbackstest

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/discovery"
)

// scanOrders claims the watch of orders and lists executions.
func scanOrders(t testing.TB, s Store, now time.Time, arns ...string) {
	t.Helper()
	setWatches(t, s, orders)
	claimWatches(t, s, scanner, now)
	must(t, s.SeeExecutions(t.Context(), scanner, orders, now, arns))
}

// due are the ARNs that a scan has still to read, in order.
func due(t testing.TB, s Store, scan, now time.Time) []string {
	t.Helper()
	found, err := s.DueExecutions(t.Context(), orders, scan, now, 10)
	must(t, err)
	var arns []string
	for _, e := range found {
		arns = append(arns, e.ARN)
	}
	return arns
}

func executionsKeepTrace(t *testing.T, s Store) {
	scanOrders(t, s, T0, "a", "b", "b")
	want := discovery.WatchedExecution{
		ARN: "a", SeenAt: T0, CheckAt: T0.Add(time.Minute),
		Trace: discovery.Trace{
			Last: 7, LastAt: T0.Add(-time.Minute), Root: "root", Deadline: T0.Add(time.Hour),
			Contexts: map[string]discovery.OpenContext{"1": {Name: `a "name"`, SubType: "WaitForCallback"}, "1-1": {Parent: "1"}},
			Callbacks: map[string]discovery.OpenCallback{
				"1-1-1": {Parent: "1-1", ID: "ours"},
				"2": {Start: discovery.Started{
					CallbackID: "dG9rZW4=", At: T0, Name: `the "second"`, Timeout: time.Hour, HeartbeatTimeout: time.Minute,
					Own: discovery.Called{Name: "second", SubType: "Callback"}, Around: discovery.Called{Name: `a "name"`, SubType: "Mine"},
				}},
				"3": {},
			},
		},
	}
	must(t, s.SaveExecution(t.Context(), scanner, orders, T0, want))
	same(t, "still to read", due(t, s, T0, T0.Add(time.Hour)), []string{"b"})
	same(t, "due before its time", due(t, s, T0.Add(time.Second), T0.Add(59*time.Second)), []string{"b"})
	found, err := s.DueExecutions(t.Context(), orders, T0.Add(time.Minute), T0.Add(time.Minute), 10)
	must(t, err)
	i := slices.IndexFunc(found, func(e discovery.WatchedExecution) bool { return e.ARN == "a" })
	if len(found) != 2 || i < 0 {
		t.Fatalf("due are %+v, want a and b", found)
	}
	same(t, "execution", found[i], want)
	want.Trace.Ended = callbacks.ExecutionFailed
	must(t, s.SaveExecution(t.Context(), scanner, orders, T0.Add(time.Minute), want))
	same(t, "after its end", due(t, s, T0.Add(time.Hour), T0.Add(time.Hour)), []string{"b"})
}

func executionsMissed(t *testing.T, s Store) {
	scanOrders(t, s, T0, "idle", "waiting", "here")
	for _, arn := range []string{"waiting", "here"} {
		must(t, s.SaveExecution(t.Context(), scanner, orders, T0, discovery.WatchedExecution{
			ARN: arn, CheckAt: T0.Add(time.Hour), Trace: discovery.Trace{Last: 2, Callbacks: map[string]discovery.OpenCallback{"1": {ID: "x"}}},
		}))
	}
	scan := T0.Add(30 * time.Second)
	must(t, s.SeeExecutions(t.Context(), scanner, orders, scan, []string{"here"}))
	must(t, s.MissExecutions(t.Context(), scanner, orders, scan))
	same(t, "due", due(t, s, scan, scan), []string{"waiting"})
	same(t, "kept", due(t, s, scan, T0.Add(time.Hour)), []string{"waiting", "here"})
}

func executionsPressing(t *testing.T, s Store) {
	names := []string{"new", "late", "reviewed", "closed review", "calm"}
	scanOrders(t, s, T0, names...)
	for i, arn := range names[1:] {
		c := NewCallback()
		c.ExecutionARN = arn
		if arn == "late" {
			c.Clocks.Timeout = time.Second
		}
		put(t, s, c)
		if i == 1 || i == 2 {
			r := callbacks.Review{ID: callbacks.NewID(), Callback: c.ID, By: Person("ada"), OpenedAt: T0, RenewedAt: T0}
			if arn == "closed review" {
				r.ClosedAt = T0
			}
			_, err := s.Review(t.Context(), c.ID, func(*callbacks.Callback, []callbacks.Review) ([]callbacks.Review, callbacks.AuditEntry, error) {
				return []callbacks.Review{r}, callbacks.AuditEntry{}, nil
			})
			must(t, err)
		}
		must(t, s.SaveExecution(t.Context(), scanner, orders, T0, discovery.WatchedExecution{ARN: arn, CheckAt: T0.Add(time.Hour)}))
	}
	scan := T0.Add(10 * time.Second)
	found := due(t, s, scan, scan)
	slices.Sort(found[:2])
	same(t, "due", found, []string{"late", "reviewed", "new"})
	if found, err := s.DueExecutions(t.Context(), orders, scan, scan, 1); err != nil || len(found) != 1 || found[0].ARN == "new" {
		t.Errorf("the first is %+v, %v; want one that presses", found, err)
	}
	if found, err := s.DueExecutions(t.Context(), prints, scan, scan, 9); err != nil || len(found) != 0 {
		t.Errorf("due of another function are %+v, %v", found, err)
	}
}
