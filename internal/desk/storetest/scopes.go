package storetest

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/replies"
)

func testScopes(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"States":         scopeStates,
		"Mine":           scopeMine,
		"MineAfterRetry": scopeMineAfterRetry,
		"Attention":      scopeAttention,
		"Refused":        attentionRefused,
		"Visibility":     scopeVisibility,
	})
}

// statesIn returns the states that a scope shows.
func statesIn(t testing.TB, s Store, q desk.Query) []callbacks.State {
	t.Helper()
	var states []callbacks.State
	for _, r := range ListAll(t, s, q) {
		states = append(states, r.State)
	}
	slices.Sort(states)
	return slices.Compact(states)
}

// putStates stores a callback in every state.
func putStates(t testing.TB, s Store, options ...callbackstest.Option) map[callbacks.State]callbacks.Callback {
	t.Helper()
	stored := map[callbacks.State]callbacks.Callback{}
	for _, state := range callbacks.States {
		in := slices.Clone(options)
		switch {
		case state == callbacks.Decided:
			in = append(in, callbackstest.DecidedBy("ada", callbackstest.T0), callbackstest.Problem(replies.Throttled))
		case !state.Open():
			in = append(in, callbackstest.DecidedBy("ada", callbackstest.T0), callbackstest.Ended(state, callbackstest.T0))
		}
		stored[state] = Put(t, s, callbackstest.NewCallback(in...))
	}
	return stored
}

func scopeStates(t *testing.T, s Store) {
	stored := putStates(t, s)
	for scope, want := range map[desk.Scope][]callbacks.State{
		desk.ScopeAvailable: {callbacks.Pending},
		desk.ScopeMine:      {callbacks.Decided},
		desk.ScopeAttention: {callbacks.Decided, callbacks.Lost, callbacks.Undeliverable, callbacks.Unconfirmed},
		desk.ScopeHistory: {callbacks.Completed, callbacks.Lost, callbacks.Undeliverable, callbacks.Unconfirmed,
			callbacks.TimedOut, callbacks.Closed},
		desk.ScopeAll: callbacks.States,
	} {
		q := EveryRow(desk.Filter{Scope: scope})
		callbackstest.Same(t, string(scope), statesIn(t, s, q), slices.Sorted(slices.Values(want)))
		for state := range stored { // a filter on states narrows a scope and never widens it
			q.States = []callbacks.State{state}
			var narrowed []callbacks.State
			if slices.Contains(want, state) {
				narrowed = q.States
			}
			callbackstest.Same(t, string(scope)+" narrowed to "+string(state), statesIn(t, s, q), narrowed)
		}
	}
}

func scopeMine(t *testing.T, s Store) {
	opened, left, decided := Put(t, s, callbackstest.NewCallback()), Put(t, s, callbackstest.NewCallback()), Put(t, s, callbackstest.NewCallback())
	ended, others := Put(t, s, callbackstest.NewCallback()), Put(t, s, callbackstest.NewCallback())
	putReview(t, s, newReview(opened, "ada", callbackstest.T0), newReview(opened, "ada", callbackstest.T0), newReview(opened, "bob", callbackstest.T0))
	closed := newReview(left, "ada", callbackstest.T0)
	closed.ClosedAt = callbackstest.T0
	putReview(t, s, closed)
	putReview(t, s, newReview(ended, "ada", callbackstest.T0))
	putReview(t, s, newReview(others, "bob", callbackstest.T0))
	Decide(t, s, decided.ID, callbackstest.T0)
	Change(t, s, ended.ID, func(c *callbacks.Case) error {
		callbackstest.DecidedBy("ada", callbackstest.T0)(&c.Callback)
		callbackstest.Ended(callbacks.Completed, callbackstest.T0)(&c.Callback)
		return nil
	})
	want := []callbacks.ID{opened.ID, left.ID, decided.ID}
	got := IDsOf(List(t, s, EveryRow(desk.Filter{Scope: desk.ScopeMine})).Rows)
	callbackstest.Same(t, "mine", slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
	callbackstest.Same(t, "count", Count(t, s, EveryRow(desk.Filter{Scope: desk.ScopeMine}), 10), len(want))
}

// scopeMineAfterRetry: when a decision is sent again, its callback is in its reviewers' scope
// again.
func scopeMineAfterRetry(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	putReview(t, s, newReview(c, "bob", callbackstest.T0))
	Decide(t, s, c.ID, callbackstest.T0)
	Change(t, s, c.ID, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Unconfirmed, callbackstest.T0)(&c.Callback)
		return nil
	})
	bobs := desk.Query{Filter: desk.Filter{Scope: desk.ScopeMine}, AllQueues: true, Person: "bob", Now: callbackstest.T0}
	callbackstest.Same(t, "mine while it had ended", Count(t, s, bobs, 10), 0)
	if _, err := s.Change(t.Context(), c.ID, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
		c.State, c.Ending = callbacks.Decided, nil
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "mine after the retry", Count(t, s, bobs, 10), 1)
}

