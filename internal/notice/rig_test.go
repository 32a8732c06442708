package notice_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/notice"
	"countersign/internal/people"
	"countersign/internal/schema"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// board is a channel that shows what its places show: each message by its ID, in its latest state.
type board struct {
	style notice.Style

	mu    sync.Mutex
	shown map[string]*posted // by message ID
	calls int
	// answer may refuse an envelope, or lose the answer to one that arrived.
	answer func(e notice.Envelope) (arrives bool, err error)
}

// posted is a message at a place.
type posted struct {
	place    string
	states   []string // [notice.Message.State] of each state, in their order
	messages []notice.Message
}

func (b *board) Style() notice.Style { return b.style }

// Deliver implements [notice.Channel].
func (b *board) Deliver(_ context.Context, e notice.Envelope) (notice.Handle, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	arrives, err := true, error(nil)
	if b.answer != nil {
		arrives, err = b.answer(e)
	}
	if arrives {
		p := b.shown[e.Message.ID]
		if p == nil {
			p = &posted{place: e.To}
			b.shown[e.Message.ID] = p
		}
		p.states, p.messages = append(p.states, e.Message.State), append(p.messages, e.Message)
	}
	if err != nil {
		return "", err
	}
	return notice.Handle("handle of " + e.Message.ID), nil
}

// at are the messages at a place, the first one first.
func (b *board) at(place string) (all []*posted) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.shown {
		if p.place == place {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *posted) int { return a.messages[0].At.Compare(b.messages[0].At) })
	return all
}

// last is the latest state of a message.
func (p *posted) last() *notice.Message { return &p.messages[len(p.messages)-1] }

// rig is a desk on a real database whose reviewers ada, bob and cleo have a browser and a mailbox.
type rig struct {
	testing.TB
	clock   *callbackstest.Clock
	store   *sqlstore.Store
	service *desk.Service
	setup   *notice.Setup
	slack   *board
	mail    *board
	push    *board
	hooks   *board
	worker  *notice.Worker
	n       int
}

// onEach runs a test on each database.
func onEach(t *testing.T, test func(*rig)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"SQLite": sqlstoretest.NewDatabase, "PostgreSQL": sqlstoretest.NewPostgresDatabase} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "PostgreSQL" && testing.Short() {
				return // -short is for machines without PostgreSQL
			}
			test(newRig(t, url(t)))
		})
	}
}

func newRig(t testing.TB, url string) *rig {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), url, sqlstore.WithCaution(func(string) {}))
	callbackstest.Must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	made := func(s notice.Style) *board { return &board{style: s, shown: make(map[string]*posted)} }
	r := &rig{
		TB: t, clock: callbackstest.NewClock(t0), store: store,
		slack: made(notice.InPlace), mail: made(notice.Appended), push: made(notice.Replaced), hooks: made(notice.Event),
	}
	r.setup = &notice.Setup{
		Queues: callbacks.Queues{"finance": {Name: "finance", Groups: []string{"approvers"}}},
		Rules:  notice.Rules{Groups: map[string][]notice.Target{"approvers": {{Channel: notice.Slack, Place: "#finance"}}}},
		Channels: map[string]notice.Channel{
			notice.Slack: r.slack, notice.Email: r.mail, notice.Push: r.push, notice.Webhooks: r.hooks,
		},
		Person: knownPerson, House: notice.House{Name: "Desk", Home: "https://desk.example.com"},
	}
	store.Tell(true)
	r.service = desk.NewService(desk.ServiceConfig{
		Store: store, Queues: r.setup.Queues, Invalidator: nobodyListens{}, ReviewLimits: callbacks.DefaultReviewLimits, Now: r.clock.Now,
		Forms: schema.NewCompiler(), SeenKeys: desk.NewSeenKeys([][]byte{[]byte("the key of sessions, for tests")}),
	})
	for _, name := range []string{"ada", "bob", "cleo"} {
		r.person(name)
	}
	r.worker = r.newWorker(store.Notices())
	return r
}

// newWorker is another replica.
func (r *rig) newWorker(store notice.Store) *notice.Worker {
	return notice.NewWorker(notice.Config{
		Store: store, Preferences: r.store.Notices(), Desk: r.store, Assignments: r.store.Assignments(), Setup: func() *notice.Setup { return r.setup },
		Attempted: func(string, *notice.Fault) {}, Everybody: true, Log: slog.New(slog.DiscardHandler), Now: r.clock.Now, Jitter: func() float64 { return 0 },
	})
}

