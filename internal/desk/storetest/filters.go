package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/replies"
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
	soon := Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(time.Minute))).ID
	late := Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(time.Hour))).ID
	never := Put(t, s, callbackstest.NewCallback(callbackstest.Timeout(0))).ID
	kept := Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(2*time.Minute, callbackstest.T0))).ID
	unattended := Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(3*time.Minute, time.Time{}))).ID
	failing := Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(4*time.Minute, callbackstest.T0), callbackstest.HeartbeatsFail(callbackstest.T0, replies.Throttled, 3))).ID
	Put(t, s, callbackstest.NewCallback(callbackstest.Heartbeats(3*time.Minute, time.Time{}), callbackstest.DecidedBy("ada", callbackstest.T0)))
	at := func(d time.Duration) time.Time { return callbackstest.T0.Add(d) }
	for name, tt := range map[string]struct {
		ends desk.Ends
		want []callbacks.ID
	}{
		"Any":                 {desk.Ends{}, []callbacks.ID{soon, unattended, failing, late, kept, never}},
		"Before":              {desk.Ends{Before: at(2 * time.Minute)}, []callbacks.ID{soon}},
		"From":                {desk.Ends{From: at(2 * time.Minute)}, []callbacks.ID{unattended, failing, late, kept}},
		"Between":             {desk.Ends{From: at(2 * time.Minute), Before: at(time.Hour)}, []callbacks.ID{unattended, failing}},
		"Never":               {desk.Ends{Never: true}, []callbacks.ID{never}},
		"Cause":               {desk.Ends{Cause: callbacks.CauseTimeout}, []callbacks.ID{soon, late, kept}},
		"Heartbeat":           {desk.Ends{Cause: callbacks.CauseHeartbeat}, []callbacks.ID{unattended, failing}},
		"Unattended":          {desk.Ends{Unattended: true}, []callbacks.ID{unattended, failing}},
		"NoTimeout":           {desk.Ends{NoTimeout: true}, []callbacks.ID{never}},
		"UnattendedAndBefore": {desk.Ends{Unattended: true, Before: at(time.Minute)}, nil},
	} {
		q := EveryRow(desk.Filter{Scope: desk.ScopeAvailable, Ends: tt.ends})
		callbackstest.Same(t, name, IDsOf(List(t, s, q).Rows), tt.want)
		callbackstest.Same(t, name+" count", Count(t, s, q, 100), len(tt.want))
	}
	q := EveryRow(desk.Filter{Ends: desk.Ends{Unattended: true}})
	// newest first
	callbackstest.Same(t, "unattended of all states", IDsOf(List(t, s, q).Rows), []callbacks.ID{failing, unattended})
}

func filterReceived(t *testing.T, s Store) {
	var ids []callbacks.ID
	for i := range 3 {
		ids = append(ids, Put(t, s, callbackstest.NewCallback(callbackstest.ReceivedAt(callbackstest.T0.Add(time.Duration(i)*time.Minute)))).ID)
	}
	for name, tt := range map[string]struct {
		filter desk.Filter
		want   []callbacks.ID
	}{
		"From":    {desk.Filter{ReceivedFrom: callbackstest.T0.Add(time.Minute)}, ids[1:]},
		"Before":  {desk.Filter{ReceivedBefore: callbackstest.T0.Add(time.Minute)}, ids[:1]},
		"Between": {desk.Filter{ReceivedFrom: callbackstest.T0.Add(time.Minute), ReceivedBefore: callbackstest.T0.Add(2 * time.Minute)}, ids[1:2]},
	} {
		tt.filter.Scope = desk.ScopeAvailable
		callbackstest.Same(t, name, IDsOf(List(t, s, EveryRow(tt.filter)).Rows), tt.want)
	}
}

