package callbackstest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/internal/callbacks"
)

func testFilters(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"Ends":                   filterEnds,
		"AnnouncedAndGone":       filterGone,
		"Received":               filterReceived,
		"AgreeWithAPlainReading": filterModel,
	})
}

func filterEnds(t *testing.T, s Store) {
	soon := Put(t, s, NewCallback(Timeout(time.Minute))).ID
	late := Put(t, s, NewCallback(Timeout(time.Hour))).ID
	never := Put(t, s, NewCallback(Timeout(0))).ID
	kept := Put(t, s, NewCallback(Heartbeats(2*time.Minute, T0))).ID
	unattended := Put(t, s, NewCallback(Heartbeats(3*time.Minute, time.Time{}))).ID
	failing := Put(t, s, NewCallback(Heartbeats(4*time.Minute, T0), HeartbeatsFail(T0, callbacks.ReplyThrottled, 3))).ID
	Put(t, s, NewCallback(Heartbeats(3*time.Minute, time.Time{}), DecidedBy("ada", T0)))
	at := func(d time.Duration) time.Time { return T0.Add(d) }
	for name, tt := range map[string]struct {
		ends callbacks.Ends
		want []callbacks.ID
	}{
		"Any":                 {callbacks.Ends{}, []callbacks.ID{soon, unattended, failing, late, kept, never}},
		"Before":              {callbacks.Ends{Before: at(2 * time.Minute)}, []callbacks.ID{soon}},
		"From":                {callbacks.Ends{From: at(2 * time.Minute)}, []callbacks.ID{unattended, failing, late, kept}},
		"Between":             {callbacks.Ends{From: at(2 * time.Minute), Before: at(time.Hour)}, []callbacks.ID{unattended, failing}},
		"Never":               {callbacks.Ends{Never: true}, []callbacks.ID{never}},
		"Cause":               {callbacks.Ends{Cause: callbacks.CauseTimeout}, []callbacks.ID{soon, late, kept}},
		"Heartbeat":           {callbacks.Ends{Cause: callbacks.CauseHeartbeat}, []callbacks.ID{unattended, failing}},
		"Unattended":          {callbacks.Ends{Unattended: true}, []callbacks.ID{unattended, failing}},
		"UnattendedAndBefore": {callbacks.Ends{Unattended: true, Before: at(time.Minute)}, nil},
	} {
		q := EveryRow(callbacks.Filter{Scope: callbacks.ScopeAvailable, Ends: tt.ends})
		Same(t, name, IDsOf(List(t, s, q).Rows), tt.want)
		Same(t, name+" count", Count(t, s, q, 100), len(tt.want))
	}
	q := EveryRow(callbacks.Filter{Ends: callbacks.Ends{Unattended: true}})
	// newest first
	Same(t, "unattended of all states", IDsOf(List(t, s, q).Rows), []callbacks.ID{failing, unattended})
}

func filterReceived(t *testing.T, s Store) {
	var ids []callbacks.ID
	for i := range 3 {
		ids = append(ids, Put(t, s, NewCallback(ReceivedAt(T0.Add(time.Duration(i)*time.Minute)))).ID)
	}
	for name, tt := range map[string]struct {
		filter callbacks.Filter
		want   []callbacks.ID
	}{
		"From":    {callbacks.Filter{ReceivedFrom: T0.Add(time.Minute)}, ids[1:]},
		"Before":  {callbacks.Filter{ReceivedBefore: T0.Add(time.Minute)}, ids[:1]},
		"Between": {callbacks.Filter{ReceivedFrom: T0.Add(time.Minute), ReceivedBefore: T0.Add(2 * time.Minute)}, ids[1:2]},
	} {
		tt.filter.Scope = callbacks.ScopeAvailable
		Same(t, name, IDsOf(List(t, s, EveryRow(tt.filter)).Rows), tt.want)
	}
}

// filterModel stores callbacks of every kind, and compares random queries with a check of each
// callback.
func filterModel(t *testing.T, s Store) {
	var stored []callbacks.Callback
	mine := map[callbacks.ID]bool{} // with a review of ada's
	for i, c := range rapid.SliceOfN(anyCallback(), 60, 60).Example(1) {
		c = Put(t, s, c)
		if i%7 == 0 {
			putReview(t, s, newReview(c, "ada", T0))
			mine[c.ID] = true
		}
		stored = append(stored, c)
	}
	rapid.Check(t, func(rt *rapid.T) {
		q := anyQuery().Draw(rt, "query")
		want := []callbacks.ID{}
		for i := range stored {
			if finds(q, &stored[i], mine[stored[i].ID]) {
				want = append(want, stored[i].ID)
			}
		}
		rows := ListAll(t, s, q)
		got := IDsOf(rows)
		if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			rt.Fatalf("list gives %v, want %v", got, want)
		}
		if !slices.IsSortedFunc(rows, inOrder(q)) {
			rt.Fatalf("rows are not in order %q", q.Order)
		}
		if n := Count(t, s, q, len(stored)+1); n != len(want) {
			rt.Fatalf("count is %d, the list has %d", n, len(want))
		}
	})
}

