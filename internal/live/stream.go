package live

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"countersign/internal/callbacks"
)

const (
	// batch is how long a stream gathers invalidations after the first, so that a burst becomes one
	// write. Nobody notices the delay.
	batch = 100 * time.Millisecond
	// keepAlive is shorter than the idle timeouts of common proxies (nginx, ALB: 60 s), and than
	// what a page takes for silence (20 s).
	keepAlive = 15 * time.Second
	// poll is how long a page goes without an event before it reads again all the same, and how
	// often a stream checks its session, because a replica that dies after its commit tells nobody.
	// It varies by a quarter, so that pages do not read all at once.
	poll = time.Minute
	// maxLifetime ends a stream, so that the reader's roles are checked again when it reconnects.
	maxLifetime = 15 * time.Minute
	// reconnect is how long browsers wait before they connect again.
	reconnect = 3 * time.Second
	// writeLimit is when a stream drops a reader whose connection takes nothing any more.
	writeLimit = 10 * time.Second
	// departure is the time over which streams end that are replaced, so that pages do not connect
	// and read all at once.
	departure = 2 * time.Second
)

// ErrSessionOver is the error of [Stream] for a session that ended before the stream began. The
// stream has written nothing then.
var ErrSessionOver = errors.New("live stream: the session ended")

// Stream writes a subscription to a browser as server-sent events until the reader leaves, their
// session ends, what they may see changes, the hub closes or the stream is 15 minutes old; then it
// returns nil and the browser connects again. An event is
//
//	event: changed
//	data: {"callback":"<id>"}
//
// with [Everything] for an ID when the page should read again whatever it shows. That is also the
// first event after a reconnect, because nobody knows what was missed, what comes after about a
// minute of silence, and the last one of a session that ended: the page reads again at once and
// learns that its reader is signed out. A beat, an event without data, comes first and after 15
// seconds without another event: a page that hears nothing knows that its stream is held back. An
// error but [ErrSessionOver] is a failed write: the reader is gone.
//
// Stream does not close the subscription. It lifts the server's write timeout for its own
// connection; w must support http.ResponseController, and no middleware may buffer or compress what
// it writes.
func Stream(w http.ResponseWriter, r *http.Request, s *Subscription) error {
	lasts := s.sessionLasts(r.Context())
	if lasts <= 0 {
		return ErrSessionOver
	}
	out := stream{w: w, control: http.NewResponseController(w)}
	if err := out.begin(r.Header.Get("Last-Event-ID") != ""); err != nil {
		return err
	}
	return out.run(r.Context(), s, lasts)
}

// run writes the invalidations of a subscription until the stream ends. lasts is how long its
// session lasts at least.
func (s stream) run(ctx context.Context, sub *Subscription, lasts time.Duration) error {
	session := time.NewTimer(lasts)
	defer session.Stop()
	lifetime := time.NewTimer(maxLifetime)
	defer lifetime.Stop()
	idle := time.NewTicker(keepAlive)
	defer idle.Stop()
	silent := time.NewTimer(sub.nextPoll())
	defer silent.Stop()

	ready := sub.Ready()
	var gathered <-chan time.Time // set while a batch gathers
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-sub.Done():
			return nil
		case <-sub.replaced:
			sub.depart(ctx)
			return nil
		case <-sub.Ended():
			return s.changed([]callbacks.ID{Everything})
		case <-session.C:
			if lasts = sub.sessionLasts(ctx); lasts <= 0 || sub.stale != nil && sub.stale(ctx) {
				return s.changed([]callbacks.ID{Everything})
			}
			session.Reset(lasts)
		case <-lifetime.C:
			return nil
		case <-ready:
			ready, gathered = nil, time.After(batch)
		case <-gathered:
			ready, gathered = sub.Ready(), nil
			err = s.changed(sub.Take())
			idle.Reset(keepAlive)
			silent.Reset(sub.nextPoll())
		case <-silent.C:
			err = s.changed([]callbacks.ID{Everything})
			silent.Reset(sub.nextPoll())
		case <-idle.C:
			err = s.write([]byte(beat))
		}
		if err != nil {
			return err
		}
	}
}

// sessionLasts is how long to wait before the next check of the subscription's session, zero once
// that is over.
func (s *Subscription) sessionLasts(ctx context.Context) time.Duration {
	again := s.nextPoll()
	if s.lasts == nil {
		return again
	}
	return min(again, s.lasts(ctx))
}

// depart waits for the subscriber's turn to connect again.
func (s *Subscription) depart(ctx context.Context) {
	turn := time.NewTimer(rand.N(departure))
	defer turn.Stop()
	select {
	case <-turn.C:
	case <-ctx.Done():
	case <-s.Done():
	}
}

// nextPoll is when the subscriber looks by itself. Subscribers must not look in step.
func (s *Subscription) nextPoll() time.Duration {
	about := cmp.Or(s.hub.Poll, poll)
	return about*3/4 + rand.N(about/2)
}

// stream writes events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// beat is an event with empty data. A comment would keep the connection alive too, but no script
// would see it.
const beat = "event: beat\ndata\n\n"

// begin writes the headers and a first beat. The beat has an ID, which browsers send back when they
// connect again.
func (s stream) begin(again bool) error {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx passes events on at once
	s.w.WriteHeader(http.StatusOK)
	if err := s.write(fmt.Appendf(nil, "retry: %d\nid: live\n%s", reconnect.Milliseconds(), beat)); err != nil {
		return err
	}
	if again {
		return s.changed([]callbacks.ID{Everything})
	}
	return nil
}

// changed writes one event for each callback, all in one write. IDs are ours and need no escaping.
func (s stream) changed(ids []callbacks.ID) error {
	var b bytes.Buffer
	for _, id := range ids {
		fmt.Fprintf(&b, "event: changed\ndata: {\"callback\":%q}\n\n", string(id))
	}
	return s.write(b.Bytes())
}

// write sends bytes at once, within writeLimit. It lifts the deadline afterwards, which would end
// an idle stream over HTTP/2.
func (s stream) write(b []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return fmt.Errorf("live stream: set the write deadline: %w", err)
	}
	if _, err := s.w.Write(b); err != nil {
		return fmt.Errorf("live stream: %w", err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("live stream: %w", err)
	}
	if err := s.control.SetWriteDeadline(time.Time{}); err != nil {
		return fmt.Errorf("live stream: lift the write deadline: %w", err)
	}
	return nil
}
