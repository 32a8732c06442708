package assignment

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// Acknowledgment says who knows that a callback needs attention. It counts for one revision of the
// callback: whatever changes asks for attention again. The zero value means nobody.
type Acknowledgment struct {
	By       callbacks.Actor
	At       time.Time
	Revision int
}

// Nobody reports whether nobody has acknowledged the callback.
func (a *Acknowledgment) Nobody() bool { return a.By.ID == "" }

// The actions of the audit about acknowledgments.
const (
	ActionAcknowledged callbacks.Action = "attention.acknowledged"
	ActionReopened     callbacks.Action = "attention.reopened" // somebody took an acknowledgment back
)

// attention is what one person can do about a callback that needs attention.
func (s *Service) attention(ctx context.Context, reader callbacks.Person, c *callbacks.Callback, now time.Time) (a Acknowledgment, may bool, err error) {
	if !desk.NeedsAttention(reader, c, now) {
		return Acknowledgment{}, false, nil
	}
	a, err = s.Store.Acknowledgment(ctx, c.ID)
	return a, reader.Roles.Reviewer || reader.Roles.Admin, err
}

// Acknowledge puts on record that a person knows of a callback that needs attention, and takes it out
// of that list for everybody. The person saw the callback at a revision. Errors:
// [callbacks.ErrForbidden], [callbacks.ErrOldGroups], and [callbacks.ErrConflict] if the callback
// changed meanwhile or needs no attention.
func (s *Service) Acknowledge(ctx context.Context, by callbacks.Person, id callbacks.ID, revision int) error {
	return s.acknowledge(ctx, by, id, Acknowledgment{By: by.Actor(), At: s.Now(), Revision: revision}, ActionAcknowledged)
}

// Reopen takes an acknowledgment back, anybody's: the callback needs attention again. Errors are those
// of Acknowledge.
func (s *Service) Reopen(ctx context.Context, by callbacks.Person, id callbacks.ID, revision int) error {
	return s.acknowledge(ctx, by, id, Acknowledgment{At: s.Now(), Revision: revision}, ActionReopened)
}

func (s *Service) acknowledge(ctx context.Context, by callbacks.Person, id callbacks.ID, a Acknowledgment, action callbacks.Action) error {
	c, err := s.Desk.Callback(ctx, by, id)
	if err != nil {
		return err
	}
	before, may, err := s.attention(ctx, by, &c, a.At)
	switch {
	case err != nil:
		return err
	case !by.Roles.Reviewer && !by.Roles.Admin:
		return &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "Reviewers and admins acknowledge what needs attention."}
	case !may:
		return fmt.Errorf("acknowledge %s, which needs no attention: %w", id, callbacks.ErrConflict)
	}
	if err := by.FreshGroups(s.GroupsMaxAge, a.At); err != nil {
		return err
	}
	if before.Nobody() == a.Nobody() && c.Revision == a.Revision {
		return nil // somebody did already
	}
	entry := callbacks.AuditEntry{At: a.At, Actor: by.Actor(), Action: action, Callback: c.ID, Queue: c.Queue}
	if err := s.Store.Acknowledge(ctx, id, a, entry); err != nil {
		return fmt.Errorf("acknowledge %s: %w", id, err)
	}
	s.Invalidator.Changed(c.Invalidation())
	return nil
}
