package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// replica is one that listens.
type replica struct {
	sqlstore.Invalidations
	told   chan callbacks.Invalidation
	ended  chan callbacks.ID
	missed chan struct{}
}

// listen starts a replica and waits until it is connected.
func listen(t *testing.T, url string) *replica {
	t.Helper()
	r := newReplica(t, url)
	r.start(t)
	return r
}

// newReplica makes a replica that keeps what it has to tell until it is started.
func newReplica(t *testing.T, url string) *replica {
	t.Helper()
	n, err := sqlstore.NewInvalidations(url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return &replica{Invalidations: n, told: make(chan callbacks.Invalidation, 10_000), ended: make(chan callbacks.ID, 10), missed: make(chan struct{}, 10_000)}
}

func (r *replica) start(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		r.Run(ctx, sqlstore.Deliver{
			Changed:       func(n callbacks.Invalidation) { r.told <- n },
			SessionEnded:  func(id callbacks.ID) { r.ended <- id },
			RightsChanged: func(person string) { r.ended <- callbacks.ID("person " + person) },
			Missed:        func() { r.missed <- struct{}{} },
		})
	})
	t.Cleanup(func() { stop(); running.Wait() })
	await(t, r.missed, "the first connection")
}

func await[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case v := <-from:
		return v
	case <-limit.C:
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

func changed(id string) callbacks.Invalidation {
	return callbacks.Invalidation{Callback: callbacks.ID(id), Queue: "finance"}
}

// TestInvalidations: everybody else is told, in order, and nobody hears their own again.
func TestInvalidations(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	url := sqlstoretest.NewPostgresDatabase(t)
	a, b, c := listen(t, url), listen(t, url), listen(t, url)
	for round := range 3 {
		for i, sender := range []*replica{a, b, c} {
			want := changed(fmt.Sprintf("callback-%d-%d", round, i))
			sender.Changed(want)
			for _, other := range []*replica{a, b, c} {
				if other == sender {
					continue // its own would be what it finds next
				}
				if got := await(t, other.told, "an invalidation"); got != want {
					t.Fatalf("told %v, want %v", got, want)
				}
			}
		}
	}
}

// TestEndsAreTold: the other replicas hear of a session that ended and of rights that changed, and of
// no callback.
func TestEndsAreTold(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	url := sqlstoretest.NewPostgresDatabase(t)
	sender, receiver := listen(t, url), listen(t, url)
	sender.SessionEnded("abc")
	sender.Changed(changed("after"))
	if got := await(t, receiver.ended, "the end of a session"); got != "abc" {
		t.Errorf("told of %q", got)
	}
	sender.RightsChanged("5f3a")
	if got := await(t, receiver.ended, "rights that changed"); got != "person 5f3a" {
		t.Errorf("told of %q", got)
	}
	if got := await(t, receiver.told, "an invalidation"); got != changed("after") {
		t.Errorf("told %v", got)
	}
}

// TestInvalidationsInBursts: much at once is one notification, and too much to name is everything.
func TestInvalidationsInBursts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	for name, test := range map[string]struct {
		changes int
		named   bool
	}{"Named": {60, true}, "Everything": {300, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := sqlstoretest.NewPostgresDatabase(t)
			sender, receiver, heard := newReplica(t, url), listen(t, url), overhear(t, url)
			for i := range test.changes {
				sender.Changed(changed(fmt.Sprint(i)))
			}
			sender.start(t) // everything waits for it: it is at once
			if test.named {
				told := map[callbacks.Invalidation]bool{}
				for range test.changes {
					told[await(t, receiver.told, "an invalidation of the burst")] = true
				}
				for i := range test.changes {
					if !told[changed(fmt.Sprint(i))] {
						t.Errorf("not told of %d", i)
					}
				}
			} else {
				await(t, receiver.missed, "word that everything changed")
			}
			sender.Changed(changed("after"))
			if got := await(t, receiver.told, "the next invalidation"); got != changed("after") {
				t.Errorf("told %v after the burst", got)
			}
			if first := heard(); (first != "*") != test.named {
				t.Errorf("the burst is %q", first)
			}
			if second := heard(); !strings.Contains(second, "after") {
				t.Errorf("the burst is more than one notification: %q", second)
			}
		})
	}
}

// TestInvalidationsArePaced: whoever has something to tell all the time sends one notification in
// 50 ms.
func TestInvalidationsArePaced(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	url := sqlstoretest.NewPostgresDatabase(t)
	sender, receiver, heard := listen(t, url), listen(t, url), overhear(t, url)
	began := time.Now()
	const notifications = 4
	for i := range notifications {
		sender.Changed(changed(fmt.Sprint(i)))
		await(t, receiver.told, "an invalidation") // the next one is another notification
	}
	for range notifications {
		heard()
	}
	if took := time.Since(began); took < (notifications-1)*50*time.Millisecond {
		t.Errorf("%d notifications within %v", notifications, took)
	}
}

// overhear listens as nobody's replica. What it returns waits for the next notification.
func overhear(t *testing.T, url string) (next func() string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	if _, err := conn.Exec(t.Context(), "listen countersign_invalidations"); err != nil {
		t.Fatal(err)
	}
	return func() string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		got, err := conn.WaitForNotification(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return got.Payload
	}
}

// TestInvalidationsComeBack: a connection that breaks is made again, and what was lost meanwhile is
// made up for.
func TestInvalidationsComeBack(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	url := sqlstoretest.NewPostgresDatabase(t)
	a, b := listen(t, url), listen(t, url)
	u := parsed(t, url)
	for range 3 {
		sqlstoretest.Exec(t, u, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'countersign invalidations' and datname = current_database()")
		await(t, a.missed, "the next connection")
		await(t, b.missed, "the next connection")
		a.Changed(changed("after"))
		if got := await(t, b.told, "an invalidation"); got != changed("after") {
			t.Fatalf("told %v", got)
		}
	}
}

func parsed(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestInvalidationsWithoutServer: a desk works without invalidations, and stops while it waits for
// them.
func TestInvalidationsWithoutServer(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	log := &lastWords{stop: stop}
	n, err := sqlstore.NewInvalidations("postgres://app:secret@127.0.0.1:1/desk", slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	n.Changed(changed("a"))
	n.Run(ctx, sqlstore.Deliver{Changed: func(callbacks.Invalidation) { t.Error("delivered") }, Missed: func() { t.Error("connected") }})
	if !strings.Contains(log.String(), "level=WARN") || strings.Contains(log.String(), "secret") {
		t.Errorf("logged %q", log.String())
	}
	if _, err := sqlstore.NewInvalidations("postgres://app:secret@localhost:port/desk", nil); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a URL that is none gives %v", err)
	}
}

// lastWords is a log that stops what writes to it.
type lastWords struct {
	strings.Builder
	stop func()
}

func (l *lastWords) Write(p []byte) (int, error) {
	l.stop()
	return l.Builder.Write(p)
}
