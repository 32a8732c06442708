package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
)

// Source is a webhook sender whose identity is proven.
type Source struct {
	Name   string
	Queues []string // that it may address; none means any
}

// Announcement is what a sender says of a callback; package announcement has the fields.
type Announcement interface {
	// Callback makes the callback and its content, or says what is wrong as a fault.List.
	// allowed lists the queues that the sender may address; an empty list allows any.
	Callback(source string, allowed []string, queues callbacks.Queues, now time.Time) (callbacks.Callback, callbacks.Content, error)
	// Fingerprint tells two announcements of one callback apart.
	Fingerprint() string
}

// Receive records an announcement. It is idempotent by message ID, and by callback ID if the
// content is the same. It returns wrong values as a fault.List, different content under a
// known callback ID as [callbacks.ErrDifferent], and another announcement under a known message ID
// as [callbacks.ErrReused].
func (s *Service) Receive(
	ctx context.Context, from Source, messageID string, a Announcement,
) (callbacks.Acknowledgment, error) {
	now := s.now()
	c, content, err := a.Callback(from.Name, from.Queues, s.queues, now)
	if err != nil {
		return callbacks.Acknowledgment{}, err
	}
	content.Encoded = s.Decodes(&c) && len(content.Payload) > 0
	if err := s.checkAddressee(&c); err != nil {
		return callbacks.Acknowledgment{}, err
	}
	if err := announcement.CheckForms(ctx, c.Outcomes, content.Forms, s.forms); err != nil {
		return callbacks.Acknowledgment{}, err
	}
	if err := s.checkSecrets(c.Outcomes, content.Forms); err != nil {
		return callbacks.Acknowledgment{}, err
	}
	fingerprint := a.Fingerprint() // only after validation: not every time can be written
	entry := c.Arrived(from.Name, now)
	message := callbacks.Message{Source: from.Name, ID: messageID, At: now}
	acknowledged, err := s.cases.Receive(ctx, message, c, content, fingerprint, s.queues.Bind, entry)
	if different, ok := errors.AsType[*callbacks.DifferentError](err); ok {
		different.By = from.Name
		if contestErr := s.contested(ctx, different, entry); contestErr != nil {
			return callbacks.Acknowledgment{}, contestErr
		}
	}
	if err != nil {
		return callbacks.Acknowledgment{}, fmt.Errorf("receive from %s: %w", from.Name, err)
	}
	if acknowledged.Created && !acknowledged.Repeated {
		s.changed(acknowledged.Callback)
		s.seen.Arrived(acknowledged.Callback)
		if acknowledged.Left != "" {
			s.invalidator.Changed(callbacks.Invalidation{Callback: acknowledged.Callback.ID, Queue: acknowledged.Left})
		}
		if !acknowledged.Callback.NextHeartbeatAt.IsZero() {
			s.beat()
		}
	}
	return acknowledged, nil
}

// contested records, once for each source, that the source was refused a callback that another
// source had announced first. One of the two is wrong, and an operator has to find out which.
func (s *Service) contested(ctx context.Context, d *callbacks.DifferentError, entry callbacks.AuditEntry) error {
	if !d.Contested() {
		return nil
	}
	entry.Callback, entry.Queue, entry.Action, entry.To = d.Callback, d.Queue, callbacks.ActionContested, ""
	entry.Facts = callbacks.Facts{Source: d.Source}
	return s.cases.RecordOnce(ctx, entry)
}
