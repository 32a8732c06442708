package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/replies"
)

func testList(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"RowsAreWholeCallbacks": listRows,
		"Orders":                listOrders,
		"ScopesHaveAnOrder":     listScopeOrders,
		"OwnSignatures":         listOwnSignatures,
		"PagesWithInsertions":   listPages,
		"PagesOfEqualKeys":      listTies,
		"UnknownCursor":         listUnknownCursor,
		"ManyQueues":            listManyQueues,
		"CountStopsAtLimit":     countStops,
	})
}

// List reads a page.
func List(t testing.TB, s Store, q desk.Query) desk.Page {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = desk.MaxPage
	}
	page, err := s.List(t.Context(), q)
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	return page
}

// IDsOf returns the IDs of a page, in its order.
func IDsOf(rows []desk.Row) []callbacks.ID {
	ids := make([]callbacks.ID, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

// EveryRow is a query that finds every row.
func EveryRow(f desk.Filter) desk.Query {
	if f.Scope == "" {
		f.Scope = desk.ScopeAll
	}
	return desk.Query{Filter: f, AllQueues: true, Person: "ada", Now: callbackstest.T0}
}

func listRows(t *testing.T, s Store) {
	want := Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, callbackstest.T0), callbackstest.DecidedBy("ada", callbackstest.T0), callbackstest.Ended(callbacks.Lost, callbackstest.T0), callbackstest.Problem(replies.Fault)))
	page := List(t, s, EveryRow(desk.Filter{}))
	if len(page.Rows) != 1 || page.Next != nil {
		t.Fatalf("got %d rows and next %v, want 1 and none", len(page.Rows), page.Next)
	}
	callbackstest.Same(t, "row and callback", page.Rows[0].Callback, want)
}

func listOrders(t *testing.T, s Store) {
	at := func(minutes int) time.Time { return callbackstest.T0.Add(time.Duration(minutes) * time.Minute) }
	a := Put(t, s, callbackstest.NewCallback(callbackstest.ReceivedAt(at(1)), callbackstest.Timeout(time.Hour), callbackstest.Ended(callbacks.Completed, at(9)))).ID
	b := Put(t, s, callbackstest.NewCallback(callbackstest.ReceivedAt(at(2)), callbackstest.Timeout(0), callbackstest.Ended(callbacks.TimedOut, at(7)))).ID
	c := Put(t, s, callbackstest.NewCallback(callbackstest.ReceivedAt(at(3)), callbackstest.Timeout(time.Minute), callbackstest.Ended(callbacks.Closed, at(8)))).ID
	for order, want := range map[desk.Order][]callbacks.ID{
		desk.OrderDeadline: {c, a, b}, desk.OrderLatest: {b, a, c}, desk.OrderNewest: {c, b, a}, desk.OrderOldest: {a, b, c},
		desk.OrderEnd: {a, c, b}, desk.OrderEndedFirst: {b, c, a},
	} {
		callbackstest.Same(t, string(order), IDsOf(List(t, s, EveryRow(desk.Filter{Order: order})).Rows), want)
	}
	in := func(queue string, minutes int) callbacks.ID {
		return Put(t, s, callbackstest.NewCallback(callbackstest.Queue(queue), callbackstest.Timeout(time.Duration(minutes)*time.Minute))).ID
	}
	d, e, f, g := in("b", 5), in("a", 9), in("b", 1), in("c", 3)
	first := []callbacks.ID{e, f, d, g}
	for _, limit := range []int{1, 3, 10} {
		open := desk.Filter{Scope: desk.ScopeAll, States: callbacks.OpenStates, Order: desk.OrderQueue, Limit: limit}
		callbackstest.Same(t, "by queue", IDsOf(ListAll(t, s, EveryRow(open))), first)
		open.Order = desk.OrderQueueLast
		callbackstest.Same(t, "by queue, the last first", IDsOf(ListAll(t, s, EveryRow(open))), []callbacks.ID{g, d, f, e})
	}
	callbackstest.Same(t, "by end", IDsOf(List(t, s, EveryRow(desk.Filter{Scope: desk.ScopeHistory})).Rows), []callbacks.ID{a, c, b})
}

