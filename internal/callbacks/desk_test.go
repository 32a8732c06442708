package callbacks_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// clock is moved by the test.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// notices counts what open pages were told.
type notices struct {
	mu  sync.Mutex
	all []callbacks.Notice
}

func (n *notices) Changed(notice callbacks.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, notice)
}

func (n *notices) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.all)
}

// remote is Lambda's side of one callback, with its rule that the first completion wins. Faults are what the next calls
// answer instead; a lost fault does the work first.
type remote struct {
	mu        sync.Mutex
	accepted  *callbacks.Completion
	closing   callbacks.Closing
	closed    bool
	calls     []callbacks.Completion
	beats     []time.Time
	faults    []callbacks.Answer // of Complete and Heartbeat, in order; AnswerNone loses the answer after the work
	noHistory callbacks.Answer   // what reading the history answers, empty for a readable one
	lag       int                // how many readings still see the callback open
	asked     int                // how often the history was read
	after     []callbacks.AfterEvent
	noAfter   callbacks.Answer // what reading on answers, empty for a readable history
	readings  []int            // the events after which it was read on
	now       func() time.Time
	dialects  []callbacks.Answer // by turns, what "closed" is answered as; none is AnswerClosed
}

// closedError is the answer to whatever comes too late.
func (r *remote) closedError() *callbacks.LambdaError {
	answer := callbacks.AnswerClosed
	if n := len(r.dialects); n > 0 {
		answer = r.dialects[0]
		r.dialects = append(r.dialects[1:n:n], answer)
	}
	return &callbacks.LambdaError{Answer: answer, Status: 400, Code: "SomeException"}
}

func (r *remote) fault() (callbacks.Answer, bool) {
	if len(r.faults) == 0 {
		return "", false
	}
	a := r.faults[0]
	r.faults = r.faults[1:]
	return a, a != callbacks.AnswerAccepted
}

func (r *remote) Complete(_ context.Context, _ callbacks.Target, c callbacks.Completion) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
	answer, faulty := r.fault()
	if faulty && answer != callbacks.AnswerNone {
		return &callbacks.LambdaError{Answer: answer, Code: string(answer)}
	}
	if r.closed {
		return r.closedError()
	}
	r.closed, r.accepted = true, &c
	r.closing = callbacks.Closing{By: callbacks.EndedByOther, At: r.now(), EventID: 4, Completion: &c}
	if faulty {
		return &callbacks.LambdaError{Answer: callbacks.AnswerNone}
	}
	return nil
}

func (r *remote) Heartbeat(context.Context, callbacks.Target) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if answer, faulty := r.fault(); faulty {
		return &callbacks.LambdaError{Answer: answer}
	}
	if r.closed {
		return r.closedError()
	}
	r.beats = append(r.beats, r.now())
	return nil
}

func (r *remote) History(context.Context, callbacks.Target) (callbacks.Closing, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	switch {
	case r.noHistory != "":
		return callbacks.Closing{}, &callbacks.LambdaError{Answer: r.noHistory}
	case r.lag > 0:
		r.lag--
		return callbacks.Closing{Open: true}, nil
	case !r.closed:
		return callbacks.Closing{Open: true}, nil
	}
	return r.closing, nil
}

func (r *remote) After(_ context.Context, _ callbacks.Target, event int) (callbacks.AfterPage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.readings = append(r.readings, event)
	if r.noAfter != "" {
		return callbacks.AfterPage{}, &callbacks.LambdaError{Answer: r.noAfter, RetryAfter: 30 * time.Second}
	}
	return callbacks.AfterPage{Events: slices.DeleteFunc(slices.Clone(r.after), func(e callbacks.AfterEvent) bool { return e.ID <= event })}, nil
}

// happen adds events to what the history holds behind the callback's end, which is event 4.
func (r *remote) happen(events ...callbacks.AfterEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		e.ID, e.At = 5+len(r.after), r.now()
		r.after = append(r.after, e)
	}
}

// close lets something else end the callback.
func (r *remote) close(c callbacks.Closing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.At = r.now()
	r.closed, r.closing = true, c
}

func (r *remote) sent() []callbacks.Completion {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]callbacks.Completion(nil), r.calls...)
}

func (r *remote) beatCount() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.beats)
}

// desk is a service with its workers on a real database.
type desk struct {
	t          *testing.T
	ctx        context.Context
	clock      *clock
	notices    *notices
	lambda     *remote
	lanes      callbacks.Lanes
	store      callbacks.Store
	service    *callbacks.Service
	deliveries *callbacks.Deliveries
	heartbeats *callbacks.Heartbeats
	sweeps     *callbacks.Sweeps
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstoretest.NewDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	c := &clock{now: time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)}
	d := &desk{t: t, ctx: t.Context(), clock: c, notices: &notices{}, lambda: &remote{now: c.Now}}
	d.restart(store)
	return d
}

