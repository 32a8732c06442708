package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
)

const (
	channel = "countersign_invalidations"
	// pauseBetween is the least time between two notifications. A burst becomes one, and people do
	// not notice the delay.
	pauseBetween = 50 * time.Millisecond
	// maxSilence is how long the connection may be silent before it is tested: one that was cut
	// without a word looks idle.
	maxSilence = 20 * time.Second
	// stepTimeout bounds each step that waits for the server.
	stepTimeout = 5 * time.Second
	// The pause before connecting again doubles from the first to the second.
	firstReconnect, lastReconnect = 100 * time.Millisecond, 10 * time.Second
)

// invalidations passes invalidations, ended sessions and changed rights between the replicas by LISTEN
// and NOTIFY, on its own connection.
type invalidations struct {
	config *pgx.ConnConfig
	log    *slog.Logger

	mu        sync.Mutex
	waiting   invalidationSet    // to be sent
	next      time.Time          // the earliest time of the next notification
	interrupt context.CancelFunc // ends a wait that began with nothing to send; otherwise nil
}

// newInvalidations returns what passes invalidations for the URL of the store. It connects only in
// Run.
func newInvalidations(url string, log *slog.Logger) (engine.Invalidations, error) {
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["application_name"] = "countersign invalidations"
	return &invalidations{config: config, log: log}, nil
}

// Changed tells the other replicas that a callback changed. It never waits; while the connection is
// lost, messages are kept and sent when it is back.
func (n *invalidations) Changed(invalidation callbacks.Invalidation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting.add(invalidation)
	if n.interrupt != nil {
		n.interrupt()
	}
}

// These take the place of a queue in a message about a session that ended, and about a person whose
// rights changed. No queue has a space in its name, so a replica that does not know such a value has
// no page to refresh.
const (
	endedSessions = "ended sessions"
	changedRights = "changed rights"
)

// SessionEnded tells the other replicas that a session has ended. If that is lost, its streams find
// out by themselves.
func (n *invalidations) SessionEnded(id callbacks.ID) {
	n.Changed(callbacks.Invalidation{Queue: endedSessions, Callback: id})
}

// RightsChanged tells the other replicas that a person may see something else. If that is lost, their
// streams find out by themselves.
func (n *invalidations) RightsChanged(person string) {
	n.Changed(callbacks.Invalidation{Queue: changedRights, Callback: callbacks.ID(person)})
}

// pass calls the function that a message of another replica is for.
func pass(to engine.Deliver, n callbacks.Invalidation) {
	switch n.Queue {
	case endedSessions:
		to.SessionEnded(n.Callback)
	case changedRights:
		to.RightsChanged(string(n.Callback))
	default:
		to.Changed(n)
	}
}

// Run receives what the other replicas send, and calls deliver, until ctx ends.
func (n *invalidations) Run(ctx context.Context, deliver engine.Deliver) {
	pause := firstReconnect
	for {
		connected, err := n.session(ctx, deliver)
		if ctx.Err() != nil {
			return
		}
		if connected {
			pause = firstReconnect
		}
		n.log.WarnContext(ctx, "the connection for PostgreSQL notifications failed; pages reload once it is back",
			"again_in", pause, "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause/2 + rand.N(pause)): // replicas must not reconnect together
		}
		pause = min(2*pause, lastReconnect)
	}
}

// session connects and works until the connection breaks.
func (n *invalidations) session(ctx context.Context, deliver engine.Deliver) (connected bool, err error) {
	conn, self, err := n.connect(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepTimeout)
		defer cancel()
		_ = conn.Close(ctx) // it is already broken, or the server notices by itself
	}()
	deliver.Missed()
	for ctx.Err() == nil {
		if err := n.send(ctx, conn); err != nil {
			return true, err
		}
		got, err := n.receive(ctx, conn)
		switch {
		case err != nil:
			return true, err
		case got == nil || got.PID == self: // interrupted, or our own
			continue
		}
		told, all := parsePayload(got.Payload)
		if all {
			deliver.Missed()
		}
		for _, invalidation := range told {
			pass(deliver, invalidation)
		}
	}
	return true, nil
}

// connect begins to listen. self is the server's process for the connection; it identifies our own
// notifications.
func (n *invalidations) connect(ctx context.Context) (_ *pgx.Conn, self uint32, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, n.config)
	if err != nil {
		return nil, 0, fmt.Errorf("connect: %w", err)
	}
	if err = greet(ctx, conn); err == nil {
		err = conn.QueryRow(ctx, "select pg_backend_pid()").Scan(&self)
	}
	if err == nil {
		_, err = conn.Exec(ctx, "listen "+channel)
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("listen: %w", err), conn.Close(ctx))
	}
	return conn, self, nil
}

// send sends the waiting messages, if it is time.
func (n *invalidations) send(ctx context.Context, conn *pgx.Conn) error {
	payload := n.take(time.Now())
	if payload == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	if _, err := conn.Exec(ctx, "select pg_notify($1, $2)", channel, payload); err != nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.waiting.all = true // it is unknown whether it was received
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// take removes the waiting messages and returns them as a payload. The payload is empty if there
// are none or it is too early.
func (n *invalidations) take(now time.Time) (payload string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.waiting.empty() || now.Before(n.next) {
		return ""
	}
	n.next = now.Add(pauseBetween)
	defer func() { n.waiting = invalidationSet{} }()
	return n.waiting.payload()
}

// receive waits for a notification. It returns nil if there is something to send first, or if
// nothing came and the connection still works.
func (n *invalidations) receive(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	limit := time.AfterFunc(n.patience(cancel), cancel)
	defer limit.Stop()
	got, err := conn.WaitForNotification(waiting)
	n.mu.Lock()
	quiet := n.interrupt != nil && n.waiting.empty()
	n.interrupt = nil
	n.mu.Unlock()
	switch {
	case err == nil:
		return got, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case conn.IsClosed():
		return nil, fmt.Errorf("wait for notifications: %w", err)
	case !quiet:
		return nil, nil
	}
	ctx, cancel = context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	if err := conn.Ping(ctx); err != nil {
		return nil, fmt.Errorf("the connection is dead: %w", err)
	}
	return nil, nil
}

// patience returns how long to wait for a notification. If nothing is to be sent now, a message
// that comes up later interrupts the wait.
func (n *invalidations) patience(interrupt context.CancelFunc) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.waiting.empty() {
		return time.Until(n.next)
	}
	n.interrupt = interrupt
	return maxSilence
}
