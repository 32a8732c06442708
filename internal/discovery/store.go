package discovery

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Store keeps what [Worker] knows, and the callbacks that it finds.
type Store interface {
	WatchStore
	ExecutionStore

	// Lookup returns the callback with a token of Lambda, or [callbacks.ErrNotFound].
	Lookup(ctx context.Context, id callbacks.CallbackID) (callbacks.Callback, error)
	// Receive is that of [callbacks.Store].
	Receive(ctx context.Context, m callbacks.Message, c callbacks.Callback, content callbacks.Content, fingerprint string, entry callbacks.AuditEntry) (callbacks.Receipt, error)
	// Update is that of [callbacks.Store].
	Update(ctx context.Context, id callbacks.ID, fn func(*callbacks.Callback) (callbacks.Change, error)) (callbacks.Callback, error)
}

// WatchStore keeps the watches. Scans are claimed by lease, so that one replica at a time scans a
// function; what is written under a lease that is lost is [callbacks.ErrLeaseLost].
type WatchStore interface {
	// SetWatches makes these the watches that the operator named: new ones are due at once, missing
	// ones go with their executions, and with [EveryFunction] of a lane what it stood for.
	SetWatches(ctx context.Context, watches []Watch) error
	// SetFunctions makes these what [EveryFunction] stands for in a lane, likewise. Those that the
	// operator named stay his.
	SetFunctions(ctx context.Context, lane callbacks.Lane, watches []Watch) error
	// Watches returns every watch, by function, account and region.
	Watches(ctx context.Context) ([]WatchState, error)
	// ClaimWatches leases up to limit watches of a lane that are due and whose lease, if any, has
	// run out; their scan begins now.
	ClaimWatches(ctx context.Context, lane callbacks.Lane, now time.Time, lease callbacks.Lease, limit int) ([]WatchState, error)
	// RenewWatch moves the end of a lease. [callbacks.ErrLeaseLost]
	RenewWatch(ctx context.Context, w Watch, lease callbacks.Lease) error
	// FinishWatch ends a scan: it writes ScannedAt, Problem and DueAt, counts, and gives the lease
	// back. To what nobody announced it adds Unannounced, which are those that are not at the desk.
	// [callbacks.ErrLeaseLost]
	FinishWatch(ctx context.Context, owner string, s WatchState) error
	// NextWatch is when the next watch of a lane is due or its lease runs out; zero when there is
	// none.
	NextWatch(ctx context.Context, lane callbacks.Lane) (time.Time, error)
	// Gone counts the callbacks of functions that somebody announced and that are
	// [callbacks.Callback.Gone], each up to limit. A function without any may be missing.
	Gone(ctx context.Context, functions []string, limit int) (map[string]int, error)
}

// ExecutionStore keeps the running executions of watched functions. What is written under a lease
// that is lost is [callbacks.ErrLeaseLost].
type ExecutionStore interface {
	// SeeExecutions notes which executions a scan found running; unknown ones are added and due.
	// [callbacks.ErrLeaseLost]
	SeeExecutions(ctx context.Context, owner string, w Watch, scan time.Time, arns []string) error
	// MissExecutions makes executions due that a scan did not find running, and forgets those in
	// which nothing is open. [callbacks.ErrLeaseLost]
	MissExecutions(ctx context.Context, owner string, w Watch, scan time.Time) error
	// DueExecutions returns up to limit executions that are due and not yet read by a scan: first
	// those with a pending callback that is past its deadline or under review, whether due or not,
	// then the others, longest due first.
	DueExecutions(ctx context.Context, w Watch, scan, now time.Time, limit int) ([]WatchedExecution, error)
	// ReadAnew makes executions due in the scan that is under way, to be read from their first
	// event; unknown ones are added. [callbacks.ErrLeaseLost]
	ReadAnew(ctx context.Context, owner string, w Watch, arns []string) error
	// Arrived returns up to limit pending callbacks of a function, by its name or that in the
	// execution's ARN, that arrived from a time on and before another, in order of arrival, and
	// behind one that was returned before, if any. Those without an execution are left out. It is
	// lenient: others may be among them.
	Arrived(ctx context.Context, w Watch, from, before time.Time, after callbacks.ID, limit int) ([]Arrival, error)
	// SaveExecution notes that a scan has read an execution; one that has ended is forgotten.
	// [callbacks.ErrLeaseLost]
	SaveExecution(ctx context.Context, owner string, w Watch, scan time.Time, e WatchedExecution) error
}
