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

func testRisk(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"Order":            riskOrder,
		"PagesOfEqualKeys": riskTies,
		"Around":           riskAround,
		"ManyQueues":       riskManyQueues,
		"AtRisk":           riskFilter,
		"Took":             took,
	})
}

// usualTimes are those of a slow and of a fast queue; of others too little is known.
var usualTimes = desk.Usual{"slow": 2 * time.Hour, "fast": 5 * time.Minute}

// byRisk asks for what is available, by risk, as an admin and as a reviewer of three queues.
func byRisk(limit int) []desk.Query {
	f := desk.Filter{Scope: desk.ScopeAvailable, Order: desk.OrderRisk, Limit: limit}
	all, some := EveryRow(f), EveryRow(f)
	all.Usual, some.Usual = usualTimes, usualTimes
	some.AllQueues, some.Queues = false, []string{"slow", "new", "fast"}
	search := all
	search.Search = "approve"
	return []desk.Query{all, some, search}
}

// waiting puts a callback into a queue that ends it after a time, 0 for never.
func waiting(t testing.TB, s Store, queue string, timeout time.Duration) callbacks.ID {
	t.Helper()
	return Put(t, s, callbackstest.NewCallback(callbackstest.Queue(queue), callbackstest.Timeout(timeout))).ID
}

func riskOrder(t *testing.T, s Store) {
	want := []callbacks.ID{
		waiting(t, s, "slow", 90*time.Minute), // too late by half an hour
		waiting(t, s, "fast", 15*time.Minute), // 10 minutes to spare
		waiting(t, s, "new", 30*time.Minute),  // 15
		waiting(t, s, "fast", 25*time.Minute), // 20
		waiting(t, s, "new", 35*time.Minute),  // 20: it came later
		waiting(t, s, "slow", 3*time.Hour),    // an hour
		waiting(t, s, "fast", 2*time.Hour),
	}
	never := waiting(t, s, "fast", 0)
	for i, q := range byRisk(100) {
		callbackstest.Same(t, fmt.Sprint("order ", i), IDsOf(List(t, s, q).Rows), append(slices.Clone(want), never))
		q.Order = desk.OrderDeadline
		callbackstest.Same(t, fmt.Sprint("first by end ", i), IDsOf(List(t, s, q).Rows)[0], want[1])
		q.Order, q.Usual = desk.OrderRisk, desk.Usual{}
		callbackstest.Same(t, fmt.Sprint("first while nothing is known ", i), IDsOf(List(t, s, q).Rows)[0], want[1])
	}
}

// riskTies: callbacks of two queues have the same time to spare, although they end at different times.
func riskTies(t *testing.T, s Store) {
	const n = 9
	for range n {
		waiting(t, s, "slow", 3*time.Hour)
		waiting(t, s, "fast", time.Hour+5*time.Minute)
	}
	for i, q := range byRisk(2) {
		rows := ListAll(t, s, q)
		callbackstest.Same(t, fmt.Sprint("callbacks ", i), len(rows), 2*n)
		callbackstest.Same(t, fmt.Sprint("the first two queues ", i), []string{rows[0].Queue, rows[1].Queue}, []string{"slow", "fast"})
	}
}

func riskAround(t *testing.T, s Store) {
	for range 2 {
		waiting(t, s, "slow", 3*time.Hour)
		waiting(t, s, "fast", time.Hour+5*time.Minute)
		waiting(t, s, "new", 2*time.Hour)
	}
	for i, q := range byRisk(100) {
		rows := IDsOf(List(t, s, q).Rows)
		for at, got := range around(t, s, q, 100) {
			want := desk.Around{After: rows[at+1], Place: at + 1}
			if at > 0 {
				want.Before = rows[at-1]
			}
			callbackstest.Same(t, fmt.Sprint("around ", i), got, want)
		}
	}
}

