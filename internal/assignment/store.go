package assignment

import (
	"context"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/people"
)

// Store keeps assignments, snoozes and acknowledgments. Implementations pass the contract of
// package assignmenttest. A method that cannot reach the database returns an error that matches
// [callbacks.ErrUnavailable].
type Store interface {
	// Assign changes whom a pending callback is assigned to, and writes the audit entry. change
	// gets the present assignment, zero if there is none. What it returns is kept if somebody has
	// the callback then, or if it was [Assignment.Taken] from somebody. It may run twice. If it
	// fails, Assign returns its error and writes nothing. Assign returns [callbacks.ErrNotFound]
	// for an unknown callback, and [callbacks.ErrConflict] for one that is not pending.
	Assign(ctx context.Context, id callbacks.ID, change func(Assignment) (Assignment, callbacks.AuditEntry, error)) error
	// Assignment returns whom an open callback is assigned to, or from whom somebody else released
	// it; zero for neither.
	Assignment(ctx context.Context, id callbacks.ID) (Assignment, error)
	// AssignedTo returns the pending callbacks of a person, those that arrived first first, at most
	// limit. If a queue is named, it returns only those in it.
	AssignedTo(ctx context.Context, person, queue string, limit int) ([]callbacks.ID, error)
	// Snooze hides a callback from a person's own list until a time, and writes the audit entry.
	// Snoozes of the person that are over are deleted. A zero time ends a snooze.
	Snooze(ctx context.Context, person string, id callbacks.ID, until time.Time, entry callbacks.AuditEntry) error
	// Snoozed returns until when a callback is hidden from a person's own list, zero if it is not.
	Snoozed(ctx context.Context, person string, id callbacks.ID) (time.Time, error)
	// Acknowledge writes who knows of a callback, or that nobody does any more, with the audit
	// entry. It returns [callbacks.ErrConflict] if the callback is not at that revision.
	Acknowledge(ctx context.Context, id callbacks.ID, a Acknowledgment, entry callbacks.AuditEntry) error
	// Acknowledgment returns who knows of a callback as it is now, zero for nobody.
	Acknowledgment(ctx context.Context, id callbacks.ID) (Acknowledgment, error)
}

// People knows who has signed in here.
type People interface {
	// Profile returns what is stored of a person, or [callbacks.ErrNotFound].
	Profile(ctx context.Context, id string) (people.Profile, error)
	// FindPeople returns people one of whose [people.Profile.Keys] begins with a key, in the order
	// of those keys, at most limit.
	FindPeople(ctx context.Context, key string, limit int) ([]people.Profile, error)
}
