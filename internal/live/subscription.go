package live

import (
	"context"
	"sync"
	"time"

	"countersign/internal/callbacks"
)

// Everything stands in place of a callback's ID and means that the page should read again whatever
// it shows.
const Everything callbacks.ID = "*"

// maxWaiting is how many callbacks wait for a slow subscriber before they become [Everything]. A
// page shows fewer.
const maxWaiting = 100

// Subscription collects what one subscriber has not read yet: each callback once, so that a slow
// reader costs little memory and loses nothing but order and repetitions.
type Subscription struct {
	hub   *Hub
	see   func(callbacks.Invalidation) bool
	ready chan struct{} // holds a token while something waits
	done  chan struct{}
	once  sync.Once // closes done

	// Of the session, see BelongTo.
	session callbacks.ID
	lasts   func(context.Context) time.Duration

	ended  chan struct{} // see Ended
	ending sync.Once     // closes ended

	replaced <-chan struct{} // see EndAfter

	// see EndOnce
	person string
	stale  func(context.Context) bool // may be nil

	mu      sync.Mutex
	waiting []callbacks.ID // in the order of their first invalidation
	known   map[callbacks.ID]struct{}
}

func newSubscription(h *Hub, see func(callbacks.Invalidation) bool) *Subscription {
	return &Subscription{hub: h, see: see, ready: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}), known: map[callbacks.ID]struct{}{}}
}

// Ready receives when [Subscription.Take] has something to return.
func (s *Subscription) Ready() <-chan struct{} { return s.ready }

// Done is closed when the subscription is over.
func (s *Subscription) Done() <-chan struct{} { return s.done }

// BelongTo makes the subscription end with a session. lasts reads the session again and says how
// long it lasts at least, zero once it is over. [Stream] calls it now and then, to find an end that
// nobody told.
func (s *Subscription) BelongTo(session callbacks.ID, lasts func(context.Context) time.Duration) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.session, s.lasts = session, lasts
}

// EndAfter makes [Stream] end soon after replaced is closed, because what the subscriber may see
// may have changed. Until then it is told nothing more.
func (s *Subscription) EndAfter(replaced <-chan struct{}) { s.replaced = replaced }

// EndOnce makes [Stream] end once what the subscriber may see has changed: at once when
// [Hub.RightsChanged] names the person, or else once stale says so, which Stream asks whenever it
// looks at the session.
func (s *Subscription) EndOnce(person string, stale func(context.Context) bool) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.person, s.stale = person, stale
}

// Ended is closed when the subscription's session is over, or its person's rights have changed.
func (s *Subscription) Ended() <-chan struct{} { return s.ended }

func (s *Subscription) tellEnd() { s.ending.Do(func() { close(s.ended) }) }

// Take returns the callbacks that changed since the last call, or [Everything] alone, or nothing.
func (s *Subscription) Take() []callbacks.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.waiting
	s.waiting = nil
	clear(s.known)
	select {
	case <-s.ready: // what it announced is taken
	default:
	}
	return taken
}

// Close ends the subscription. It may be called more than once.
func (s *Subscription) Close() {
	s.hub.remove(s)
	s.end()
}

func (s *Subscription) end() { s.once.Do(func() { close(s.done) }) }

// note keeps a callback for the next Take.
func (s *Subscription) note(id callbacks.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.known[id]
	_, all := s.known[Everything]
	if known || all {
		return
	}
	if len(s.waiting) == maxWaiting {
		id = Everything
	}
	if id == Everything {
		s.waiting = s.waiting[:0]
		clear(s.known)
	}
	s.waiting = append(s.waiting, id)
	s.known[id] = struct{}{}
	select {
	case s.ready <- struct{}{}:
	default: // the token is there already
	}
}
