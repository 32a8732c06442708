package callbackstest

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
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
func statesIn(t testing.TB, s Store, q callbacks.Query) []callbacks.State {
	t.Helper()
	var states []callbacks.State
	for _, r := range ListAll(t, s, q) {
		states = append(states, r.State)
	}
	slices.Sort(states)
	return slices.Compact(states)
}

// putStates stores a callback in every state.
func putStates(t testing.TB, s Store, options ...Option) map[callbacks.State]callbacks.Callback {
	t.Helper()
	stored := map[callbacks.State]callbacks.Callback{}
	for _, state := range callbacks.States {
		in := slices.Clone(options)
		switch {
		case state == callbacks.Decided:
			in = append(in, DecidedBy("ada", T0), Problem(callbacks.ReplyThrottled))
		case !state.Open():
			in = append(in, DecidedBy("ada", T0), Ended(state, T0))
		}
		stored[state] = Put(t, s, NewCallback(in...))
	}
	return stored
}

func scopeStates(t *testing.T, s Store) {
	stored := putStates(t, s)
	for scope, want := range map[callbacks.Scope][]callbacks.State{
		callbacks.ScopeAvailable: {callbacks.Pending},
		callbacks.ScopeMine:      {callbacks.Decided},
		callbacks.ScopeAttention: {callbacks.Decided, callbacks.Lost, callbacks.Undeliverable, callbacks.Unconfirmed},
		callbacks.ScopeHistory: {callbacks.Completed, callbacks.Lost, callbacks.Undeliverable, callbacks.Unconfirmed,
			callbacks.TimedOut, callbacks.Closed},
		callbacks.ScopeAll: callbacks.States,
	} {
		q := EveryRow(callbacks.Filter{Scope: scope})
		Same(t, string(scope), statesIn(t, s, q), slices.Sorted(slices.Values(want)))
		for state := range stored { // a filter on states narrows a scope and never widens it
			q.States = []callbacks.State{state}
			var narrowed []callbacks.State
			if slices.Contains(want, state) {
				narrowed = q.States
			}
			Same(t, string(scope)+" narrowed to "+string(state), statesIn(t, s, q), narrowed)
		}
	}
}

