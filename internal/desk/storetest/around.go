package storetest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

func testAround(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"InEveryOrder":    aroundOrders,
		"OnlyWhatIsSeen":  aroundSeen,
		"StopsAtTheLimit": aroundLimit,
	})
}

// around looks beside each row of a list, by the cursor that a page ends with.
func around(t *testing.T, s Store, q desk.Query, limit int) (found []desk.Around) {
	t.Helper()
	rows := List(t, s, q).Rows
	for i := range rows {
		at := q
		at.After = &desk.Cursor{ID: rows[i].ID}
		if i+1 < len(rows) {
			cut := q
			cut.Limit = i + 1
			at.After = List(t, s, cut).Next
		} else {
			continue // no page has the cursor of the last row
		}
		a, err := s.Around(t.Context(), at, limit)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, a)
	}
	return found
}

// aroundOrders: rows with the same key have neighbours too.
func aroundOrders(t *testing.T, s Store) {
	for i := range 4 {
		Put(t, s, callbackstest.NewCallback(callbackstest.ReceivedAt(callbackstest.T0.Add(time.Duration(i/2)*time.Minute)), callbackstest.Timeout(time.Duration(i/2)*time.Hour)))
		Put(t, s, callbackstest.NewCallback(callbackstest.Ended(callbacks.Completed, callbackstest.T0.Add(time.Duration(i/2)*time.Minute))))
	}
	for _, f := range []desk.Filter{{Order: desk.OrderRisk}, {Order: desk.OrderDeadline}, {Order: desk.OrderLatest}, {Order: desk.OrderNewest}, {Order: desk.OrderOldest}, {Order: desk.OrderQueue}, {Order: desk.OrderQueueLast}, {Scope: desk.ScopeHistory}, {Scope: desk.ScopeHistory, Order: desk.OrderEndedFirst}, {Scope: desk.ScopeAvailable, Order: desk.OrderDeadline}} {
		q := EveryRow(f)
		rows := IDsOf(List(t, s, q).Rows)
		for i, got := range around(t, s, q, 100) {
			want := desk.Around{After: rows[i+1], Place: i + 1}
			if i > 0 {
				want.Before = rows[i-1]
			}
			callbackstest.Same(t, string(f.Scope)+" "+string(f.Order), got, want)
		}
	}
}

// aroundSeen: neither a neighbour nor the number tells of what the reader may not see.
func aroundSeen(t *testing.T, s Store) {
	in := func(queue string, timeout time.Duration) callbacks.ID {
		c := callbackstest.NewCallback(callbackstest.Timeout(timeout))
		c.Queue = queue
		return Put(t, s, c).ID
	}
	in("theirs", time.Minute)
	first := in("ours", 2*time.Minute)
	in("theirs", 3*time.Minute)
	second := in("mine", 4*time.Minute)
	q := EveryRow(desk.Filter{Scope: desk.ScopeAvailable, Order: desk.OrderDeadline})
	q.AllQueues, q.Queues = false, []string{"mine", "ours"}
	callbackstest.Same(t, "around", around(t, s, q, 100), []desk.Around{{After: second, Place: 1}})
	other := EveryRow(desk.Filter{Scope: desk.ScopeAvailable, Order: desk.OrderDeadline, Limit: 1})
	q.After = List(t, s, other).Next // the place of the first of theirs
	got, err := s.Around(t.Context(), q, 100)
	if err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "around what is hidden", got, desk.Around{After: first})
}

func aroundLimit(t *testing.T, s Store) {
	for i := range 5 {
		Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(time.Duration(i+1)*time.Minute)))
	}
	var places []int
	for _, a := range around(t, s, EveryRow(desk.Filter{Order: desk.OrderDeadline}), 2) {
		places = append(places, a.Place)
	}
	callbackstest.Same(t, "places", places, []int{1, 2, 0, 0})
}
