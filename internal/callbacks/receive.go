package callbacks

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Source is a webhook sender whose identity is proven.
type Source struct {
	Name   string
	Queues []string // that it may address; none means any
}

// Announcement is what a sender says of a callback; package announcement has the fields.
type Announcement interface {
	// Callback makes the callback and its content, or says what is wrong as [Invalid]. allowed lists
	// the queues that the sender may address; an empty list allows any.
	Callback(source string, allowed []string, queues Queues, now time.Time) (Callback, Content, error)
	// Fingerprint tells two announcements of one callback apart.
	Fingerprint() string
}

// Receive records an announcement. It is idempotent by message ID, and by callback ID if the
// content is the same. It returns wrong values as [Invalid], different content under a known
// callback ID as [ErrDifferent], and another announcement under a known message ID as [ErrReused].
func (s *Service) Receive(ctx context.Context, from Source, messageID string, a Announcement) (Acknowledgment, error) {
	now := s.now()
	c, content, err := a.Callback(from.Name, from.Queues, s.queues, now)
	if err != nil {
		return Acknowledgment{}, err
	}
	fingerprint := a.Fingerprint() // only after validation: not every time can be written
	entry := c.Arrived(from.Name, now)
	message := Message{Source: from.Name, ID: messageID, At: now}
	receipt, err := s.store.Receive(ctx, message, c, content, fingerprint, s.queues.Bind, entry)
	if different, ok := errors.AsType[*DifferentError](err); ok {
		different.By = from.Name
		if contestErr := s.contested(ctx, different, entry); contestErr != nil {
			return Acknowledgment{}, contestErr
		}
	}
	if err != nil {
		return Acknowledgment{}, fmt.Errorf("receive from %s: %w", from.Name, err)
	}
	if receipt.Created && !receipt.Repeated {
		s.changed(receipt.Callback)
		if receipt.Left != "" {
			s.invalidator.Changed(Invalidation{Callback: receipt.Callback.ID, Queue: receipt.Left})
		}
		if !receipt.Callback.NextHeartbeatAt.IsZero() {
			s.beat()
		}
	}
	return receipt, nil
}

// contested records, once for each source, that the source was refused a callback that another
// source had announced first. One of the two is wrong, and an operator has to find out which.
func (s *Service) contested(ctx context.Context, d *DifferentError, entry AuditEntry) error {
	if !d.Contested() {
		return nil
	}
	entry.Callback, entry.Queue, entry.Action, entry.To = d.Callback, d.Queue, ActionContested, ""
	entry.Facts = Facts{Source: d.Source}
	return s.store.RecordOnce(ctx, entry)
}