func scopeMine(t *testing.T, s Store) {
	opened, left, decided := Put(t, s, NewCallback()), Put(t, s, NewCallback()), Put(t, s, NewCallback())
	ended, others := Put(t, s, NewCallback()), Put(t, s, NewCallback())
	putReview(t, s, newReview(opened, "ada", T0), newReview(opened, "ada", T0), newReview(opened, "bob", T0))
	closed := newReview(left, "ada", T0)
	closed.ClosedAt = T0
	putReview(t, s, closed)
	putReview(t, s, newReview(ended, "ada", T0))
	putReview(t, s, newReview(others, "bob", T0))
	Decide(t, s, decided.ID, T0)
	Change(t, s, ended.ID, func(c *callbacks.Case) error {
		DecidedBy("ada", T0)(&c.Callback)
		Ended(callbacks.Completed, T0)(&c.Callback)
		return nil
	})
	want := []callbacks.ID{opened.ID, left.ID, decided.ID}
	got := IDsOf(List(t, s, EveryRow(callbacks.Filter{Scope: callbacks.ScopeMine})).Rows)
	Same(t, "mine", slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
	Same(t, "count", Count(t, s, EveryRow(callbacks.Filter{Scope: callbacks.ScopeMine}), 10), len(want))
}

// scopeMineAfterRetry: when a decision is sent again, its callback is in its reviewers' scope
// again.
func scopeMineAfterRetry(t *testing.T, s Store) {
	c := Put(t, s, NewCallback())
	putReview(t, s, newReview(c, "bob", T0))
	Decide(t, s, c.ID, T0)
	Change(t, s, c.ID, func(c *callbacks.Case) error {
		Ended(callbacks.Unconfirmed, T0)(&c.Callback)
		return nil
	})
	bobs := callbacks.Query{Filter: callbacks.Filter{Scope: callbacks.ScopeMine}, AllQueues: true, Person: "bob", Now: T0}
	Same(t, "mine while it had ended", Count(t, s, bobs, 10), 0)
	if _, err := s.Change(t.Context(), c.ID, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
		c.State, c.Ending = callbacks.Decided, nil
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	Same(t, "mine after the retry", Count(t, s, bobs, 10), 1)
}

func scopeAttention(t *testing.T, s Store) {
	const week = 7 * 24 * time.Hour
	Put(t, s, NewCallback(DecidedBy("ada", T0)))
	Put(t, s, NewCallback(Ended(callbacks.Lost, T0.Add(-week-time.Millisecond))))
	want := []callbacks.ID{
		Put(t, s, NewCallback(DecidedBy("ada", T0), Problem(callbacks.ReplyDenied))).ID,
		Put(t, s, NewCallback(Ended(callbacks.Lost, T0.Add(-week)))).ID,
		Put(t, s, NewCallback(Ended(callbacks.Undeliverable, T0.Add(-10*week)))).ID,
	}
	for _, order := range []callbacks.Order{"", callbacks.OrderDeadline, callbacks.OrderNewest} {
		q := EveryRow(callbacks.Filter{Scope: callbacks.ScopeAttention, Order: order})
		got := IDsOf(List(t, s, q).Rows)
		Same(t, "attention by order "+string(order), slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
		Same(t, "count", Count(t, s, q, 10), len(want))
	}
}

// attentionRefused: a callback that an operator has to fix asks for attention while the request is
// retried; refused heartbeats do so for operators only.
func attentionRefused(t *testing.T, s Store) {
	var decided, pending []callbacks.ID
	for _, a := range []callbacks.Reply{callbacks.ReplyDenied, callbacks.ReplyKMS, callbacks.ReplySkew, callbacks.ReplyCredentials} {
		decided = append(decided, Put(t, s, NewCallback(DecidedBy("ada", T0), Problem(a))).ID)
		pending = append(pending, Put(t, s, NewCallback(Problem(a))).ID)
	}
	Put(t, s, NewCallback())
	q := EveryRow(callbacks.Filter{Scope: callbacks.ScopeAttention})
	for _, q.Operator = range []bool{false, true} {
		want := slices.Clone(decided)
		if q.Operator {
			want = append(want, pending...)
		}
		got := IDsOf(List(t, s, q).Rows)
		Same(t, "attention", slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
		Same(t, "count", Count(t, s, q, 20), len(want))
	}
}

// scopeVisibility asks for each scope as readers of some queues: whatever the filter, nothing of
// another queue shows.
func scopeVisibility(t *testing.T, s Store) {
	perQueue := map[string]int{}
	for _, queue := range []string{"a", "b", "c"} {
		for _, c := range putStates(t, s, Queue(queue), Title("findme")) {
			if c.State == callbacks.Pending {
				putReview(t, s, newReview(c, "ada", T0))
			}
		}
	}
	for _, scope := range []callbacks.Scope{callbacks.ScopeAvailable, callbacks.ScopeMine, callbacks.ScopeAttention, callbacks.ScopeHistory, callbacks.ScopeAll} {
		whole := Count(t, s, EveryRow(callbacks.Filter{Scope: scope}), 1000)
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
			for _, f := range []callbacks.Filter{{}, {Search: "findme"}, {Function: "orders"}, {Order: callbacks.OrderNewest}} {
				f.Scope, f.Queue = scope, tt.queue
				q := callbacks.Query{Filter: f, Queues: tt.queues, Person: "ada", Now: T0}
				var got []string
				rows := ListAll(t, s, q)
				for _, r := range rows {
					got = append(got, r.Queue)
				}
				slices.Sort(got)
				Same(t, string(scope)+" "+name, slices.Compact(got), tt.want)
				Same(t, string(scope)+" "+name+" number", len(rows), len(tt.want)*perQueue[string(scope)])
				Same(t, string(scope)+" "+name+" count", Count(t, s, q, 1000), len(rows))
			}
		}
	}
}
