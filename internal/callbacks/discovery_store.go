package callbacks

import (
	"cmp"
	"context"
	"time"

	"countersign/internal/arn"
)

// EveryFunction in place of a function's name stands for every durable function of a lane.
const EveryFunction = "*"

// SourceDiscovery is the source of callbacks that were found in a history and that nobody has announced.
const SourceDiscovery = "discovery"

// SourceAnnounced stands in a [Filter] for every source but [SourceDiscovery]. A callback that was found and then announced has
// its sender as source.
const SourceAnnounced = "announced"

// ReservedSource reports whether no sender may have this name, because it means something else here.
func ReservedSource(name string) bool { return name == SourceDiscovery || name == SourceAnnounced }

// Watch is a function whose executions are searched for callbacks.
type Watch struct {
	Function string // its name or unqualified ARN, as requests name it, or [EveryFunction]
	Account  string // one that was configured; empty for that of the default credentials
	Region   string // empty means the configured default
	Queue    string // where its callbacks go that nobody announced
}

// Lane is where the function lives.
func (w Watch) Lane() Lane { return Lane{Account: w.Account, Region: w.Region} }

// Name is the function's name, also where it is watched by its ARN.
func (w Watch) Name() string { return cmp.Or(arn.OfFunction(w.Function).Function(), w.Function) }

// WatchState is a watch with what its scans brought.
type WatchState struct {
	Watch
	DueAt     time.Time // of the next scan
	ScanFrom  time.Time // begin of the scan that runs, zero when none does
	ScannedAt time.Time // end of the last scan that went through, zero before the first
	Problem   Answer    // what the last scan met, empty when it met nothing
	// Counts as of the last scan: running executions, callbacks open in them, how many of those nobody announced, and how many
	// beside them an [Exception] leaves out.
	Running, Open, Unannounced, LeftOut int
}

// Interval is the time between the beginnings of two scans, where the budget does not stretch it.
func (w Watch) Interval() time.Duration {
	if w.Function == EveryFunction {
		return regionInterval
	}
	return scanInterval
}

// WatchedExecution is a running execution of a watched function.
type WatchedExecution struct {
	ARN     string
	Trace   Trace
	SeenAt  time.Time // begin of the scan that listed it last
	CheckAt time.Time // when its history is read again
}

// Origin says where a watch comes from.
type Origin string

// The origins.
const (
	OriginConfig Origin = "config" // the operator named it
	OriginRegion Origin = "region" // [EveryFunction] stands for it
)

// WatchStore keeps what [Discovery] knows. Scans are claimed by lease, so that one replica at a time scans a function; what
// is written under a lease that is lost is [ErrLeaseLost].
type WatchStore interface {
	// SetWatches makes these the watches that the operator named: new ones are due at once, missing ones go with their
	// executions, and with [EveryFunction] of a lane what it stood for.
	SetWatches(ctx context.Context, watches []Watch) error
	// SetFunctions makes these what [EveryFunction] stands for in a lane, likewise. Those that the operator named stay his.
	SetFunctions(ctx context.Context, lane Lane, watches []Watch) error
	// Watches returns every watch, by function, account and region.
	Watches(ctx context.Context) ([]WatchState, error)
	// ClaimWatches leases up to limit watches of a lane that are due and whose lease, if any, has run out; their scan begins now.
	ClaimWatches(ctx context.Context, lane Lane, now time.Time, lease Lease, limit int) ([]WatchState, error)
	// RenewWatch moves the end of a lease. [ErrLeaseLost]
	RenewWatch(ctx context.Context, w Watch, lease Lease) error
	// FinishWatch ends a scan: it writes ScannedAt, Problem and DueAt, counts, and gives the lease back. To what nobody announced
	// it adds Unannounced, which are those that are not at the desk. [ErrLeaseLost]
	FinishWatch(ctx context.Context, owner string, s WatchState) error
	// NextWatch is when the next watch of a lane is due or its lease runs out; zero when there is none.
	NextWatch(ctx context.Context, lane Lane) (time.Time, error)

	// SeeExecutions notes which executions a scan found running; unknown ones are added and due. [ErrLeaseLost]
	SeeExecutions(ctx context.Context, owner string, w Watch, scan time.Time, arns []string) error
	// MissExecutions makes executions due that a scan did not find running, and forgets those in which nothing is open.
	// [ErrLeaseLost]
	MissExecutions(ctx context.Context, owner string, w Watch, scan time.Time) error
	// DueExecutions returns up to limit executions that are due and not yet read by a scan: first those with a pending
	// callback that is past its deadline or under review, whether due or not, then the others, longest due first.
	DueExecutions(ctx context.Context, w Watch, scan, now time.Time, limit int) ([]WatchedExecution, error)
	// ReadAnew makes executions due in the scan that is under way, to be read from their first event; unknown ones are added.
	// [ErrLeaseLost]
	ReadAnew(ctx context.Context, owner string, w Watch, arns []string) error
	// Arrived returns up to limit pending callbacks of a function, by its name or that in the execution's ARN, that arrived from
	// a time on and before another, in order of arrival, and behind one that was returned before, if any. Those without an
	// execution are left out. It is lenient: others may be among them.
	Arrived(ctx context.Context, w Watch, from, before time.Time, after ID, limit int) ([]Arrival, error)
	// SaveExecution notes that a scan has read an execution; one that has ended is forgotten. [ErrLeaseLost]
	SaveExecution(ctx context.Context, owner string, w Watch, scan time.Time, e WatchedExecution) error

	// Lookup returns the callback with a token of Lambda, or [ErrNotFound].
	Lookup(ctx context.Context, id CallbackID) (Callback, error)

	// Gone counts the callbacks of functions that somebody announced and that are [Callback.Gone], each up to limit. A function
	// without any may be missing.
	Gone(ctx context.Context, functions []string, limit int) (map[string]int, error)

	// ChangeBudget changes a lane's budget, which is made when there is none. The time in fn is now, or what the database's clock
	// says where replicas share one: theirs need not agree.
	ChangeBudget(ctx context.Context, lane Lane, now time.Time, fn func(b *ReadBudget, now time.Time)) error
	// Budgets returns the budgets by account and region.
	Budgets(ctx context.Context) ([]ReadBudget, error)
}
