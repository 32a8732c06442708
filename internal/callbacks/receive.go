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

// Message names a webhook message, so that a repeated message gets its first answer again.
type Message struct {
	Source string
	ID     string // unique within the source; empty if the sender does not number its messages
	At     time.Time
}

// Acknowledgment is the answer to an announcement. A repeated message gets the Created of its first time.
type Acknowledgment struct {
	Callback Callback
	Created  bool // this message was the first to announce the callback
	Repeated bool // the message was received before and nothing was done now
	// the queue in which the callback was found and from which the announcement moved it; empty if
	// it did not move
	Left string
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
	entry := c.entry(now, Actor{Kind: ActorSource, ID: from.Name, Name: from.Name}, ActionReceived, Facts{Announced: AnnouncedFirst})
	entry.To = Pending
	message := Message{Source: from.Name, ID: messageID, At: now}
	receipt, err := s.store.Receive(ctx, message, c, content, fingerprint, entry)
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