func listScopeOrders(t *testing.T, s Store) {
	older := Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(time.Minute))).ID
	newer := Put(t, s, callbackstest.NewCallback(callbackstest.ReceivedAt(callbackstest.T0.Add(time.Second)), callbackstest.Timeout(time.Hour))).ID
	callbackstest.Same(t, "available: what ends first", IDsOf(List(t, s, EveryRow(desk.Filter{Scope: desk.ScopeAvailable})).Rows), []callbacks.ID{older, newer})
	callbackstest.Same(t, "all: what came last", IDsOf(List(t, s, EveryRow(desk.Filter{})).Rows), []callbacks.ID{newer, older})
	first := Put(t, s, callbackstest.NewCallback(callbackstest.Ended(callbacks.TimedOut, callbackstest.T0))).ID
	last := Put(t, s, callbackstest.NewCallback(callbackstest.Ended(callbacks.TimedOut, callbackstest.T0.Add(time.Second)))).ID
	callbackstest.Same(t, "history: what ended last", IDsOf(List(t, s, EveryRow(desk.Filter{Scope: desk.ScopeHistory})).Rows), []callbacks.ID{last, first})
}

// listPages reads page after page while callbacks arrive before and after the reader's position.
func listPages(t *testing.T, s Store) {
	for _, order := range append([]desk.Order{""}, desk.Orders...) {
		function := "pages-" + string(order)
		make := func(minutes int) callbacks.ID {
			at := callbackstest.T0.Add(time.Duration(minutes) * time.Minute)
			return Put(t, s, callbackstest.NewCallback(callbackstest.Function(function), callbackstest.Queue(fmt.Sprint("q", minutes%3)), callbackstest.ReceivedAt(at), callbackstest.Ended(callbacks.Completed, at))).ID
		}
		var want []callbacks.ID
		for i := range 10 {
			want = append(want, make(10*i))
		}
		for _, q := range []desk.Query{
			EveryRow(desk.Filter{Order: order, Function: function, Limit: 3}),
			{Filter: desk.Filter{Scope: desk.ScopeHistory, Order: order, Function: function, Limit: 3}, Queues: []string{"q0", "q1", "q2"}, Now: callbackstest.T0},
		} {
			seen := map[callbacks.ID]int{}
			for pages := 0; ; pages++ {
				page := List(t, s, q)
				for _, id := range IDsOf(page.Rows) {
					seen[id]++
				}
				if q.After = page.Next; q.After == nil {
					break
				}
				make(-pages) // before everything else, or after it
				make(1000 + pages)
				if pages > 20 {
					t.Fatal("the pages do not end")
				}
			}
			for _, id := range want {
				if seen[id] != 1 {
					t.Errorf("%s: a callback was seen %d times, want once", order, seen[id])
				}
			}
			for id, times := range seen {
				if times != 1 {
					t.Errorf("%s: %s was seen %d times", order, id, times)
				}
			}
		}
	}
}

func listTies(t *testing.T, s Store) {
	const n = 9
	for i := range n {
		Put(t, s, callbackstest.NewCallback(callbackstest.Queue(fmt.Sprint("q", i%2))))
	}
	for _, order := range []desk.Order{"", desk.OrderRisk, desk.OrderDeadline, desk.OrderLatest, desk.OrderNewest, desk.OrderOldest} {
		for _, q := range []desk.Query{
			EveryRow(desk.Filter{Order: order, Limit: 2}),
			{Filter: desk.Filter{Scope: desk.ScopeAvailable, Order: order, Limit: 2}, Queues: []string{"q1", "q0"}, Now: callbackstest.T0},
		} {
			callbackstest.Same(t, "number of callbacks by "+string(order), len(ListAll(t, s, q)), n)
		}
	}
}