// filterModel stores callbacks of every kind, and compares random queries with a check of each
// callback.
func filterModel(t *testing.T, s Store) {
	var stored []callbacks.Callback
	for _, c := range rapid.SliceOfN(anyCallback(), 60, 60).Example(1) {
		stored = append(stored, Put(t, s, c))
	}
	rapid.Check(t, func(rt *rapid.T) {
		q := anyQuery().Draw(rt, "query")
		want := []callbacks.ID{}
		for i := range stored {
			if finds(q, &stored[i]) {
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
func inOrder(q desk.Query) func(a, b desk.Row) int {
	order := q.Order
	if order == "" {
		order = map[desk.Scope]desk.Order{
			desk.ScopeAvailable: desk.OrderRisk, desk.ScopeMine: desk.OrderRisk,
			desk.ScopeAttention: desk.OrderEnd, desk.ScopeHistory: desk.OrderEnd,
			desk.ScopeAll: desk.OrderNewest,
		}[q.Scope]
	}
	return func(a, b desk.Row) int {
		switch order {
		case desk.OrderQueue, desk.OrderQueueLast:
			if order == desk.OrderQueueLast {
				a, b = b, a
			}
			byEnd := inOrder(desk.Query{Filter: desk.Filter{Order: desk.OrderDeadline}})
			return cmp.Or(cmp.Compare(a.Queue, b.Queue), byEnd(a, b))
		case desk.OrderLatest:
			return inOrder(desk.Query{Filter: desk.Filter{Order: desk.OrderDeadline}})(b, a)
		case desk.OrderDeadline, desk.OrderRisk:
			first, cause := a.Ends()
			second, otherCause := b.Ends()
			if order == desk.OrderRisk {
				first, second = first.Add(-q.Usual.In(a.Queue)), second.Add(-q.Usual.In(b.Queue))
			}
			if (cause == "") != (otherCause == "") {
				return map[bool]int{true: 1, false: -1}[cause == ""]
			}
			return first.Compare(second)
		case desk.OrderEnd:
			return endOf(b).Compare(endOf(a))
		case desk.OrderEndedFirst:
			return endOf(a).Compare(endOf(b))
		case desk.OrderOldest:
			return a.ReceivedAt.Compare(b.ReceivedAt)
		case desk.OrderNewest:
		}
		return b.ReceivedAt.Compare(a.ReceivedAt)
	}
}

func endOf(r desk.Row) time.Time {
	if r.Ending == nil {
		return time.Time{}
	}
	return r.Ending.At
}

// finds says in plain words what a query means.
func finds(q desk.Query, c *callbacks.Callback) bool {
	deadline, cause := c.Ends()
	visible := q.AllQueues || slices.Contains(q.Queues, c.Queue)
	within := func(at, from, before time.Time) bool {
		return (from.IsZero() || !at.Before(from)) && (before.IsZero() || at.Before(before))
	}
	ends := q.Ends
	return visible && inScope(q, c) &&
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
		(!ends.Unattended || c.State == callbacks.Pending && cause == callbacks.CauseHeartbeat) &&
		(!ends.NoTimeout || c.State == callbacks.Pending && c.Clocks.Timeout == 0) &&
		(!ends.AtRisk || c.State == callbacks.Pending && atRisk(q, c))
}

func atRisk(q desk.Query, c *callbacks.Callback) bool {
	at, cause := c.Ends()
	left := at.Sub(q.Now)
	return cause != "" && (left < q.Usual.In(c.Queue) || cause == callbacks.CauseHeartbeat && left < time.Hour)
}

func inScope(q desk.Query, c *callbacks.Callback) bool {
	switch q.Scope {
	case desk.ScopeAvailable:
		return c.State == callbacks.Pending
	case desk.ScopeMine:
		return c.State == callbacks.Decided && c.Decision.By.ID == q.Person
	case desk.ScopeAttention:
		return c.State.NeedsOperator() || c.State == callbacks.Decided && c.Problem != "" || c.State == callbacks.Pending && c.Problem != "" && q.Operator ||
			c.State == callbacks.Lost && !c.Ending.At.Before(q.Now.Add(-7*24*time.Hour))
	case desk.ScopeHistory:
		return !c.State.Open()
	case desk.ScopeAll:
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
	return rapid.Map(rapid.IntRange(-9, 9), func(hours int) time.Time { return callbackstest.T0.Add(time.Duration(hours) * time.Hour) })
}

func anyCallback() *rapid.Generator[callbacks.Callback] {
	return rapid.Custom(func(t *rapid.T) callbacks.Callback {
		state := rapid.SampledFrom(callbacks.States).Draw(t, "state")
		options := []callbackstest.Option{
			callbackstest.Queue(rapid.SampledFrom(modelQueues).Draw(t, "queue")),
			callbackstest.Function(rapid.SampledFrom(modelFunctions).Draw(t, "function")),
			callbackstest.Title(fmt.Sprint("title", rapid.IntRange(0, 5).Draw(t, "title"))),
			callbackstest.ReceivedAt(anyTime().Draw(t, "received")),
			callbackstest.Timeout(time.Duration(rapid.IntRange(0, 4).Draw(t, "timeout")) * time.Hour),
		}
		if rapid.Bool().Draw(t, "heartbeats") {
			due := rapid.SampledFrom([]time.Time{{}, callbackstest.T0}).Draw(t, "due")
			options = append(options, callbackstest.Heartbeats(time.Duration(rapid.IntRange(1, 4).Draw(t, "heartbeat"))*time.Hour, due))
			if !due.IsZero() && rapid.Bool().Draw(t, "failing") {
				options = append(options, callbackstest.HeartbeatsFail(callbackstest.T0, replies.None, 2))
			}
		}
		if state != callbacks.Pending {
			options = append(options, callbackstest.DecidedBy(rapid.SampledFrom([]string{"ada", "bob"}).Draw(t, "decider"), callbackstest.T0),
				callbackstest.Problem(rapid.SampledFrom([]replies.Reply{"", replies.Fault}).Draw(t, "problem")))
		}
		if !state.Open() {
			ended := callbackstest.T0.Add(-time.Duration(rapid.IntRange(0, 9).Draw(t, "ended")) * 24 * time.Hour)
			options = append(options, callbackstest.Ended(state, ended), callbackstest.EndedBy(rapid.SampledFrom(causes[1:]).Draw(t, "cause")))
		}
		if rapid.IntRange(0, 3).Draw(t, "found") == 0 {
			options = append(options, callbackstest.Source(callbacks.SourceDiscovery))
		}
		return callbackstest.NewCallback(options...)
	})
}

func anyQuery() *rapid.Generator[desk.Query] {
	scopes := []desk.Scope{desk.ScopeAvailable, desk.ScopeMine, desk.ScopeAttention, desk.ScopeHistory, desk.ScopeAll}
	orders := append([]desk.Order{""}, desk.Orders...)
	usual := []desk.Usual{nil, {"a": time.Hour}, {"a": 2 * time.Hour, "b": time.Minute, "elsewhere": time.Hour}}
	sources := []string{"", "", "", callbacks.SourceAnnounced, callbacks.SourceDiscovery, "shop", "nobody"}
	maybe := func(t *rapid.T, name string) time.Time {
		if rapid.IntRange(0, 3).Draw(t, name+" set") > 0 {
			return time.Time{}
		}
		return anyTime().Draw(t, name)
	}
	return rapid.Custom(func(t *rapid.T) desk.Query {
		return desk.Query{
			Filter: desk.Filter{
				Scope:    rapid.SampledFrom(scopes).Draw(t, "scope"),
				Search:   rapid.SampledFrom([]string{"", "", "", "title1", "title2"}).Draw(t, "search"),
				Function: rapid.SampledFrom([]string{"", "", "orders", "payments", "none"}).Draw(t, "function"),
				Queue:    rapid.SampledFrom([]string{"", "", "", "a", "b"}).Draw(t, "queue"),
				Source:   rapid.SampledFrom(sources).Draw(t, "source"),
				Gone:     rapid.IntRange(0, 4).Draw(t, "gone") == 0,
				States:   rapid.SliceOfNDistinct(rapid.SampledFrom(callbacks.States), 0, 4, rapid.ID).Draw(t, "states"),
				Ends: desk.Ends{
					From: maybe(t, "ends from"), Before: maybe(t, "ends before"),
					Never:      rapid.IntRange(0, 7).Draw(t, "never") == 0,
					Cause:      rapid.SampledFrom(causes[:1+rapid.IntRange(0, 3).Draw(t, "causes")]).Draw(t, "cause"),
					Unattended: rapid.IntRange(0, 7).Draw(t, "unattended") == 0,
					NoTimeout:  rapid.IntRange(0, 7).Draw(t, "no timeout") == 0,
					AtRisk:     rapid.IntRange(0, 7).Draw(t, "at risk") == 0,
				},
				ReceivedFrom:   maybe(t, "received from"),
				ReceivedBefore: maybe(t, "received before"),
				Order:          rapid.SampledFrom(orders).Draw(t, "order"),
				Limit:          rapid.IntRange(1, 70).Draw(t, "limit"),
			},
			AllQueues: rapid.Bool().Draw(t, "all queues"),
			Queues:    rapid.SliceOfNDistinct(rapid.SampledFrom(modelQueues), 0, 3, rapid.ID).Draw(t, "queues"),
			Usual:     rapid.SampledFrom(usual).Draw(t, "usual"),
			Person:    "ada",
			Now:       callbackstest.T0,
		}
	})
}
