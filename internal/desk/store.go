package desk

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Store keeps callbacks and everything that belongs to them, for the [Service]. Implementations
// pass the contract of package storetest. A method that cannot reach the database returns an
// error that matches [callbacks.ErrUnavailable].
type Store interface {
	Cases
	Lists
	Records
}

// Cases records callbacks, changes them, and reads what belongs to one of them.
type Cases interface {
	// Receive records an announced callback, its content and its audit entry. It is idempotent by
	// message, then by CallbackID. The fingerprint is that of the announcement. A different
	// fingerprint under the same CallbackID is [callbacks.ErrDifferent]; a different fingerprint or
	// callback under the same message is [callbacks.ErrReused]. A repeat changes nothing and
	// returns what is stored. A callback that was found comes with the fingerprint
	// [callbacks.Unannounced] and conflicts with nothing: a callback that is known stays as it is,
	// and the first announcement completes one that was found, by [callbacks.Case.Announced] with
	// the binding, which counts as created.
	Receive(
		ctx context.Context, m callbacks.Message, c callbacks.Callback, content callbacks.Content, fingerprint string,
		bind callbacks.Binding, entry callbacks.AuditEntry,
	) (callbacks.Acknowledgment, error)
	// Change changes a recorded callback. Nothing else does, apart from claims and schedules, and
	// from Receive, which completes a callback that was found. In one transaction it loads a case
	// with the parts named, applies change by [callbacks.Case.Apply], and writes what differs with
	// the audit entries. The transaction may run again, and change with it. If change fails, Change
	// returns its error as it is and writes nothing. It returns [callbacks.ErrNotFound] if the
	// callback does not exist, and [callbacks.ErrConflict] for a second delivery of a callback.
	Change(ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error) (callbacks.Callback, error)
	// RecordOnce writes an audit entry of a callback, unless the same actor already has one with
	// the same action. It returns [callbacks.ErrNotFound] if the callback does not exist.
	RecordOnce(ctx context.Context, entry callbacks.AuditEntry) error

	// Get returns a callback, or [callbacks.ErrNotFound].
	Get(ctx context.Context, id callbacks.ID) (callbacks.Callback, error)
	// Content returns the long part of a request, or [callbacks.ErrNotFound].
	Content(ctx context.Context, id callbacks.ID) (callbacks.Content, error)
	// Reviews returns the open reviews of a callback, longest first.
	Reviews(ctx context.Context, id callbacks.ID) ([]callbacks.Review, error)
	// Signatures returns all signatures of a callback, those too that do not count any more, in the
	// order in which they were given.
	Signatures(ctx context.Context, id callbacks.ID) ([]callbacks.Signature, error)
	// Delivery returns the delivery of a callback with its latest attempts, or
	// [callbacks.ErrNotFound].
	Delivery(ctx context.Context, id callbacks.ID) (callbacks.Delivery, error)
}

// Lists finds callbacks for people, and what lists of them offer.
type Lists interface {
	// List returns one page. It reads no content.
	List(ctx context.Context, q Query) (Page, error)
	// Count counts what a query without its cursor finds and stops at limit.
	Count(ctx context.Context, q Query, limit int) (int, error)
	// Around finds what stands beside the place of q.After and, at most limit rows from the top, which
	// place that is.
	Around(ctx context.Context, q Query, limit int) (Around, error)
	// Functions returns the names of functions with open callbacks that the query may see, sorted,
	// at most limit.
	Functions(ctx context.Context, q Query, limit int) ([]string, error)
	// Audiences returns the audiences of the escalations on record of open callbacks, each once, at
	// most limit.
	Audiences(ctx context.Context, limit int) ([]string, error)
}

// Records reads what happened: in an execution, after earlier decisions, and in the audit.
type Records interface {
	// InExecution returns up to limit callbacks of an execution that are in a state, in order of
	// arrival. If after is not empty, the page begins behind that callback.
	InExecution(ctx context.Context, arn string, state callbacks.State, after callbacks.ID, limit int) ([]callbacks.ID, error)
	// Past returns what became of the limit last decisions on callbacks of that name of the function
	// in the queue that Lambda accepted, as far as they are among the last 1,000 of the function. A
	// run has no result if its callback has masks, or if the result is longer than 1 KiB.
	Past(ctx context.Context, queue, function, name string, limit int) ([]PastRun, error)
	// Took returns how long the latest decisions in queues took, of those made since a time and before
	// an hour began on requests that had arrived in the same hour of a day, by UTC; at most limit of
	// each queue, in any order.
	Took(ctx context.Context, queues []string, hour, since time.Time, limit int) (map[string][]time.Duration, error)
	// Audit returns entries, newest first.
	Audit(ctx context.Context, q AuditQuery) ([]callbacks.AuditEntry, error)
	// Titles returns the titles of callbacks; the name of one without a title.
	Titles(ctx context.Context, ids []callbacks.ID) (map[callbacks.ID]string, error)
	// Masked returns those callbacks whose content names masked values, whatever their queue masks.
	Masked(ctx context.Context, ids []callbacks.ID) ([]callbacks.ID, error)
}
