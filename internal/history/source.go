package history

import (
	"context"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// Source reads the histories of executions. Every method makes exactly one request, because the
// quota of a lane is small and every request is paid for before it is made. An error that came from
// the call is a *replies.Error.
type Source interface {
	// Page reads a page of a history.
	Page(ctx context.Context, q Query) (Page, error)
	// Execution reads how an execution stands. AWS counts these requests apart, and allows twice
	// as many.
	Execution(ctx context.Context, lane arn.Lane, of callbacks.Target) (Execution, error)
}

// Query asks for a page of a history.
type Query struct {
	Lane   arn.Lane
	Target callbacks.Target // its execution; the rest of it is for observers of the calls
	After  int              // events up to this one are known, so a page may leave them out
	Marker string           // empty for the first page
	Newest bool             // from the newest event backwards; otherwise from the first event forwards
	Data   bool             // with payloads
	Limit  int              // events in the page, 1 to 1000
}

// Page is one page of a history. Next is empty on the last page.
type Page struct {
	Events []Event
	Next   string
}

// Ascending reports whether a page begins with its oldest event. Some endpoints ignore the order
// that was asked for.
func (p Page) Ascending() bool {
	n := len(p.Events)
	return n > 1 && p.Events[0].ID < p.Events[n-1].ID
}

// Execution is how an execution stands.
type Execution struct {
	Status  callbacks.OperationStatus
	EndedAt time.Time // zero while it runs
}
