package desk

import (
	"cmp"
	"slices"
	"time"

	"countersign/internal/callbacks"
)

// Scope is one of the lists that a person works with.
type Scope string

// The scopes. None of them contains what the person may not see.
const (
	ScopeAvailable Scope = "available" // pending in the person's queues
	// assigned to the person, or short of signatures of which theirs is none, in queues where they sign;
	// and what they decided until it has ended
	ScopeMine Scope = "mine"
	// deliveries in trouble or ended badly, executions that ended badly and, for admins, refused
	// heartbeats: a person should look
	ScopeAttention Scope = "attention"
	ScopeHistory   Scope = "history" // ended, newest first
	ScopeAll       Scope = "all"     // every state; for admins and auditors
)

// Order of a list.
type Order string

// The orders.
const (
	// least time to spare first: what is left until the end, less what decisions in the queue usually
	// take at this hour; callbacks that never end by themselves last
	OrderRisk Order = "risk"
	// earliest end first; callbacks that never end by themselves last
	OrderDeadline Order = "deadline"
	OrderLatest   Order = "latest" // OrderDeadline turned round
	OrderNewest   Order = "newest" // by arrival, newest first
	OrderOldest   Order = "oldest"
	// by end, newest first, and turned round; only of what has ended
	OrderEnd        Order = "end"
	OrderEndedFirst Order = "ended-first"
	// by the name of the queue, and in it earliest end first; and turned round. Only of what is open, in
	// the list of all callbacks.
	OrderQueue     Order = "queue"
	OrderQueueLast Order = "queue-last"
)

// Orders are all of them.
var Orders = []Order{OrderRisk, OrderDeadline, OrderLatest, OrderNewest, OrderOldest, OrderEnd, OrderEndedFirst, OrderQueue, OrderQueueLast}

// Ended reports whether an order is one of what has ended.
func (o Order) Ended() bool { return o == OrderEnd || o == OrderEndedFirst }

// ByQueue reports whether an order is by queue first.
func (o Order) ByQueue() bool { return o == OrderQueue || o == OrderQueueLast }

// Ends narrows a list by [callbacks.Callback.Ends].
type Ends struct {
	From   time.Time               // not before; zero for no bound
	Before time.Time               // earlier than; zero for no bound
	Never  bool                    // no clock runs
	Cause  callbacks.DeadlineCause // this clock ends it first; empty for any
	// AtRisk selects pending callbacks with less time than decisions in their queue usually take, and
	// those that a missing heartbeat ends within [UnattendedRisk].
	AtRisk bool
	// NoTimeout selects pending callbacks whose function set no timeout, whatever else ends them.
	NoTimeout bool
	// Unattended selects pending callbacks that will end by a missing heartbeat: nobody sends any,
	// or Lambda does not accept them.
	Unattended bool
}

// Parts is how many ranges of ends the filter is made of.
func (e Ends) Parts() int {
	if e.AtRisk {
		return 2
	}
	return 1
}

// Filter is what a person asks of a list; it is kept in the page's URL.
type Filter struct {
	Scope Scope
	// words of title, requester, function, name and tags; or a complete callback ID or execution
	// ARN
	Search   string
	Function string // exact
	Queue    string // exact
	Assigned string // the key of a person: only what is assigned to them
	Alike    string // a key of [Alike]: only what is pending and asks the same
	// Folded keeps, of pending callbacks that ask the same, only the one that ends first: its row says
	// how many they are. Only in the orders by risk and by deadline.
	Folded bool
	// Snoozed turns [ScopeMine] round: only what the person hides there now, instead of all else.
	Snoozed bool
	// Acknowledged turns [ScopeAttention] round: only what somebody acknowledged, instead of all else.
	Acknowledged bool
	// exact; [callbacks.SourceDiscovery] for callbacks nobody announced,
	// [callbacks.SourceAnnounced] for all others
	Source         string
	States         []callbacks.State
	Gone           bool // only callbacks that are [callbacks.Callback.Gone]
	Ends           Ends
	ReceivedFrom   time.Time
	ReceivedBefore time.Time
	// empty for the scope's own order, which is by end, newest first, if its callbacks have ended
	Order Order
	After *Cursor
	Limit int // 1 to MaxPage
}

