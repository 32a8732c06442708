package live

import (
	"sync"
	"sync/atomic"
	"time"

	"countersign/internal/callbacks"
)

// Hub passes invalidations on to all subscribers. It implements [callbacks.Invalidator] and is safe
// for concurrent use.
type Hub struct {
	// Poll is about how often a stream looks by itself for what nobody told; a minute if zero. Set
	// it before the first subscription.
	Poll time.Duration

	now    func() time.Time
	latest atomic.Int64 // time of the latest invalidation in Unix milliseconds

	mu            sync.RWMutex
	subscriptions map[*Subscription]struct{}
	closed        bool
}

var _ callbacks.Invalidator = (*Hub)(nil)

// NewHub makes a hub without subscribers.
func NewHub(now func() time.Time) *Hub {
	return &Hub{now: now, subscriptions: map[*Subscription]struct{}{}}
}

// Changed passes an invalidation to each subscriber that may know of it. It waits for none.
func (h *Hub) Changed(n callbacks.Invalidation) {
	h.touch()
	h.mu.RLock()
	defer h.mu.RUnlock()
	for s := range h.subscriptions {
		if s.see(n) {
			s.note(n.Callback)
		}
	}
}

// touch advances the time of the latest invalidation. It is safe for concurrent use.
func (h *Hub) touch() {
	now := h.now().UnixMilli()
	for latest := h.latest.Load(); latest < now && !h.latest.CompareAndSwap(latest, now); latest = h.latest.Load() {
	}
}

// Missed tells every subscriber [Everything]. Call it when invalidations of other replicas may be
// lost.
func (h *Hub) Missed() {
	h.touch()
	h.mu.RLock()
	defer h.mu.RUnlock()
	for s := range h.subscriptions {
		s.note(Everything)
	}
}

// EndSession ends the subscriptions of a session that is over.
func (h *Hub) EndSession(id callbacks.ID) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for s := range h.subscriptions {
		if s.session == id && id != "" {
			s.tellEnd()
		}
	}
}

// RightsChanged ends the subscriptions of a person who may see something else from now on. Their
// pages read again, and connect with their new rights.
func (h *Hub) RightsChanged(person string) {
	h.touch()
	h.mu.RLock()
	defer h.mu.RUnlock()
	for s := range h.subscriptions {
		if s.person == person && person != "" {
			s.tellEnd()
		}
	}
}

// Subscribe adds a subscriber; the caller closes it. see says which invalidations are for it. The
// publisher calls it for every invalidation, so it must be quick and must not call the hub. since
// is when the subscriber read what it shows; if anything changed after that, it is told
// [Everything]. After [Hub.Close] the subscription is over at once.
func (h *Hub) Subscribe(since time.Time, see func(callbacks.Invalidation) bool) *Subscription {
	s := newSubscription(h, see)
	h.mu.Lock()
	if h.closed {
		s.end()
	} else {
		h.subscriptions[s] = struct{}{}
	}
	h.mu.Unlock()
	// This check comes last: a later change finds the subscription.
	if h.latest.Load() >= since.UnixMilli() {
		s.note(Everything)
	}
	return s
}

// Subscribers counts the open subscriptions.
func (h *Hub) Subscribers() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.subscriptions)
}

// Close ends every subscription, now and later. Call it when shutdown begins, for example by
// http.Server.RegisterOnShutdown: Shutdown waits for open streams. It may be called more than once.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.subscriptions {
		s.end()
	}
	clear(h.subscriptions)
}

func (h *Hub) remove(s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subscriptions, s)
}