// inOrder compares rows by the query's order.
func inOrder(q callbacks.Query) func(a, b callbacks.Row) int {
	order := q.Order
	if order == "" {
		order = map[callbacks.Scope]callbacks.Order{
			callbacks.ScopeAvailable: callbacks.OrderDeadline, callbacks.ScopeMine: callbacks.OrderDeadline,
			callbacks.ScopeAttention: callbacks.OrderEnd, callbacks.ScopeHistory: callbacks.OrderEnd,
			callbacks.ScopeAll: callbacks.OrderNewest,
		}[q.Scope]
	}
	return func(a, b callbacks.Row) int {
		switch order {
		case callbacks.OrderDeadline:
			first, cause := a.Ends()
			second, otherCause := b.Ends()
			if (cause == "") != (otherCause == "") {
				return map[bool]int{true: 1, false: -1}[cause == ""]
			}
			return first.Compare(second)
		case callbacks.OrderEnd:
			return endOf(b).Compare(endOf(a))
		case callbacks.OrderNewest:
		}
		return b.ReceivedAt.Compare(a.ReceivedAt)
	}
}

func endOf(r callbacks.Row) time.Time {
	if r.Ending == nil {
		return time.Time{}
	}
	return r.Ending.At
}

// finds says in plain words what a query means.
func finds(q callbacks.Query, c *callbacks.Callback, reviewedByAda bool) bool {
	deadline, cause := c.Ends()
	visible := q.AllQueues || slices.Contains(q.Queues, c.Queue)
	within := func(at, from, before time.Time) bool {
		return (from.IsZero() || !at.Before(from)) && (before.IsZero() || at.Before(before))
	}
	ends := q.Ends
	return visible && inScope(q, c, reviewedByAda) &&
		(q.Queue == "" || q.Queue == c.Queue) &&
		(q.Function == "" || q.Function == c.Function) &&
		(q.Search == "" || q.Search == string(c.CallbackID) || q.Search == c.Title) &&
		(q.Source == "" || q.Source == c.Source || q.Source == callbacks.SourceAnnounced && c.Source != callbacks.SourceDiscovery) &&
		(len(q.States) == 0 || slices.Contains(q.States, c.State)) &&
		(!q.Gone || c.Gone()) &&
		within(c.ReceivedAt, q.ReceivedFrom, q.ReceivedBefore) &&
		(ends.From.IsZero() && ends.Before.IsZero() || cause != "" && within(deadline, ends.From, ends.Before)) &&
		(!ends.Never || cause == "") &&
		(ends.Cause == "" || ends.Cause == cause) &&
		(!ends.Unattended || c.State == callbacks.Pending && cause == callbacks.CauseHeartbeat)
}

func inScope(q callbacks.Query, c *callbacks.Callback, reviewedByAda bool) bool {
	switch q.Scope {
	case callbacks.ScopeAvailable:
		return c.State == callbacks.Pending
	case callbacks.ScopeMine:
		return c.State.Open() && reviewedByAda || c.State == callbacks.Decided && c.Decision.By.ID == q.Person
	case callbacks.ScopeAttention:
		return c.State.NeedsOperator() || c.State == callbacks.Decided && c.Problem != "" || c.State == callbacks.Pending && c.Problem != "" && q.Operator ||
			c.State == callbacks.Lost && !c.Ending.At.Before(q.Now.Add(-7*24*time.Hour))
	case callbacks.ScopeHistory:
		return !c.State.Open()
	case callbacks.ScopeAll:
	}
	return true
}

var (
	modelQueues    = []string{"a", "b", "c"}
	modelFunctions = []string{"orders", "payments"}
	causes         = []callbacks.DeadlineCause{"", callbacks.CauseTimeout, callbacks.CauseHeartbeat, callbacks.CauseExecution}
)

// anyTime is one of a few times, so that callbacks tie.
func anyTime() *rapid.Generator[time.Time] {
	return rapid.Map(rapid.IntRange(-9, 9), func(hours int) time.Time { return T0.Add(time.Duration(hours) * time.Hour) })
}