// restart puts a new process on the same database: nothing in memory survives. Whatever it passes to the store runs more than
// once, as it may in production.
func (d *desk) restart(store callbacks.Store) {
	d.store = callbackstest.Twice(store)
	workers := d.workers(d.lambda)
	d.deliveries = callbacks.NewDeliveries(workers).NoJitter()
	d.heartbeats = callbacks.NewHeartbeats(workers).NoJitter()
	d.sweeps = callbacks.NewSweeps(workers)
	d.service = callbacks.NewService(callbacks.ServiceConfig{
		Store: d.store, Queues: deskQueues, Notify: d.notices, Budget: callbacks.DefaultBudget, Now: d.clock.Now, Lanes: d.lanes,
		Deliveries: d.deliveries,
	})
}

// rate is how many histories a desk may read a second, where the test is not about that.
const rate = 1000

// workers are the settings of workers that call a Lambda.
func (d *desk) workers(lambda callbacks.Lambda) callbacks.WorkerConfig {
	return callbacks.WorkerConfig{
		Store: d.store, Lambda: lambda, Lanes: d.lanes, Purses: callbacks.NewPurses(d.store, rate, d.clock.Now),
		Notify: d.notices, Log: slog.New(slog.DiscardHandler), Now: d.clock.Now,
	}
}

var deskQueues = callbacks.Queues{
	callbacks.DefaultQueue: {Name: callbacks.DefaultQueue, Groups: []string{"reviewers"}},
	"finance":              {Name: "finance", Groups: []string{"finance-approvers"}, FourEyes: true},
}

func reviewer(name string, groups ...string) callbacks.Person {
	return callbacks.Person{ID: "u-" + name, Subject: "u-" + name, Name: name, Email: name + "@harborline.example", EmailVerified: true, Groups: groups, Roles: callbacks.Roles{Reviewer: true}}
}

var (
	mara = reviewer("mara", "finance-approvers")
	dana = reviewer("dana", "finance-approvers")
	teo  = reviewer("teo", "release-managers")
	ops  = callbacks.Person{ID: "u-ops", Subject: "u-ops", Name: "ops", Roles: callbacks.Roles{Admin: true}}
)

// announce receives a callback in queue finance, with a readable history.
func (d *desk) announce(change func(*callbacks.Announcement)) callbacks.Callback {
	d.t.Helper()
	a := callbacks.Announcement{
		CallbackID: "YWJj/+A=", Title: "Expense report EXP-2291", Requester: "Ines Calloway <ines@harborline.example>", Queue: "finance", Timeout: time.Hour,
		ExecutionARN: "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:14/durable-execution/EXP-2291/0f2c",
	}
	if change != nil {
		change(&a)
	}
	receipt, err := d.service.Receive(d.ctx, callbacks.Source{Name: "expenses"}, "", a)
	if err != nil {
		d.t.Fatal(err)
	}
	return receipt.Callback
}

// decide previews and decides like the page does.
func (d *desk) decide(p callbacks.Person, id callbacks.ID, outcome, comment string) (callbacks.Callback, error) {
	d.t.Helper()
	choice := callbacks.Choice{Outcome: outcome, Comment: comment}
	seen, err := d.service.Preview(d.ctx, p, id, choice)
	if err != nil {
		return callbacks.Callback{}, err
	}
	choice.PreparedAt = seen.PreparedAt
	return d.service.Decide(d.ctx, p, id, choice, seen.Seen())
}

func (d *desk) mustDecide(p callbacks.Person, id callbacks.ID, outcome, comment string) {
	d.t.Helper()
	if _, err := d.decide(p, id, outcome, comment); err != nil {
		d.t.Fatal(err)
	}
}

// deliver runs one round of deliveries.
func (d *desk) deliver() {
	d.t.Helper()
	if err := d.deliveries.RunOnce(d.ctx); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) get(id callbacks.ID) callbacks.Callback {
	d.t.Helper()
	c, err := d.store.Get(d.ctx, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d *desk) wantState(id callbacks.ID, want callbacks.State) callbacks.Callback {
	d.t.Helper()
	c := d.get(id)
	if c.State != want {
		d.t.Fatalf("state is %s (ending %+v, problem %q), want %s", c.State, c.Ending, c.Problem, want)
	}
	return c
}

// actions are the audit's actions of a callback, oldest first.
func (d *desk) actions(id callbacks.ID) []callbacks.Action {
	d.t.Helper()
	entries, err := d.store.Audit(d.ctx, callbacks.AuditQuery{Callback: id, Limit: callbacks.MaxPage})
	if err != nil {
		d.t.Fatal(err)
	}
	var actions []callbacks.Action
	for i := len(entries) - 1; i >= 0; i-- {
		actions = append(actions, entries[i].Action)
	}
	return actions
}