type nobodyListens struct{}

func (nobodyListens) Changed(callbacks.Invalidation) {}

// knownPerson is somebody as their profile describes them: a reviewer.
func knownPerson(p people.Profile) callbacks.Person {
	return callbacks.Person{
		ID: p.ID, Subject: p.Subject, Name: p.Name, Email: p.Email, EmailVerified: p.Verified(), Groups: p.Groups, GroupsReadAt: p.GroupsReadAt,
		Roles: callbacks.Roles{Reviewer: true},
	}
}

// person has somebody sign in who may approve, and take pushes.
func (r *rig) person(name string) callbacks.Person {
	r.Helper()
	r.browser(name)
	return r.known(name, "approvers")
}

// known has somebody of some groups sign in.
func (r *rig) known(name string, groups ...string) callbacks.Person {
	r.Helper()
	p := person(name, groups...).Person
	callbackstest.Must(r.TB, r.store.KeepPerson(r.Context(), people.NewProfile(p, true, r.clock.Now())))
	return p
}

// browser has somebody take pushes.
func (r *rig) browser(name string) {
	r.Helper()
	callbackstest.Must(r.TB, r.store.Notices().Subscribe(r.Context(), notice.Subscription{
		ID: name + "'s browser", Person: name, Endpoint: "https://push.example.com/" + name, MadeAt: r.clock.Now(),
	}, callbackstest.Person(name)))
}

// announce receives a request that ends after a time.
func (r *rig) announce(timeout time.Duration) callbacks.Callback {
	r.Helper()
	r.n++
	receipt, err := r.service.Receive(r.Context(), desk.Source{Name: "expenses"}, "", announcement.Announcement{
		CallbackID: fmt.Sprintf("YWJj%06d", r.n), Title: fmt.Sprintf("Expense report EXP-%d", r.n), Requester: "Ines Calloway <ines@example.com>",
		Queue: "finance", Timeout: timeout, ExecutionARN: "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:14/durable-execution/EXP/0f2c",
	})
	callbackstest.Must(r.TB, err)
	return receipt.Callback
}

// approve decides a request on its page.
func (r *rig) approve(p callbacks.Person, id callbacks.ID) {
	r.Helper()
	choice := callbacks.Choice{Outcome: "approve"}
	seen, err := r.service.Preview(r.Context(), p, id, choice)
	callbackstest.Must(r.TB, err)
	choice.PreparedAt, choice.Sends = seen.PreparedAt, seen.Sends
	_, err = r.service.Sign(r.Context(), p, id, choice, seen.Seen)
	callbackstest.Must(r.TB, err)
}

// run lets time pass in steps, with the workers.
func (r *rig) run(span, step time.Duration, workers ...*notice.Worker) {
	r.Helper()
	if len(workers) == 0 {
		workers = []*notice.Worker{r.worker}
	}
	for passed := time.Duration(0); passed < span; passed += step {
		r.clock.Advance(step)
		for _, w := range workers {
			r.drain(w)
		}
	}
}

// drain has a worker send what is due, a few messages at a time as its bulkheads allow.
func (r *rig) drain(w *notice.Worker) {
	r.Helper()
	for range 5 {
		callbackstest.Must(r.TB, w.RunOnce(r.Context()))
		if _, next, err := r.store.Notices().Next(r.Context(), nil); err != nil || next.IsZero() || next.After(r.clock.Now()) {
			return
		}
	}
}

// settle runs rounds until everything that is due was sent.
func (r *rig) settle() {
	r.Helper()
	for range 200 {
		before := r.slack.calls + r.mail.calls + r.push.calls + r.hooks.calls
		callbackstest.Must(r.TB, r.worker.RunOnce(r.Context()))
		change, message, err := r.store.Notices().Next(r.Context(), nil)
		callbackstest.Must(r.TB, err)
		now := r.clock.Now()
		idle := before == r.slack.calls+r.mail.calls+r.push.calls+r.hooks.calls
		if idle && (change.IsZero() || change.After(now)) && (message.IsZero() || message.After(now)) {
			return
		}
	}
	r.Fatal("messages are due and are not sent")
}