func scopeAttention(t *testing.T, s Store) {
	const week = 7 * 24 * time.Hour
	Put(t, s, callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0)))
	Put(t, s, callbackstest.NewCallback(callbackstest.Ended(callbacks.Lost, callbackstest.T0.Add(-week-time.Millisecond))))
	want := []callbacks.ID{
		Put(t, s, callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0), callbackstest.Problem(replies.Denied))).ID,
		Put(t, s, callbackstest.NewCallback(callbackstest.Ended(callbacks.Lost, callbackstest.T0.Add(-week)))).ID,
		Put(t, s, callbackstest.NewCallback(callbackstest.Ended(callbacks.Undeliverable, callbackstest.T0.Add(-10*week)))).ID,
	}
	for _, order := range []desk.Order{"", desk.OrderDeadline, desk.OrderNewest} {
		q := EveryRow(desk.Filter{Scope: desk.ScopeAttention, Order: order})
		got := IDsOf(List(t, s, q).Rows)
		callbackstest.Same(t, "attention by order "+string(order), slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
		callbackstest.Same(t, "count", Count(t, s, q, 10), len(want))
	}
}

// attentionRefused: a callback that an operator has to fix asks for attention while the request is
// retried; refused heartbeats do so for operators only.
func attentionRefused(t *testing.T, s Store) {
	var decided, pending []callbacks.ID
	for _, a := range []replies.Reply{replies.Denied, replies.KMS, replies.Skew, replies.Credentials, replies.Sealed} {
		decided = append(decided, Put(t, s, callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0), callbackstest.Problem(a))).ID)
		pending = append(pending, Put(t, s, callbackstest.NewCallback(callbackstest.Problem(a))).ID)
	}
	Put(t, s, callbackstest.NewCallback())
	q := EveryRow(desk.Filter{Scope: desk.ScopeAttention})
	for _, q.Operator = range []bool{false, true} {
		want := slices.Clone(decided)
		if q.Operator {
			want = append(want, pending...)
		}
		got := IDsOf(List(t, s, q).Rows)
		callbackstest.Same(t, "attention", slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
		callbackstest.Same(t, "count", Count(t, s, q, 20), len(want))
	}
}

// scopeVisibility asks for each scope as readers of some queues: whatever the filter, nothing of
// another queue shows.
func scopeVisibility(t *testing.T, s Store) {
	perQueue := map[string]int{}
	for _, queue := range []string{"a", "b", "c"} {
		for _, c := range putStates(t, s, callbackstest.Queue(queue), callbackstest.Title("findme")) {
			if c.State == callbacks.Pending {
				putReview(t, s, newReview(c, "ada", callbackstest.T0))
			}
		}
	}
	for _, scope := range []desk.Scope{desk.ScopeAvailable, desk.ScopeMine, desk.ScopeAttention, desk.ScopeHistory, desk.ScopeAll} {
		whole := Count(t, s, EveryRow(desk.Filter{Scope: scope}), 1000)
		perQueue[string(scope)] = whole / 3
		for name, tt := range map[string]struct {
			queues []string
			queue  string
			want   []string
		}{
			"None":          {nil, "", nil},
			"One":           {[]string{"b"}, "", []string{"b"}},
			"Two":           {[]string{"c", "a", "a"}, "", []string{"a", "c"}},
			"FilterVisible": {[]string{"a", "b"}, "b", []string{"b"}},
			"FilterHidden":  {[]string{"a", "b"}, "c", nil},
			"Unknown":       {[]string{"nobody's"}, "", nil},
		} {
			for _, f := range []desk.Filter{{}, {Search: "findme"}, {Function: "orders"}, {Order: desk.OrderNewest}} {
				f.Scope, f.Queue = scope, tt.queue
				q := desk.Query{Filter: f, Queues: tt.queues, Person: "ada", Now: callbackstest.T0}
				var got []string
				rows := ListAll(t, s, q)
				for _, r := range rows {
					got = append(got, r.Queue)
				}
				slices.Sort(got)
				callbackstest.Same(t, string(scope)+" "+name, slices.Compact(got), tt.want)
				callbackstest.Same(t, string(scope)+" "+name+" number", len(rows), len(tt.want)*perQueue[string(scope)])
				callbackstest.Same(t, string(scope)+" "+name+" count", Count(t, s, q, 1000), len(rows))
			}
		}
	}
}
