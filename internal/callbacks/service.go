package callbacks

import (
	"context"
	"fmt"
	"time"
)

// Service answers pages and webhooks. Every method checks what its caller may see; anything else is
// [ErrNotFound].
type Service struct {
	store       Store
	queues      Queues
	invalidator Invalidator
	beat        func() // tells the heartbeat worker that a heartbeat may be due
	limits      ReviewLimits
	now         func() time.Time
	seals       map[string]Sealer
	lanes       Lanes

	groupsMaxAge time.Duration
	deliveries   Handover
}

// ServiceConfig is what a service works with. Deliveries, Beat and Seals may be nil, and Lanes may
// be zero.
type ServiceConfig struct {
	Store        Store
	Queues       Queues
	Invalidator  Invalidator
	Beat         func() // called when a heartbeat comes due; must not block
	ReviewLimits ReviewLimits
	Now          func() time.Time
	Seals        map[string]Sealer // by name of the function whose results are encrypted
	Lanes        Lanes
	// GroupsMaxAge is the greatest age of a person's groups at which they may change something;
	// zero means no limit.
	GroupsMaxAge time.Duration
	// Deliveries deliver the decisions recorded here; if nil, those of another process do.
	Deliveries Handover
}

// NewService makes the service.
func NewService(c ServiceConfig) *Service {
	if c.Beat == nil {
		c.Beat = func() {}
	}
	if c.Deliveries == nil {
		c.Deliveries = nobody{}
	}
	return &Service{
		store: c.Store, queues: c.Queues, invalidator: c.Invalidator, beat: c.Beat, limits: c.ReviewLimits, now: c.Now, seals: c.Seals, lanes: c.Lanes,
		groupsMaxAge: c.GroupsMaxAge, deliveries: c.Deliveries,
	}
}

// Queues are the configured queues.
func (s *Service) Queues() Queues { return s.queues }

// ReviewLimits is how long one person may keep a callback alive.
func (s *Service) ReviewLimits() ReviewLimits { return s.limits }

// see returns the callback if the person may know of it.
func (s *Service) see(ctx context.Context, p Person, id ID) (Callback, error) {
	c, err := s.store.Get(ctx, id)
	if err != nil {
		return Callback{}, fmt.Errorf("callback %s: %w", id, err)
	}
	if !s.queues.MaySee(p, c.Queue) {
		return Callback{}, fmt.Errorf("callback %s: %w", id, ErrNotFound)
	}
	return c, nil
}

// changed tells open pages to look again, after commit.
func (s *Service) changed(c Callback) {
	s.invalidator.Changed(Invalidation{Callback: c.ID, Queue: c.Queue})
}
