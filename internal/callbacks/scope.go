package callbacks

import (
	"cmp"
	"slices"
	"time"
)

// attentionSpan is how long a callback asks for attention if its decision was lost or its execution
// failed after the decision.
const attentionSpan = 7 * 24 * time.Hour

// scopeOrders are the orders used if the filter names none; a scope not listed shows the newest
// first.
var scopeOrders = map[Scope]Order{
	ScopeAvailable: OrderDeadline, ScopeMine: OrderDeadline,
	ScopeAttention: OrderEnd, ScopeHistory: OrderEnd,
}

// scopeStates are the states that a scope shows; a scope not listed shows all.
var scopeStates = map[Scope][]State{
	ScopeAvailable: {Pending},
	ScopeMine:      OpenStates,
	ScopeAttention: {Pending, Decided, Completed, Lost, Undeliverable, Unconfirmed},
	ScopeHistory:   {Completed, Lost, Undeliverable, Unconfirmed, TimedOut, Closed},
}

// SortedBy is the order of the list.
func (f Filter) SortedBy() Order { return cmp.Or(f.Order, scopeOrders[f.Scope], OrderNewest) }

// Visible returns the queues whose callbacks a query can find, sorted; all means every queue.
func (q Query) Visible() (queues []string, all bool) {
	switch {
	case q.Queue != "" && (q.AllQueues || slices.Contains(q.Queues, q.Queue)):
		return []string{q.Queue}, false
	case q.Queue != "":
		return nil, false
	}
	queues = slices.Clone(q.Queues)
	slices.Sort(queues)
	return slices.Compact(queues), q.AllQueues
}

// Wanted describes the callbacks of one state that a query can find. The filter's conditions for
// all states apply as well.
type Wanted struct {
	State     State
	Trouble   bool      // only with a [Callback.Problem]
	Failed    bool      // only with [Callback.ExecutionFailed]
	DecidedBy string    // only with a decision of this person; empty for anybody's
	EndedFrom time.Time // only if they ended at this time or later; zero for no bound
}

// Wanted returns what the scope wants, state by state. If it returns none, the query finds nothing.
func (q Query) Wanted() []Wanted {
	states, ok := scopeStates[q.Scope]
	if !ok {
		states = States
	}
	var all []Wanted
	for _, s := range states {
		if q.wants(s) {
			all = append(all, q.wanted(s))
		}
	}
	return all
}

// wants reports whether the filter leaves a state in the scope. Refused heartbeats are for
// operators to fix, so others do not see them.
func (q Query) wants(s State) bool {
	switch {
	case len(q.States) > 0 && !slices.Contains(q.States, s),
		q.Ends.Unattended && s != Pending,
		q.Gone && s != Closed && s != TimedOut,
		q.Scope == ScopeAttention && s == Pending && !q.Operator:
		return false
	}
	return true
}

// wanted is what the scope wants of a state. Failures after a decision are for the person who made
// the decision and for operators.
func (q Query) wanted(s State) Wanted {
	w := Wanted{State: s}
	if q.Scope != ScopeAttention {
		return w
	}
	switch s {
	case Pending, Decided:
		w.Trouble = true
	case Lost:
		w.EndedFrom = q.Now.Add(-attentionSpan)
	case Completed:
		w.Failed, w.EndedFrom = true, q.Now.Add(-attentionSpan)
		if !q.Operator {
			w.DecidedBy = q.Person
		}
	case Undeliverable, Unconfirmed, TimedOut, Closed:
	}
	return w
}
