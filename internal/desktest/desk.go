package desktest

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/arn"
	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/delivery"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/history"
	"countersign/internal/keyring"
	"countersign/internal/people"
	"countersign/internal/readquota"
	"countersign/internal/schema"
	"countersign/internal/secrets"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
	"countersign/internal/upkeep"
)

// Invalidations counts what open pages were told.
type Invalidations struct {
	mu  sync.Mutex
	All []callbacks.Invalidation
	// Rights are the people of whom was told that they may see something else.
	Rights []string
}

// RightsChanged notes a person whose rights changed.
func (n *Invalidations) RightsChanged(person string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.Rights = append(n.Rights, person)
}

// Changed implements [callbacks.Invalidator].
func (n *Invalidations) Changed(notice callbacks.Invalidation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.All = append(n.All, notice)
}

// Count is how often open pages were told.
func (n *Invalidations) Count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.All)
}

// Desk is a service with its workers on a real database.
type Desk struct {
	T             *testing.T
	Ctx           context.Context
	Clock         *callbackstest.Clock
	Invalidations *Invalidations
	Lambda        *Remote
	Lanes         arn.Lanes
	Secrets       *secrets.Keys // those of every desk, or others before Restart
	Store         storetest.Store
	Service       *desk.Service
	Delegations   *delegation.Service
	Assignments   *assignment.Service
	Deliveries    *delivery.Worker
	Heartbeats    *upkeep.Heartbeats
	Expiry        *upkeep.Expiry
}

// New is a desk on an empty database. It begins on 2026-11-24 at 13:00 UTC.
func New(t *testing.T) *Desk {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstoretest.NewDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	c := callbackstest.NewClock(time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC))
	d := &Desk{T: t, Ctx: t.Context(), Clock: c, Invalidations: &Invalidations{}, Lambda: &Remote{Now: c.Now}, Secrets: SecretsKeys("s")}
	d.Restart(store)
	return d
}

// Restart puts a new process on the same database: nothing in memory survives. Whatever it passes
// to the store runs more than once, as it may in production.
func (d *Desk) Restart(store storetest.Store) {
	d.Store = storetest.Twice(store)
	workers := d.Workers(d.Lambda, Rate)
	d.Deliveries = delivery.NewWorker(workers.Delivery)
	d.Heartbeats = upkeep.NewHeartbeats(workers.Upkeep)
	d.Expiry = upkeep.NewExpiry(workers.Upkeep)
	d.Delegations = delegation.New(delegation.Config{
		Store: d.Store, Queues: Queues, Person: known, Now: d.Clock.Now, RightsChanged: d.Invalidations.RightsChanged,
	})
	d.Service = desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: Queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now, Lanes: d.Lanes,
		Deliveries: d.Deliveries, ConfigVersion: ConfigVersion, Delegations: d.Delegations, Forms: schema.NewCompiler(),
		SeenKeys: SeenKeys, Secrets: d.Secrets,
	})
	if s, ok := store.(*sqlstore.Store); ok {
		d.Assignments = assignment.New(assignment.Config{
			Store: s.Assignments(), People: store, Desk: d.Service, Invalidator: d.Invalidations, Person: known, Now: d.Clock.Now,
			GroupsMaxAge: 8 * time.Hour,
		})
	}
}

// ConfigVersion is the version of countersign.yaml that every desk runs.
const ConfigVersion callbacks.ConfigVersion = "6a1f09c2d4e87b35"

// SeenKeys are those of every desk, so that a press counts after a restart.
var SeenKeys = desk.NewSeenKeys([][]byte{[]byte("the key of sessions, for tests")})

// SecretsKeys are keys for typed secrets, one for each letter.
func SecretsKeys(letters string) *secrets.Keys {
	var all [][]byte
	for _, letter := range letters {
		all = append(all, bytes.Repeat([]byte{byte(letter)}, keyring.KeyBytes))
	}
	keys, err := secrets.New(all)
	if err != nil {
		panic(err) // the length is one that always works
	}
	return keys
}

// Rate is how many histories a desk may read a second, where the test is not about that.
const Rate = 1000

// API is Lambda as the workers know it.
type API interface {
	callbacks.Lambda
	history.Source
}

// Settings are those of the workers.
type Settings struct {
	Delivery delivery.Config
	Upkeep   upkeep.Config
}

// Workers are the settings of workers that call a Lambda, and read so many histories a second.
// Their pauses are exact.
func (d *Desk) Workers(lambda API, rate float64) Settings {
	log, exact := slog.New(slog.DiscardHandler), func() float64 { return 0 }
	histories := history.Config{
		Source: lambda, Lanes: func() arn.Lanes { return d.Lanes }, Allowances: readquota.NewAllowances(d.Store, rate, d.Clock.Now), Log: log, Now: d.Clock.Now,
	}
	return Settings{
		delivery.Config{
			Store: d.Store, Lambda: lambda, History: histories, Invalidator: d.Invalidations, Log: log, Now: d.Clock.Now, Jitter: exact, Secrets: d.Secrets,
		},
		upkeep.Config{
			Store: d.Store, Lambda: lambda, History: histories, Invalidator: d.Invalidations, Log: log, Now: d.Clock.Now, Jitter: exact,
		},
	}
}

