package assignment

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/people"
	"countersign/internal/printable"
)

// Config is what a [Service] works with. Every field but GroupsMaxAge is required.
type Config struct {
	Store       Store
	People      People
	Desk        *desk.Service
	Invalidator callbacks.Invalidator
	// Person makes the person of a profile, with the roles that their groups give them.
	Person func(people.Profile) callbacks.Person
	Now    func() time.Time
	// GroupsMaxAge is the greatest age of somebody's groups at which they may change something; zero
	// means no limit.
	GroupsMaxAge time.Duration
}

// Service assigns callbacks. It may be used by any number of goroutines. A method that takes a person
// and a callback returns [callbacks.ErrNotFound] if the person may not see it.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// Standing is whose work a callback is, as one person sees it.
type Standing struct {
	Assignment
	SnoozedUntil time.Time // in the reader's own list; zero if it is not snoozed
	Latest       time.Time // until when the reader can snooze it; see [Latest]
	// Known says who acknowledged that it needs attention, and MayKnow whether the reader may do so, or
	// take that back.
	Known   Acknowledgment
	MayKnow bool
}

// Of reads whose work a callback is that the reader was shown.
func (s *Service) Of(ctx context.Context, reader callbacks.Person, c *callbacks.Callback) (Standing, error) {
	now := s.Now()
	usual, err := s.Desk.Usual(ctx, c.Queue)
	if err != nil {
		return Standing{}, err
	}
	standing := Standing{Latest: Latest(c, usual, now)}
	if standing.Assignment, err = s.Store.Assignment(ctx, c.ID); err != nil {
		return Standing{}, err
	}
	if standing.Known, standing.MayKnow, err = s.attention(ctx, reader, c, now); err != nil {
		return Standing{}, err
	}
	until, err := s.Store.Snoozed(ctx, reader.ID, c.ID)
	if callbacks.Earliest(until, standing.Latest).After(now) {
		standing.SnoozedUntil = until
	}
	return standing, err
}

// Assign gives a callback to somebody who may sign it, or takes it, if that is the person
// themselves. Whoever may sign it may, and admins. What is somebody else's moves only with a reason.
// Errors: [callbacks.ErrForbidden], [callbacks.ErrOldGroups], [callbacks.ErrConflict], and
// [fault.List] with the fields to and reason.
func (s *Service) Assign(ctx context.Context, by callbacks.Person, id callbacks.ID, to, reason string) error {
	c, err := s.may(ctx, by, id)
	if err != nil {
		return err
	}
	holder, err := s.holder(ctx, by, to, &c)
	if err != nil {
		return err
	}
	return s.change(ctx, &c, Assignment{To: holder, By: by.Actor(), Reason: reason, At: s.Now()})
}

// Release gives a callback back: nobody has it. Errors are those of Assign.
func (s *Service) Release(ctx context.Context, by callbacks.Person, id callbacks.ID, reason string) error {
	c, err := s.may(ctx, by, id)
	if err != nil {
		return err
	}
	return s.change(ctx, &c, Assignment{By: by.Actor(), Reason: reason, At: s.Now()})
}

// may returns a callback that a person may assign.
func (s *Service) may(ctx context.Context, by callbacks.Person, id callbacks.ID) (callbacks.Callback, error) {
	c, err := s.Desk.Callback(ctx, by, id)
	switch {
	case err != nil:
		return c, err
	case c.State != callbacks.Pending:
		return c, fmt.Errorf("assign %s, which is %s: %w", id, c.State, callbacks.ErrConflict)
	case by.Roles.Admin:
		return c, by.FreshGroups(s.GroupsMaxAge, s.Now())
	}
	return c, s.Desk.MayDecide(ctx, by, &c)
}

// holder is the person with a key, if they may sign the callback.
func (s *Service) holder(ctx context.Context, by callbacks.Person, key string, c *callbacks.Callback) (callbacks.Actor, error) {
	p := by
	if key != by.ID {
		profile, err := s.People.Profile(ctx, key)
		if errors.Is(err, callbacks.ErrNotFound) {
			return callbacks.Actor{}, fault.List{{Pointer: "to", Detail: "Choose somebody who has signed in here."}}
		}
		if err != nil {
			return callbacks.Actor{}, fmt.Errorf("read whom it is assigned to: %w", err)
		}
		p = s.Person(profile)
		p.GroupsReadAt = s.Now() // to sign, they sign in again if they have to
	}
	err := s.Desk.MayDecide(ctx, p, c)
	if _, refused := errors.AsType[*callbacks.Refusal](err); refused && key != by.ID {
		return callbacks.Actor{}, fault.List{{Pointer: "to", Detail: p.Actor().Name + " may not sign this. Choose somebody else."}}
	}
	return p.Actor(), err
}