// riskManyQueues: more queues than a statement has arms.
func riskManyQueues(t *testing.T, s Store) {
	first := waiting(t, s, "slow", 2*time.Hour)
	last := waiting(t, s, "q17", time.Hour)
	q := byRisk(100)[1]
	for i := range 600 {
		q.Queues = append(q.Queues, fmt.Sprint("q", i))
	}
	callbackstest.Same(t, "rows", IDsOf(List(t, s, q).Rows), []callbacks.ID{first, last})
	q.Ends.AtRisk, q.Now = true, callbackstest.T0.Add(time.Minute)
	callbackstest.Same(t, "at risk", IDsOf(List(t, s, q).Rows), []callbacks.ID{first})
	callbackstest.Same(t, "count", Count(t, s, q, 100), 1)
}

func riskFilter(t *testing.T, s Store) {
	late := waiting(t, s, "slow", 90*time.Minute)
	near := waiting(t, s, "fast", 4*time.Minute)
	unknown := waiting(t, s, "new", 14*time.Minute)
	unattended := Put(t, s, callbackstest.NewCallback(callbackstest.Queue("fast"), callbackstest.Heartbeats(40*time.Minute, time.Time{}))).ID
	for queue, calm := range map[string]time.Duration{"slow": 2*time.Hour + time.Second, "fast": 6 * time.Minute, "new": 15 * time.Minute} {
		waiting(t, s, queue, calm)
		Put(t, s, callbackstest.NewCallback(callbackstest.Queue(queue), callbackstest.Timeout(time.Minute), callbackstest.DecidedBy("ada", callbackstest.T0)))
	}
	Put(t, s, callbackstest.NewCallback(callbackstest.Queue("fast"), callbackstest.Heartbeats(40*time.Minute, callbackstest.T0))) // kept alive
	Put(t, s, callbackstest.NewCallback(callbackstest.Queue("fast"), callbackstest.Timeout(0),
		callbackstest.Heartbeats(2*time.Hour, callbackstest.T0), callbackstest.HeartbeatsFail(callbackstest.T0, replies.Throttled, 3)))
	for i, q := range byRisk(2) {
		q.Ends.AtRisk = true
		got := IDsOf(ListAll(t, s, q))
		callbackstest.Same(t, fmt.Sprint("at risk ", i), got, []callbacks.ID{late, near, unknown, unattended})
		callbackstest.Same(t, fmt.Sprint("count ", i), Count(t, s, q, 100), 4)
	}
}

// took: only decisions on what arrived in that hour of a day, made before it began.
func took(t *testing.T, s Store) {
	hour := callbackstest.T0.Truncate(time.Hour)
	decide := func(queue string, received time.Time, after time.Duration) {
		c := callbackstest.NewCallback(callbackstest.Queue(queue), callbackstest.ReceivedAt(received), callbackstest.DecidedBy("ada", received.Add(after)))
		Put(t, s, c)
	}
	day := 24 * time.Hour
	decide("a", hour.Add(-2*day), 7*time.Minute)
	decide("a", hour.Add(-day+59*time.Minute), 8*time.Minute) // decided in the next hour
	decide("a", hour.Add(-day), 25*time.Hour)                 // not before the hour began
	decide("a", hour.Add(-day+time.Hour), 9*time.Minute)      // arrived an hour later
	decide("a", hour.Add(-9*day), 10*time.Minute)             // too long ago
	decide("b", hour.Add(-3*day), 11*time.Minute)
	decide("b", hour.Add(-2*day), 12*time.Minute)
	decide("b", hour.Add(-day), 13*time.Minute)
	decide("c", hour.Add(-day), 14*time.Minute)
	got, err := s.Took(t.Context(), []string{"a", "b", "none"}, hour, hour.Add(-8*day), 2)
	callbackstest.Must(t, err)
	for _, times := range got {
		slices.Sort(times)
	}
	callbackstest.Same(t, "times", got, map[string][]time.Duration{
		"a": {7 * time.Minute, 8 * time.Minute}, "b": {12 * time.Minute, 13 * time.Minute},
	})
}
