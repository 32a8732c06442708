package callbacks

import (
	"context"
	"time"
)

// Change is what one transaction writes besides the callback itself.
type Change struct {
	// a zero Action writes no entry, for bookkeeping that nobody has to account for
	Audit     AuditEntry
	Signature *Signature // set when somebody signs
	// set if the change makes one; if it has a lease, its first attempt is recorded too
	Delivery *Delivery
}

// Store keeps callbacks and everything that belongs to them. Implementations pass the contract of
// package callbackstest.
//
// Every function argument runs inside a transaction, possibly more than once, so it must be pure. A
// method that cannot reach the database returns an error that matches [ErrUnavailable].
type Store interface {
	// Receive records an announced callback, its content and its audit entry. It is idempotent by
	// message, then by CallbackID. The fingerprint is that of the announcement. A different
	// fingerprint under the same CallbackID is [ErrDifferent]; a different fingerprint or callback
	// under the same message is [ErrReused]. A repeat changes nothing and returns what is stored. A
	// callback that was found comes with the fingerprint [Unannounced] and conflicts with nothing:
	// a callback that is known stays as it is, and the first announcement completes one that was
	// found, by [Callback.Announced], which counts as created.
	Receive(ctx context.Context, m Message, c Callback, content Content, fingerprint string, entry AuditEntry) (Acknowledgment, error)

	// Get returns a callback, or [ErrNotFound].
	Get(ctx context.Context, id ID) (Callback, error)
	// Content returns the long part of a request, or [ErrNotFound].
	Content(ctx context.Context, id ID) (Content, error)
	// List returns one page. It reads no content.
	List(ctx context.Context, q Query) (Page, error)
	// Count counts what a query without its cursor finds and stops at limit.
	Count(ctx context.Context, q Query, limit int) (int, error)
	// Functions returns the names of functions with open callbacks that the query may see, sorted,
	// at most limit.
	Functions(ctx context.Context, q Query, limit int) ([]string, error)

	// Update is the only way in which a state changes: it loads the callback, applies fn, and
	// writes callback, audit entry, signature and delivery in one transaction. It raises the
	// revision. If fn fails, Update returns the error as it is and writes nothing. It returns
	// [ErrNotFound] if the callback does not exist.
	Update(ctx context.Context, id ID, fn func(*Callback) (Change, error)) (Callback, error)

	// Delivery returns the delivery of a callback with its latest attempts, or [ErrNotFound].
	Delivery(ctx context.Context, id ID) (Delivery, error)
	// RetryDelivery is Update that also makes the existing delivery due at once. It resets the
	// count of readings of the history and forgets that Lambda said the callback is closed.
	RetryDelivery(ctx context.Context, id ID, now time.Time, fn func(*Callback) (AuditEntry, error)) (Callback, error)
	// PendingIn returns up to limit pending callbacks of an execution, in order of arrival.
	PendingIn(ctx context.Context, executionARN string, limit int) ([]ID, error)
	// CompletedIn returns up to limit completed callbacks of an execution, in order of arrival. If
	// after is not empty, the page begins behind that callback.
	CompletedIn(ctx context.Context, executionARN string, after ID, limit int) ([]ID, error)
	// ChangeFollowUp is Update that also gives fn the delivery. fn may set its FollowUp and,
	// while no lease runs, its DueAt. It returns [ErrNotFound] also if there is no delivery.
	ChangeFollowUp(ctx context.Context, id ID, fn func(*Callback, *Delivery) (AuditEntry, error)) (Callback, error)

	// Review changes the reviews of a callback. fn gets the callback and its reviews, first the
	// open ones, then the latest closed ones, and returns the reviews to write; their IDs tell them
	// apart. The callback is written too. A zero Action writes no audit entry.
	Review(ctx context.Context, id ID, fn func(*Callback, []Review) ([]Review, AuditEntry, error)) (Callback, error)
	// Reviews returns the open reviews of a callback, longest first.
	Reviews(ctx context.Context, id ID) ([]Review, error)
	// Audit returns entries, newest first.
	Audit(ctx context.Context, q AuditQuery) ([]AuditEntry, error)
	// Record writes an audit entry that belongs to no callback, such as a sign-in.
	Record(ctx context.Context, entry AuditEntry) error
	// RecordOnce writes an audit entry of a callback, unless the same actor already has one with
	// the same action. It returns [ErrNotFound] if the callback does not exist.
	RecordOnce(ctx context.Context, entry AuditEntry) error
	// Ping checks that the database answers.
	Ping(ctx context.Context) error
}
