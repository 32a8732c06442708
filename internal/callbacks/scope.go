package callbacks

import (
	"cmp"
	"slices"
	"time"
)

// attentionSpan is how long a lost decision, or one that an execution failed after, asks for
// attention.
const attentionSpan = 7 * 24 * time.Hour

// scopeOrders are the orders of scopes where the filter names none; a scope that is not here begins
// with what is new.
var scopeOrders = map[Scope]Order{
	ScopeAvailable: OrderDeadline, ScopeMine: OrderDeadline,
	ScopeAttention: OrderEnd, ScopeHistory: OrderEnd,
}

// scopeStates are the states that a scope shows; a scope that is not here shows all.
var scopeStates = map[Scope][]State{
	ScopeAvailable: {Pending},
	ScopeMine:      OpenStates,
	ScopeAttention: {Pending, Decided, Completed, Lost, Undeliverable, Unconfirmed},
	ScopeHistory:   {Completed, Lost, Undeliverable, Unconfirmed, TimedOut, Closed},
}

// SortedBy is the order of the list.
func (f Filter) SortedBy() Order { return cmp.Or(f.Order, scopeOrders[f.Scope], OrderNewest) }

// Visible are the queues whose callbacks a query can find, sorted; all says that every queue is
// one.
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

// Wanted are the callbacks of one state that a query can find, beside what its filter asks of all
// of them.
type Wanted struct {
	State     State
	Trouble   bool      // only with a [Callback.Problem]
	Failed    bool      // only with [Callback.ExecutionFailed]
	DecidedBy string    // only with a decision of this person; empty for anybody's
	EndedFrom time.Time // only if they ended then or later; zero for no bound
}

// Wanted is what the scope wants, state by state. None means that the query finds nothing.
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

// wants reports whether the filter leaves a state of the scope in. Heartbeats that are refused are
// an operator's to mend.
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
// it, and for operators.
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
