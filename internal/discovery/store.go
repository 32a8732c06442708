package discovery

import (
	"context"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// Store keeps the callbacks that are found.
type Store interface {
	// Lookup returns the callback with a CallbackID, or [callbacks.ErrNotFound].
	Lookup(ctx context.Context, id callbacks.CallbackID) (callbacks.Callback, error)
	// Content and Receive are those of [desk.Store].
	Content(ctx context.Context, id callbacks.ID) (callbacks.Content, error)
	Receive(ctx context.Context, m callbacks.Message, c callbacks.Callback, content callbacks.Content, fingerprint string, bind callbacks.Binding, entry callbacks.AuditEntry) (callbacks.Acknowledgment, error)
	// Change is Change of [desk.Store].
	Change(
		ctx context.Context, id callbacks.ID, parts callbacks.Parts,
		change func(*callbacks.Case) error,
	) (callbacks.Callback, error)
}

// WatchStore keeps the watches. Scans are claimed by lease, so that only one replica at a time
// scans a function. A write under a lost lease is [callbacks.ErrLeaseLost].
type WatchStore interface {
	// ChangeWatches changes what is watched. A watch that is new is due at once; one that is left
	// out is deleted with its executions. change is pure and may run again.
	ChangeWatches(ctx context.Context, change func(Watchlist) Watchlist) error
	// Watches returns every watch, by function, account and region.
	Watches(ctx context.Context) ([]WatchState, error)
	// ClaimWatches leases up to limit watches of a lane that are due and whose lease, if any, has
	// run out. Their scan begins now.
	ClaimWatches(ctx context.Context, lane arn.Lane, now time.Time, lease callbacks.Lease, limit int) ([]WatchState, error)
	// RenewWatch extends a lease. It may return [callbacks.ErrLeaseLost].
	RenewWatch(ctx context.Context, w Watch, lease callbacks.Lease) error
	// FinishWatch ends a scan: it writes ScannedAt, Problem, DueAt and the counts, and releases the
	// lease. To the count of unannounced callbacks at the desk it adds Unannounced, which counts
	// those not at the desk. It may return [callbacks.ErrLeaseLost].
	FinishWatch(ctx context.Context, owner string, s WatchState) error
	// NextWatch is when the next watch of a lane is due or its lease runs out; zero if there is
	// none.
	NextWatch(ctx context.Context, lane arn.Lane) (time.Time, error)
	// Gone counts, for each function, the callbacks that somebody announced and that are
	// [callbacks.Callback.Gone], each up to limit. The map may omit functions without any.
	Gone(ctx context.Context, functions []string, limit int) (map[string]int, error)
}

// ExecutionStore keeps the running executions of watched functions. A write under a lost lease is
// [callbacks.ErrLeaseLost].
type ExecutionStore interface {
	// SeeExecutions notes which executions a scan found running. It adds unknown ones, which are
	// due. It may return [callbacks.ErrLeaseLost].
	SeeExecutions(ctx context.Context, owner string, w Watch, scan time.Time, arns []string) error
	// MissExecutions makes executions due that a scan did not find running, and deletes those in
	// which nothing is open. It may return [callbacks.ErrLeaseLost].
	MissExecutions(ctx context.Context, owner string, w Watch, scan time.Time) error
	// DueExecutions returns up to limit executions that are due and not yet read by a scan. First
	// come those with a pending callback that is past its deadline or under review, whether due or
	// not, then the others, longest due first.
	DueExecutions(ctx context.Context, w Watch, scan, now time.Time, limit int) ([]WatchedExecution, error)
	// ReadAnew makes executions due in the current scan, to be read from their first event. It adds
	// unknown ones. It may return [callbacks.ErrLeaseLost].
	ReadAnew(ctx context.Context, owner string, w Watch, arns []string) error
	// Arrived returns up to limit pending callbacks of a function that arrived in [from, before),
	// in order of arrival. If after is not empty, the page begins behind that callback. The
	// function is identified by its name or by the execution's ARN; callbacks without an execution
	// are left out. The result may contain callbacks of other functions.
	Arrived(ctx context.Context, w Watch, from, before time.Time, after callbacks.ID, limit int) ([]Arrival, error)
	// SaveExecution notes that a scan has read an execution; an execution that has ended is
	// deleted. It may return [callbacks.ErrLeaseLost].
	SaveExecution(ctx context.Context, owner string, w Watch, scan time.Time, e WatchedExecution) error
}
