package callbacks

import (
	"errors"
	"fmt"
	"time"
)

// Errors that callers distinguish with errors.Is. Their texts are for operators; the pages have
// their own.
var (
	// ErrNotFound: the callback does not exist, or the viewer may not know that it does.
	ErrNotFound = errors.New("no such callback")
	// ErrForbidden: the viewer may see the callback but not do this to it. [Refusal] gives the
	// reason.
	ErrForbidden = errors.New("not allowed")
	// ErrConflict: the state of the callback does not allow this. Reload it to see what happened.
	ErrConflict = errors.New("the callback is no longer in that state")
	// ErrDifferent: this callback was announced before with different content; nothing was changed.
	ErrDifferent = errors.New("already announced with different content")
	// ErrReused: the source used this message ID before for a different announcement; nothing was
	// changed.
	ErrReused = errors.New("the message ID was used before for another announcement")
	// ErrLeaseLost: another worker has claimed the work since; the result must not be written.
	ErrLeaseLost = errors.New("the lease is no longer held")
	// ErrUnavailable: the database does not answer, and nothing was recorded.
	ErrUnavailable = errors.New("the database does not answer")
	// ErrUncertain comes with ErrUnavailable if the database became unreachable during the commit:
	// the change may be recorded. Repeat the change to find out; nothing is recorded twice.
	ErrUncertain = errors.New("the answer to the commit was lost")
	// ErrNoRoom: the disk of the database is full. It also matches ErrUnavailable; existing data
	// can still be read.
	ErrNoRoom = fmt.Errorf("%w: its disk is full", ErrUnavailable)
	// ErrReadOnly: the database accepts no writes, like a standby or a file system mounted
	// read-only. It also matches ErrUnavailable; existing data can still be read.
	ErrReadOnly = fmt.Errorf("%w: it takes no writes", ErrUnavailable)
)

// DifferentError is an [ErrDifferent] that names the known callback. The sender is not told which
// it is.
type DifferentError struct {
	Callback ID
	Queue    string
	Source   string // who announced it first
	By       string // who announced it now; set by the service, not the store
}

func (e *DifferentError) Error() string {
	if e.By == "" || e.By == e.Source {
		return ErrDifferent.Error()
	}
	return fmt.Sprintf("%v, by source %s: callback %s", ErrDifferent, e.Source, e.Callback)
}

// Contested reports whether another source announced the callback first.
func (e *DifferentError) Contested() bool { return e.By != "" && e.By != e.Source }

// Is makes errors.Is(err, ErrDifferent) true.
func (e *DifferentError) Is(target error) bool { return target == ErrDifferent }

// Refusal says why a viewer who sees a callback may not decide it. It matches [ErrForbidden].
type Refusal struct {
	Code   ReasonCode
	Reason string // one sentence for the reviewer
}

func (r *Refusal) Error() string { return r.Reason }

// Is makes errors.Is(err, ErrForbidden) true.
func (r *Refusal) Is(target error) bool { return target == ErrForbidden }

func (e *OldGroups) Error() string {
	return fmt.Sprintf("%v: %v, the limit is %v", ErrOldGroups, e.Age, e.Limit)
}

// Is makes errors.Is(err, ErrOldGroups) true.
func (e *OldGroups) Is(target error) bool { return target == ErrOldGroups }

// ErrOldGroups means that the provider last named the person's groups too long ago. The person can
// still read; to change something they have to sign in again. [OldGroups] has the ages.
var ErrOldGroups = errors.New("the groups were read too long ago")

// OldGroups says how old a person's groups are and how old they may be. It matches [ErrOldGroups].
type OldGroups struct {
	Age, Limit time.Duration
}

// ErrStale means that what the reviewer saw differs from what would be sent, or was shown too long
// ago. Show a fresh preview.
var ErrStale = errors.New("the preview is out of date")