func anyCallback() *rapid.Generator[callbacks.Callback] {
	return rapid.Custom(func(t *rapid.T) callbacks.Callback {
		state := rapid.SampledFrom(callbacks.States).Draw(t, "state")
		options := []Option{
			Queue(rapid.SampledFrom(modelQueues).Draw(t, "queue")),
			Function(rapid.SampledFrom(modelFunctions).Draw(t, "function")),
			Title(fmt.Sprint("title", rapid.IntRange(0, 5).Draw(t, "title"))),
			ReceivedAt(anyTime().Draw(t, "received")),
			Timeout(time.Duration(rapid.IntRange(0, 4).Draw(t, "timeout")) * time.Hour),
		}
		if rapid.Bool().Draw(t, "heartbeats") {
			due := rapid.SampledFrom([]time.Time{{}, T0}).Draw(t, "due")
			options = append(options, Heartbeats(time.Duration(rapid.IntRange(1, 4).Draw(t, "heartbeat"))*time.Hour, due))
			if !due.IsZero() && rapid.Bool().Draw(t, "failing") {
				options = append(options, HeartbeatsFail(T0, callbacks.ReplyNone, 2))
			}
		}
		if state != callbacks.Pending {
			options = append(options, DecidedBy(rapid.SampledFrom([]string{"ada", "bob"}).Draw(t, "decider"), T0),
				Problem(rapid.SampledFrom([]callbacks.Reply{"", callbacks.ReplyFault}).Draw(t, "problem")))
		}
		if !state.Open() {
			ended := T0.Add(-time.Duration(rapid.IntRange(0, 9).Draw(t, "ended")) * 24 * time.Hour)
			options = append(options, Ended(state, ended), EndedBy(rapid.SampledFrom(causes[1:]).Draw(t, "cause")))
		}
		if rapid.IntRange(0, 3).Draw(t, "found") == 0 {
			options = append(options, Source(callbacks.SourceDiscovery))
		}
		return NewCallback(options...)
	})
}

func anyQuery() *rapid.Generator[callbacks.Query] {
	scopes := []callbacks.Scope{callbacks.ScopeAvailable, callbacks.ScopeMine, callbacks.ScopeAttention, callbacks.ScopeHistory, callbacks.ScopeAll}
	orders := []callbacks.Order{"", callbacks.OrderDeadline, callbacks.OrderNewest}
	sources := []string{"", "", "", callbacks.SourceAnnounced, callbacks.SourceDiscovery, "shop", "nobody"}
	maybe := func(t *rapid.T, name string) time.Time {
		if rapid.IntRange(0, 3).Draw(t, name+" set") > 0 {
			return time.Time{}
		}
		return anyTime().Draw(t, name)
	}
	return rapid.Custom(func(t *rapid.T) callbacks.Query {
		return callbacks.Query{
			Filter: callbacks.Filter{
				Scope:    rapid.SampledFrom(scopes).Draw(t, "scope"),
				Search:   rapid.SampledFrom([]string{"", "", "", "title1", "title2"}).Draw(t, "search"),
				Function: rapid.SampledFrom([]string{"", "", "orders", "payments", "none"}).Draw(t, "function"),
				Queue:    rapid.SampledFrom([]string{"", "", "", "a", "b"}).Draw(t, "queue"),
				Source:   rapid.SampledFrom(sources).Draw(t, "source"),
				Gone:     rapid.IntRange(0, 4).Draw(t, "gone") == 0,
				States:   rapid.SliceOfNDistinct(rapid.SampledFrom(callbacks.States), 0, 4, rapid.ID).Draw(t, "states"),
				Ends: callbacks.Ends{
					From: maybe(t, "ends from"), Before: maybe(t, "ends before"),
					Never:      rapid.IntRange(0, 7).Draw(t, "never") == 0,
					Cause:      rapid.SampledFrom(causes[:1+rapid.IntRange(0, 3).Draw(t, "causes")]).Draw(t, "cause"),
					Unattended: rapid.IntRange(0, 7).Draw(t, "unattended") == 0,
				},
				ReceivedFrom:   maybe(t, "received from"),
				ReceivedBefore: maybe(t, "received before"),
				Order:          rapid.SampledFrom(orders).Draw(t, "order"),
				Limit:          rapid.IntRange(1, 70).Draw(t, "limit"),
			},
			AllQueues: rapid.Bool().Draw(t, "all queues"),
			Queues:    rapid.SliceOfNDistinct(rapid.SampledFrom(modelQueues), 0, 3, rapid.ID).Draw(t, "queues"),
			Person:    "ada",
			Now:       T0,
		}
	})
}
