package savedview

import (
	"context"

	"countersign/internal/callbacks"
)

// Store keeps views. Implementations pass the contract of package savedviewtest. A method that cannot
// reach the database returns an error that matches [callbacks.ErrUnavailable].
type Store interface {
	// Change changes the views of a person, one change after the other. change gets all of them, and
	// may run twice. If it fails, Change returns its error and writes nothing.
	Change(ctx context.Context, owner string, change func(own []View) (Step, error)) error
	// Own returns the views of a person.
	Own(ctx context.Context, owner string) ([]View, error)
	// Shared returns the views that are shared with any of the groups, those of the first names first,
	// at most limit.
	Shared(ctx context.Context, groups []string, limit int) ([]Shared, error)
}

// Step is what a change does.
type Step struct {
	Put    *View        // written, in the place of the view with its ID if there is one
	Delete callbacks.ID // if Put is nil
}