// Queues are those of the desk: finance has four eyes, legal takes answers that reviewers write, and
// in large two people sign.
var Queues = callbacks.Queues{
	callbacks.DefaultQueue: {Name: callbacks.DefaultQueue, Groups: []string{"reviewers"}},
	"finance":              {Name: "finance", Groups: []string{"finance-approvers"}, FourEyes: true},
	"legal":                {Name: "legal", Groups: []string{"finance-approvers"}, Free: callbacks.FreeAlways, KeepAliveMax: 2 * time.Hour},
	"large": {Name: "large", Groups: []string{"finance-approvers"}, Rules: []callbacks.Rule{
		{Name: "two", Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 2}}}},
	}},
}

// Reviewer is a person of some groups.
func Reviewer(name string, groups ...string) callbacks.Person {
	return callbacks.Person{ID: "u-" + name, Subject: "u-" + name, Name: name, Email: name + "@harborline.example", EmailVerified: true, Groups: groups, Roles: callbacks.Roles{Reviewer: true}}
}

// People: reviewers of finance, of releases, and an admin.
var (
	Mara = Reviewer("mara", "finance-approvers")
	Dana = Reviewer("dana", "finance-approvers")
	Teo  = Reviewer("teo", "release-managers")
	Ops  = callbacks.Person{ID: "u-ops", Subject: "u-ops", Name: "ops", Roles: callbacks.Roles{Admin: true}}
)

// known is somebody as their profile describes them. Whoever is in a group is a reviewer.
func known(p people.Profile) callbacks.Person {
	return callbacks.Person{
		ID: p.ID, Subject: p.Subject, Name: p.Name, Email: p.Email, EmailVerified: p.Verified(),
		Groups: p.Groups, GroupsReadAt: p.GroupsReadAt, Roles: callbacks.Roles{Reviewer: len(p.Groups) > 0},
	}
}

// SignIn has a person sign in, so that others can name them.
func (d *Desk) SignIn(p callbacks.Person) {
	d.T.Helper()
	p.GroupsReadAt = d.Clock.Now()
	if err := d.Store.KeepPerson(d.Ctx, people.NewProfile(p, p.EmailVerified, d.Clock.Now())); err != nil {
		d.T.Fatal(err)
	}
}

// Announce receives a callback in queue finance, with a readable history.
func (d *Desk) Announce(change func(*announcement.Announcement)) callbacks.Callback {
	d.T.Helper()
	a := announcement.Announcement{
		CallbackID: "YWJj/+A=", Title: "Expense report EXP-2291", Requester: "Ines Calloway <ines@harborline.example>", Queue: "finance", Timeout: time.Hour,
		ExecutionARN: "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:14/durable-execution/EXP-2291/0f2c",
	}
	if change != nil {
		change(&a)
	}
	receipt, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "", a)
	if err != nil {
		d.T.Fatal(err)
	}
	return receipt.Callback
}

// Decide previews and signs like the page does; the last signature decides.
func (d *Desk) Decide(p callbacks.Person, id callbacks.ID, outcome, comment string) (callbacks.Callback, error) {
	d.T.Helper()
	return d.Choose(p, id, callbacks.Choice{Outcome: outcome, Comment: comment})
}

// Choose is Decide for any choice.
func (d *Desk) Choose(p callbacks.Person, id callbacks.ID, choice callbacks.Choice) (callbacks.Callback, error) {
	d.T.Helper()
	seen, err := d.Service.Preview(d.Ctx, p, id, choice)
	if err != nil {
		return callbacks.Callback{}, err
	}
	choice.PreparedAt, choice.Sends = seen.PreparedAt, seen.Sends
	return d.Service.Sign(d.Ctx, p, id, choice, seen.Seen)
}

// MustDecide is Decide for a decision that has to be taken.
func (d *Desk) MustDecide(p callbacks.Person, id callbacks.ID, outcome, comment string) {
	d.T.Helper()
	if _, err := d.Decide(p, id, outcome, comment); err != nil {
		d.T.Fatal(err)
	}
}

// Deliver runs one round of deliveries.
func (d *Desk) Deliver() {
	d.T.Helper()
	if err := d.Deliveries.RunOnce(d.Ctx); err != nil {
		d.T.Fatal(err)
	}
}

// Get reads a callback.
func (d *Desk) Get(id callbacks.ID) callbacks.Callback {
	d.T.Helper()
	c, err := d.Store.Get(d.Ctx, id)
	if err != nil {
		d.T.Fatal(err)
	}
	return c
}

// WantState reads a callback that has to be in a state.
func (d *Desk) WantState(id callbacks.ID, want callbacks.State) callbacks.Callback {
	d.T.Helper()
	c := d.Get(id)
	if c.State != want {
		d.T.Fatalf("state is %s (ending %+v, problem %q), want %s", c.State, c.Ending, c.Problem, want)
	}
	return c
}

// Actions are the audit's actions of a callback, oldest first.
func (d *Desk) Actions(id callbacks.ID) []callbacks.Action {
	d.T.Helper()
	entries, err := d.Store.Audit(d.Ctx, desk.AuditQuery{Callback: id, Limit: desk.MaxPage})
	if err != nil {
		d.T.Fatal(err)
	}
	var actions []callbacks.Action
	for i := len(entries) - 1; i >= 0; i-- {
		actions = append(actions, entries[i].Action)
	}
	return actions
}