// errSame means that nothing changes.
var errSame = errors.New("it is theirs already")

// change puts an assignment on record, unless the callback is that person's already.
func (s *Service) change(ctx context.Context, c *callbacks.Callback, next Assignment) error {
	if err := checkReason(next.Reason); err != nil {
		return err
	}
	err := s.Store.Assign(ctx, c.ID, func(before Assignment) (Assignment, callbacks.AuditEntry, error) {
		others := !before.Nobody() && before.To.ID != next.By.ID
		switch {
		case before.To.ID == next.To.ID:
			return before, callbacks.AuditEntry{}, errSame
		case others && !printable.HasInk(next.Reason):
			return before, callbacks.AuditEntry{}, fault.List{{Pointer: "reason", Detail: fmt.Sprintf("%s has it. Say why it moves: they read it.", before.To.Name)}}
		}
		changed := next
		if !before.Nobody() {
			changed.Before = before.To
		}
		return changed, changed.entry(c, &before), nil
	})
	switch {
	case errors.Is(err, errSame):
		return nil
	case err != nil:
		return fmt.Errorf("assign %s: %w", c.ID, err)
	}
	s.Invalidator.Changed(c.Invalidation())
	return nil
}

func checkReason(reason string) error {
	if _, _, hidden := printable.Unseen(reason); hidden || utf8.RuneCountInString(reason) > callbacks.MaxReasonRunes {
		return fault.List{{Pointer: "reason", Detail: fmt.Sprintf("One line of at most %d characters.", callbacks.MaxReasonRunes)}}
	}
	return nil
}

// Snooze hides a callback from the person's own list until a time. It has to be in that list:
// assigned to them, or waiting for their signature. Errors: [fault.List] with the field until,
// [callbacks.ErrConflict].
func (s *Service) Snooze(ctx context.Context, by callbacks.Person, id callbacks.ID, until time.Time) error {
	c, err := s.Desk.Callback(ctx, by, id)
	if err != nil {
		return err
	}
	usual, err := s.Desk.Usual(ctx, c.Queue)
	if err != nil {
		return err
	}
	now := s.Now()
	latest := Latest(&c, usual, now)
	held, err := s.Store.Assignment(ctx, id)
	switch {
	case err != nil:
		return err
	case c.State != callbacks.Pending:
		return fmt.Errorf("snooze %s, which is %s: %w", id, c.State, callbacks.ErrConflict)
	case held.To.ID != by.ID && c.WaitingSince.IsZero():
		return fault.List{{Pointer: "until", Detail: "It is not in Mine, so there is nothing to hide. Take it first."}}
	case !latest.After(now):
		return fault.List{{Pointer: "until", Detail: "Too late: it is at risk."}}
	case !until.After(now):
		return fault.List{{Pointer: "until", Detail: "Give a time that is still to come."}}
	case until.After(latest):
		return fault.List{{Pointer: "until", Detail: "Not later than when it is at risk, and at most 30 days."}}
	}
	return s.snooze(ctx, by, &c, until, callbacks.AuditEntry{
		Action: ActionSnoozed, Detail: "Until " + until.UTC().Format("2006-01-02 15:04 UTC") + ", in their own list.",
	})
}

// Wake ends a snooze of the person's. Without one nothing changes.
func (s *Service) Wake(ctx context.Context, by callbacks.Person, id callbacks.ID) error {
	c, err := s.Desk.Callback(ctx, by, id)
	if err != nil {
		return err
	}
	if until, err := s.Store.Snoozed(ctx, by.ID, id); err != nil || until.IsZero() {
		return err
	}
	return s.snooze(ctx, by, &c, time.Time{}, callbacks.AuditEntry{Action: ActionWoken})
}

func (s *Service) snooze(ctx context.Context, by callbacks.Person, c *callbacks.Callback, until time.Time, entry callbacks.AuditEntry) error {
	entry.At, entry.Actor, entry.Callback, entry.Queue = s.Now(), by.Actor(), c.ID, c.Queue
	if err := s.Store.Snooze(ctx, by.ID, c.ID, until, entry); err != nil {
		return fmt.Errorf("snooze %s: %w", c.ID, err)
	}
	s.Invalidator.Changed(c.Invalidation())
	return nil
}
