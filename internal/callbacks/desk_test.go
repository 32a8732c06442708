package callbacks_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

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

// desk is a service with its workers on a real database.
type desk struct {
	t          *testing.T
	ctx        context.Context
	clock      *callbackstest.Clock
	notices    *notices
	lambda     *remote
	lanes      callbacks.Lanes
	store      callbackstest.Store
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
	c := callbackstest.NewClock(time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC))
	d := &desk{t: t, ctx: t.Context(), clock: c, notices: &notices{}, lambda: &remote{now: c.Now}}
	d.restart(store)
	return d
}

// restart puts a new process on the same database: nothing in memory survives. Whatever it passes to the store runs more than
// once, as it may in production.
func (d *desk) restart(store callbackstest.Store) {
	d.store = callbackstest.Twice(store)
	workers := d.workers(d.lambda, rate)
	d.deliveries = callbacks.NewDeliveries(workers.delivery)
	d.heartbeats = callbacks.NewHeartbeats(workers.upkeep)
	d.sweeps = callbacks.NewSweeps(workers.upkeep)
	d.service = callbacks.NewService(callbacks.ServiceConfig{
		Store: d.store, Queues: deskQueues, Notify: d.notices, Budget: callbacks.DefaultBudget, Now: d.clock.Now, Lanes: d.lanes,
		Deliveries: d.deliveries,
	})
}

// rate is how many histories a desk may read a second, where the test is not about that.
const rate = 1000

// api is Lambda as the workers know it.
type api interface {
	callbacks.Lambda
	callbacks.HistorySource
}

// settings are those of the workers.
type settings struct {
	delivery callbacks.DeliveryConfig
	upkeep   callbacks.UpkeepConfig
}

// workers are the settings of workers that call a Lambda, and read so many histories a second. Their pauses are exact.
func (d *desk) workers(lambda api, rate float64) settings {
	log, exact := slog.New(slog.DiscardHandler), func() float64 { return 0 }
	histories := callbacks.HistoryConfig{
		Source: lambda, Lanes: d.lanes, Purses: callbacks.NewPurses(d.store, rate, d.clock.Now), Log: log, Now: d.clock.Now,
	}
	return settings{
		callbacks.DeliveryConfig{
			Store: d.store, Lambda: lambda, History: histories, Notify: d.notices, Log: log, Now: d.clock.Now, Jitter: exact,
		},
		callbacks.UpkeepConfig{
			Store: d.store, Lambda: lambda, History: histories, Notify: d.notices, Log: log, Now: d.clock.Now, Jitter: exact,
		},
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
