package callbacks

import (
	"context"
	"time"
)

// Change is what one transaction writes besides the callback itself.
type Change struct {
	// a zero Action writes none: the change is bookkeeping, not a fact to account for
	Audit     AuditEntry
	Signature *Signature // set when somebody signs
	// set when a decision makes one; with a lease its first attempt is recorded too
	Delivery *Delivery
}

// Message names a webhook message, so that a repeated one gets its first answer again.
type Message struct {
	Source string
	ID     string // unique within the source; empty when the sender does not number its messages
	At     time.Time
}

// Receipt is the answer to an announcement. A repeated message gets the Created of its first time.
type Receipt struct {
	Callback Callback
	Created  bool // this message announced the callback first
	Repeated bool // the message was received before: nothing was done now
	// the queue in which it was found and that the announcement moved it from, empty when it did
	// not
	Left string
}

// Store keeps callbacks and all that belongs to them. Implementations run the contract of package
// callbackstest.
//
// Every function that is passed in runs inside a transaction, possibly more than once: it must be
// pure. A method that cannot reach the database returns an error that matches [ErrUnavailable].
type Store interface {
	// Receive records an announced callback, its content and its audit entry, idempotently: by
	// message, then by CallbackID. The fingerprint is of what was announced; another one under the
	// same CallbackID is [ErrDifferent], and under the same message, as any other callback,
	// [ErrReused]. A repeat changes nothing and returns what is there. A callback that was found,
	// under [Unannounced], differs from nothing: one that is known stays as it is, and the first
	// announcement completes it by [Callback.Announced], which counts as created.
	Receive(ctx context.Context, m Message, c Callback, content Content, fingerprint string, entry AuditEntry) (Receipt, error)

	// Get returns a callback, or [ErrNotFound].
	Get(ctx context.Context, id ID) (Callback, error)
	// Content returns the long part of a request, or [ErrNotFound].
	Content(ctx context.Context, id ID) (Content, error)
	// List returns one page. It reads no content.
	List(ctx context.Context, q Query) (Page, error)
	// Count counts what a query without its cursor finds, but stops at limit.
	Count(ctx context.Context, q Query, limit int) (int, error)
	// Functions returns the names of functions with open callbacks that the query may see, sorted,
	// at most limit.
	Functions(ctx context.Context, q Query, limit int) ([]string, error)

	// Update is the only way a state changes: load, apply fn, write callback, audit entry,
	// signature and delivery in one transaction. It raises the revision. An error of fn is returned
	// as it is, and nothing is written. [ErrNotFound] when there is none.
	Update(ctx context.Context, id ID, fn func(*Callback) (Change, error)) (Callback, error)

	// Delivery returns the delivery of a callback with its latest attempts, or [ErrNotFound].
	Delivery(ctx context.Context, id ID) (Delivery, error)
	// RetryDelivery is Update that also makes the existing delivery due at once, with no reading of
	// the history behind it and nothing said of its being closed.
	RetryDelivery(ctx context.Context, id ID, now time.Time, fn func(*Callback) (AuditEntry, error)) (Callback, error)
	// PendingIn returns up to limit pending callbacks of an execution, in order of arrival.
	PendingIn(ctx context.Context, executionARN string, limit int) ([]ID, error)
	// CompletedIn returns up to limit completed callbacks of an execution, in order of arrival, and
	// behind one that was returned before, if any.
	CompletedIn(ctx context.Context, executionARN string, after ID, limit int) ([]ID, error)
	// ChangeAftermath is Update that also gives fn the delivery, of which it may set Aftermath and,
	// while no lease runs, DueAt. [ErrNotFound] also where there is no delivery.
	ChangeAftermath(ctx context.Context, id ID, fn func(*Callback, *Delivery) (AuditEntry, error)) (Callback, error)

	// Review changes the reviews of a callback: fn gets the callback and its reviews, the open ones
	// first, then the latest closed ones, and returns those to write, which are told apart by their
	// IDs. The callback is written too. A zero Action writes no audit entry.
	Review(ctx context.Context, id ID, fn func(*Callback, []Review) ([]Review, AuditEntry, error)) (Callback, error)
	// Reviews returns the open reviews of a callback, longest first.
	Reviews(ctx context.Context, id ID) ([]Review, error)
	// Audit returns entries, newest first.
	Audit(ctx context.Context, q AuditQuery) ([]AuditEntry, error)
	// Record writes an audit entry that belongs to no callback, such as a sign-in.
	Record(ctx context.Context, entry AuditEntry) error
	// RecordOnce writes an entry of a callback, unless there is one of the same actor and action.
	// [ErrNotFound].
	RecordOnce(ctx context.Context, entry AuditEntry) error
	// Ping checks that the database answers.
	Ping(ctx context.Context) error
}

// Notifier tells open pages, here and on other replicas, that a callback changed. It carries no
// data: each page reads again what its reader may see. It never blocks and is called after commit
// only.
type Notifier interface {
	Changed(Notice)
}

// Notice names what changed. Queue lets a stream skip what its reader may not see.
type Notice struct {
	Callback ID
	Queue    string
}