// Searched are the texts of a callback in which [Filter.Search] looks for words.
func Searched(c *callbacks.Callback, tags []string) []string {
	return append([]string{c.Title, c.Requester.Name, c.Requester.Email, c.Function, c.Name}, tags...)
}

// MaxPage bounds a page of a list; PageSize is the usual one.
const (
	MaxPage  = 200
	PageSize = 50
)

// Query is a filter together with what the reader may see; only the service makes one.
type Query struct {
	Filter
	AllQueues bool     // the reader sees every queue
	Queues    []string // otherwise these
	// Escalated are the audiences that the reader is part of: open callbacks that were escalated to
	// one of them are in the lists too.
	Escalated []string
	Person    string // the reader's ID, to find their own callbacks
	// Signs are the queues in which the reader signs: what waits for signatures there is theirs.
	Signs    []string
	Operator bool // the reader also looks after failures that follow other people's decisions
	// Usual are the usual times of the queues, if the order or the filter goes by risk. What was
	// escalated to the reader from other queues is not in it.
	Usual Usual
	Now   time.Time
}

// Cursor is the last row of a page. The next page begins after it, whatever changed in between.
type Cursor struct {
	Key int64 // the row's place in the order, in milliseconds
	ID  callbacks.ID
	// Queue is that of the row, in the orders by queue; empty in others.
	Queue string
	// Hour is when the usual times were those that the order by risk goes by; zero in other orders.
	Hour time.Time
}

// Row is one line of a list.
type Row struct {
	callbacks.Callback
	Reviewers []callbacks.Actor // currently reviewing, longest first
	Holder    callbacks.Actor   // whom it is assigned to; zero for nobody
	// Acknowledged is who knows that it needs attention; zero for nobody, and outside [ScopeAttention].
	Acknowledged callbacks.Actor
	// those that wait, or waited until the end, for others, and all that the reader gave; without
	// answers and comments
	Signatures []callbacks.Signature
	Signing    Signing // as the reader sees it; zero from the store
	Fold       Fold    // what a folded list says of those that ask the same; zero for a row of its own
	// Usual is what decisions in its queue take at this hour; zero if that is not known, and from the
	// store.
	Usual time.Duration
}

// Fold is what a row of a folded list stands for: itself, and others that ask the same, end later, and
// are in what the filter finds for the reader.
type Fold struct {
	Key    string // of [Alike]
	Number int    // all of them; more than MaxAlike means that it was not counted further
	// Titles and Requesters are how many of these they have, counted as far as Number.
	Titles, Requesters int
}

// Signing is what a list says of the signatures of a callback.
type Signing struct {
	// Has is how many signatures count for the proposal that needs the fewest, and Needs how many
	// decide.
	Has, Needs int
	Signed     bool // a signature of the reader waits for others
	Void       bool // the reader's last signature is void: they have to sign again
	May        bool // the reader may sign for that proposal, as far as the desk knows
}

// Page is a part of a list.
type Page struct {
	Rows []Row
	// Next is nil on the last page. A folded page may be short and not the last: only so many callbacks
	// are looked at.
	Next *Cursor
}

// AuditQuery narrows the audit. Entries come newest first: by their time, those of one callback in the
// order in which they were written.
type AuditQuery struct {
	Callback    callbacks.ID
	Actors      []string // the IDs of those who did it; nil for anybody
	Action      callbacks.Action
	People      bool      // only what people did
	From, Until time.Time // recorded not before the one, and before the other; zero for no bound
	Before      int64     // the Seq of an entry: only what comes after it; 0 for all
	Limit       int       // 1 to MaxPage
}

