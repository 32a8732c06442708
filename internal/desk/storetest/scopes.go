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
		"States":     scopeStates,
		"Mine":       scopeMine,
		"Attention":  scopeAttention,
		"Refused":    attentionRefused,
		"Visibility": scopeVisibility,
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

// scopeMine: a person's own are what they decided until Lambda has it, and what waits for signatures
// where they sign, as long as none of theirs counts. Package assignmenttest has what is assigned.
func scopeMine(t *testing.T, s Store) {
	waits := func(queue, signer string, end *callbacks.SignatureEnd) callbacks.ID {
		c := Put(t, s, callbackstest.NewCallback(callbackstest.Queue(queue)))
		if _, err := s.Change(t.Context(), c.ID, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
			c.WaitingSince = callbackstest.T0
			c.Signatures = append(c.Signatures, callbacks.Signature{By: callbackstest.Person(signer), At: callbackstest.T0, End: end})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	bobs, withdrawn := waits("a", "bob", nil), waits("a", "ada", &callbacks.SignatureEnd{Lapse: callbacks.Withdrawn, At: callbackstest.T0})
	waits("a", "ada", nil) // others have to sign it
	waits("b", "bob", nil) // where ada does not sign
	decided, opened := Put(t, s, callbackstest.NewCallback()), Put(t, s, callbackstest.NewCallback(callbackstest.Queue("a")))
	putReview(t, s, newReview(opened, "ada", callbackstest.T0))
	Decide(t, s, decided.ID, callbackstest.T0)
	Put(t, s, callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0), callbackstest.Ended(callbacks.Completed, callbackstest.T0)))
	q := EveryRow(desk.Filter{Scope: desk.ScopeMine})
	q.Signs = []string{"a", "c"}
	want := []callbacks.ID{bobs, withdrawn, decided.ID}
	got := IDsOf(List(t, s, q).Rows)
	callbackstest.Same(t, "mine", slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
	callbackstest.Same(t, "count", Count(t, s, q, 10), len(want))
	q.AllQueues, q.Queues = false, []string{"c"}
	callbackstest.Same(t, "mine of what the reader may not see", IDsOf(List(t, s, q).Rows), []callbacks.ID{})
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
