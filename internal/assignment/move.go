package assignment

import (
	"context"
	"errors"
	"fmt"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/people"
	"countersign/internal/printable"
)

// MaxMoved is how many callbacks move at once.
const MaxMoved = 200

// Move is what an admin wants to become of the callbacks of somebody who left.
type Move struct {
	From   string // the key of the person who has them
	Queue  string // only those in it; empty for all
	To     string // the key of the person who gets them; empty for nobody
	Reason string
}

// Moved is what became of a move. The numbers add up to the callbacks that were found.
type Moved struct {
	Done int
	Left int // the person may not sign them, or they changed meanwhile
	More bool
}

// Move moves callbacks from one person to another, or to nobody, each with an audit entry of its own.
// Those that the other person may not sign stay where they are. Only admins may. Errors:
// [callbacks.ErrForbidden], [callbacks.ErrOldGroups], and [fault.List] with the fields to and reason.
func (s *Service) Move(ctx context.Context, by callbacks.Person, m Move) (Moved, error) {
	if !by.Roles.Admin {
		return Moved{}, &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "Only admins move what is somebody else’s."}
	}
	if err := by.FreshGroups(s.GroupsMaxAge, s.Now()); err != nil {
		return Moved{}, err
	}
	if !printable.HasInk(m.Reason) {
		return Moved{}, fault.List{{Pointer: "reason", Detail: "Say why they move: it goes on record."}}
	}
	if err := checkReason(m.Reason); err != nil {
		return Moved{}, err
	}
	found, err := s.Store.AssignedTo(ctx, m.From, m.Queue, MaxMoved+1)
	if err != nil {
		return Moved{}, fmt.Errorf("find what is assigned: %w", err)
	}
	moved := Moved{More: len(found) > MaxMoved}
	for _, id := range found[:min(len(found), MaxMoved)] {
		switch err := s.moveOne(ctx, by, id, &m); {
		case err == nil:
			moved.Done++
		case left(err):
			moved.Left++
		default:
			return moved, err
		}
	}
	return moved, nil
}

// moveOne moves one callback.
func (s *Service) moveOne(ctx context.Context, by callbacks.Person, id callbacks.ID, m *Move) error {
	if m.To == "" {
		return s.Release(ctx, by, id, m.Reason)
	}
	return s.Assign(ctx, by, id, m.To, m.Reason)
}

// left reports whether an error concerns one callback alone.
func left(err error) bool {
	_, refused := errors.AsType[fault.List](err)
	return refused || errors.Is(err, callbacks.ErrConflict) || errors.Is(err, callbacks.ErrForbidden) || errors.Is(err, callbacks.ErrNotFound)
}

// maxFound bounds the people whom a search finds.
const maxFound = 10

// Find returns people by the beginning of a word of their name or of an address. An admin finds by it
// who left, and who goes on.
func (s *Service) Find(ctx context.Context, text string) (found []callbacks.Person, err error) {
	key := people.Key(text)
	if len(key) < 2 { // so that nobody lists everybody
		return nil, nil
	}
	profiles, err := s.People.FindPeople(ctx, key, maxFound)
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	for _, p := range profiles {
		found = append(found, s.Person(p))
	}
	return found, nil
}

// Name is the name of somebody who has signed in here, or [callbacks.ErrNotFound].
func (s *Service) Name(ctx context.Context, person string) (string, error) {
	profile, err := s.People.Profile(ctx, person)
	if err != nil {
		return "", fmt.Errorf("read a person: %w", err)
	}
	return s.Person(profile).Actor().Name, nil
}
