package notice

import (
	"context"
	"errors"
	"time"

	"countersign/internal/callbacks"
)

// Bounds of what is kept of situations, because one callback may be in hundreds of messages.
const (
	recentAge = 5 * time.Second
	maxRecent = 256
)

// consider returns a callback as it is now, with what a plan makes of it; nil if it does not exist.
// Whatever messages have to say of it raises its revision, so one reading tells whether it is still
// as it was read lately.
func (w *Worker) consider(ctx context.Context, circle *Circle, id callbacks.ID, now time.Time) (*considered, error) {
	w.mu.Lock()
	known := w.recent[id]
	w.mu.Unlock()
	if known != nil && known.circle == circle && now.Sub(known.readAt).Abs() < recentAge {
		c, err := w.Desk.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		if c.Revision == known.Callback.Revision {
			return known, nil
		}
	}
	s, err := w.situation(ctx, id, now)
	if err != nil || s == nil {
		return nil, err
	}
	known = circle.consider(s)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.recent) >= maxRecent {
		clear(w.recent)
	}
	w.recent[id] = known
	return known, nil
}

// situation reads everything that messages of a callback depend on; nil if it does not exist.
func (w *Worker) situation(ctx context.Context, id callbacks.ID, now time.Time) (*Situation, error) {
	s := &Situation{Now: now}
	var err error
	if s.Callback, err = w.Desk.Get(ctx, id); errors.Is(err, callbacks.ErrNotFound) {
		return nil, nil
	}
	if err == nil {
		s.Content, err = w.Desk.Content(ctx, id)
	}
	if err == nil && s.Callback.SignatureCount > 0 {
		s.Signatures, err = w.Desk.Signatures(ctx, id)
	}
	if err == nil {
		s.Openers, err = w.Store.Openers(ctx, id)
	}
	if err == nil {
		s.Notices, err = w.Store.Notices(ctx, id)
	}
	if err == nil && s.Callback.ExecutionFailed {
		var d callbacks.Delivery
		if d, err = w.Desk.Delivery(ctx, id); err == nil && d.FollowUp != nil {
			s.Execution = d.FollowUp.Status
		}
	}
	return s, err
}