// attentionSpan is how long a callback asks for attention if its decision was lost or its execution
// failed after the decision.
const attentionSpan = 7 * 24 * time.Hour

// scopeOrders are the orders used if the filter names none; a scope not listed shows the newest
// first.
var scopeOrders = map[Scope]Order{
	ScopeAvailable: OrderRisk, ScopeMine: OrderRisk,
	ScopeAttention: OrderEnd, ScopeHistory: OrderEnd,
}

// scopeStates are the states that a scope shows; a scope not listed shows all.
var scopeStates = map[Scope][]callbacks.State{
	ScopeAvailable: {callbacks.Pending},
	ScopeMine:      callbacks.OpenStates,
	ScopeAttention: {callbacks.Pending, callbacks.Decided, callbacks.Completed, callbacks.Lost, callbacks.Undeliverable, callbacks.Unconfirmed},
	ScopeHistory:   {callbacks.Completed, callbacks.Lost, callbacks.Undeliverable, callbacks.Unconfirmed, callbacks.TimedOut, callbacks.Closed},
}

// Folds reports whether the list folds what asks the same.
func (f Filter) Folds() bool {
	return f.Folded && f.Alike == "" && (f.SortedBy() == OrderRisk || f.SortedBy() == OrderDeadline)
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
	State     callbacks.State
	Trouble   bool      // only with a [callbacks.Callback.Problem]
	Failed    bool      // only with [callbacks.Callback.ExecutionFailed]
	DecidedBy string    // only with a decision of this person; empty for anybody's
	EndedFrom time.Time // only if they ended at this time or later; zero for no bound
}

// Wanted returns what the scope wants, state by state. If it returns none, the query finds nothing.
func (q Query) Wanted() []Wanted {
	states, ok := scopeStates[q.Scope]
	if !ok {
		states = callbacks.States
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
func (q Query) wants(s callbacks.State) bool {
	switch {
	case len(q.States) > 0 && !slices.Contains(q.States, s),
		(q.Ends.Unattended || q.Ends.AtRisk || q.Ends.NoTimeout || q.Alike != "") && s != callbacks.Pending,
		q.Gone && s != callbacks.Closed && s != callbacks.TimedOut,
		q.Scope == ScopeAttention && s == callbacks.Pending && !q.Operator:
		return false
	}
	return true
}

// wanted is what the scope wants of a state. Failures after a decision are for the person who made
// the decision and for operators.
func (q Query) wanted(s callbacks.State) Wanted {
	w := Wanted{State: s}
	if q.Scope != ScopeAttention {
		return w
	}
	switch s {
	case callbacks.Pending, callbacks.Decided:
		w.Trouble = true
	case callbacks.Lost:
		w.EndedFrom = q.Now.Add(-attentionSpan)
	case callbacks.Completed:
		w.Failed, w.EndedFrom = true, q.Now.Add(-attentionSpan)
		if !q.Operator {
			w.DecidedBy = q.Person
		}
	case callbacks.Undeliverable, callbacks.Unconfirmed, callbacks.TimedOut, callbacks.Closed:
	}
	return w
}

// NeedsAttention reports whether [ScopeAttention] has a callback for a person who may see it, before
// anybody acknowledges it.
func NeedsAttention(p callbacks.Person, c *callbacks.Callback, now time.Time) bool {
	q := Query{Filter: Filter{Scope: ScopeAttention}, Person: p.ID, Operator: p.Roles.Admin, Now: now}
	return slices.ContainsFunc(q.Wanted(), func(w Wanted) bool { return w.has(c) })
}

func (w Wanted) has(c *callbacks.Callback) bool {
	return c.State == w.State && (!w.Trouble || c.Problem != "") && (!w.Failed || c.ExecutionFailed) &&
		(w.DecidedBy == "" || c.Decision != nil && c.Decision.By.ID == w.DecidedBy) &&
		(w.EndedFrom.IsZero() || c.Ending != nil && !c.Ending.At.Before(w.EndedFrom))
}