// ListAll reads every page and fails if one repeats a callback.
func ListAll(t testing.TB, s Store, q desk.Query) []desk.Row {
	t.Helper()
	var rows []desk.Row
	for {
		page := List(t, s, q)
		for _, r := range page.Rows {
			if slices.ContainsFunc(rows, func(o desk.Row) bool { return o.ID == r.ID }) {
				t.Fatalf("%s is on two pages", r.ID)
			}
		}
		rows = append(rows, page.Rows...)
		if q.After = page.Next; q.After == nil {
			return rows
		}
	}
}

func listUnknownCursor(t *testing.T, s Store) {
	early := Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(time.Minute)))
	late := Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(time.Hour)))
	q := EveryRow(desk.Filter{Scope: desk.ScopeAvailable})
	q.After = &desk.Cursor{Key: callbackstest.T0.Add(time.Minute).UnixMilli(), ID: "from somebody's address bar"}
	callbackstest.Same(t, "rows behind the key", IDsOf(List(t, s, q).Rows), []callbacks.ID{late.ID})
	q.After.ID = early.ID
	callbackstest.Same(t, "rows behind the callback", IDsOf(List(t, s, q).Rows), []callbacks.ID{late.ID})
}

func listManyQueues(t *testing.T, s Store) {
	var queues []string
	for i := range 600 {
		queues = append(queues, fmt.Sprint("q", i))
	}
	mine := Put(t, s, callbackstest.NewCallback(callbackstest.Queue("q17")))
	Put(t, s, callbackstest.NewCallback(callbackstest.Queue("another's")))
	for n, want := range map[int][]callbacks.ID{300: {mine.ID}, 600: {mine.ID}, 10: nil} {
		q := desk.Query{Filter: desk.Filter{Scope: desk.ScopeAvailable}, Queues: queues[:n], Now: callbackstest.T0}
		callbackstest.Same(t, fmt.Sprint("rows with ", n, " queues"), IDsOf(List(t, s, q).Rows), want)
		callbackstest.Same(t, fmt.Sprint("count with ", n, " queues"), Count(t, s, q, 10), len(want))
	}
}

// Count returns how many rows a query finds.
func Count(t testing.TB, s Store, q desk.Query, limit int) int {
	t.Helper()
	n, err := s.Count(t.Context(), q, limit)
	if err != nil {
		t.Fatalf("count: %v", err)
	}
	return n
}

func countStops(t *testing.T, s Store) {
	for i := range 7 {
		Put(t, s, callbackstest.NewCallback(callbackstest.Queue(fmt.Sprint("q", i%2))))
	}
	q := desk.Query{Filter: desk.Filter{Scope: desk.ScopeAvailable}, Queues: []string{"q0", "q1"}, Now: callbackstest.T0}
	for limit, want := range map[int]int{1: 1, 6: 6, 7: 7, 8: 7, 100: 7} {
		callbackstest.Same(t, fmt.Sprint("count to ", limit), Count(t, s, q, limit), want)
	}
	q.After, q.Limit = &desk.Cursor{Key: 0, ID: "x"}, 1
	callbackstest.Same(t, "count without the cursor and the page's limit", Count(t, s, q, 100), 7)
}

// listOwnSignatures: a row has the signatures that count, and those of its reader that ended; those
// of others that ended it never has, also where several read the same list at once.
func listOwnSignatures(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	_, err := s.Change(t.Context(), c.ID, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
		c.WaitingSince = callbackstest.T0
		withdrawn := &callbacks.SignatureEnd{Lapse: callbacks.Withdrawn, At: callbackstest.T0}
		c.Signatures = []callbacks.Signature{
			{By: callbackstest.Person("ada"), At: callbackstest.T0, End: withdrawn},
			{By: callbackstest.Person("bob"), At: callbackstest.T0},
		}
		return nil
	})
	callbackstest.Must(t, err)
	for reader, want := range map[string]int{"ada": 2, "bob": 1, "eve": 1} {
		q := EveryRow(desk.Filter{})
		q.Person = callbackstest.Person(reader).ID
		callbackstest.Same(t, "signatures that "+reader+" sees", len(List(t, s, q).Rows[0].Signatures), want)
	}
}
