package callbacks

import (
	"errors"
	"fmt"

	"countersign/internal/printable"
)

// Errors that callers tell apart with errors.Is. Their text is for operators; the pages have their
// own words.
var (
	// ErrNotFound: there is no such callback, or the viewer may not know that there is.
	ErrNotFound = errors.New("no such callback")
	// ErrForbidden: the viewer may see the callback but not do this to it. See [Refusal] for the
	// reason.
	ErrForbidden = errors.New("not allowed")
	// ErrConflict: the callback is not in a state that allows this. Reload it to see what happened.
	ErrConflict = errors.New("the callback is no longer in that state")
	// ErrDifferent: this callback was announced before with other content; nothing was changed.
	ErrDifferent = errors.New("already announced with different content")
	// ErrReused: the source announced something else under this message ID before; nothing was
	// changed.
	ErrReused = errors.New("the message ID was used before for another announcement")
	// ErrLeaseLost: somebody else has claimed the work since; the result must not be written.
	ErrLeaseLost = errors.New("the lease is no longer held")
	// ErrUnavailable: the database does not answer. Nothing was recorded.
	ErrUnavailable = errors.New("the database does not answer")
	// ErrUncertain comes with ErrUnavailable where the database went away during the commit: the
	// change may be recorded. What is done again finds that out, for everything that is recorded is
	// recorded once.
	ErrUncertain = errors.New("the answer to the commit was lost")
	// ErrNoRoom: the disk of the database is full. It matches ErrUnavailable too: what is there can
	// be read.
	ErrNoRoom = fmt.Errorf("%w: its disk is full", ErrUnavailable)
	// ErrReadOnly: the database takes no writes, as a standby does, or a file system that was
	// mounted so. It matches ErrUnavailable too: what is there can be read.
	ErrReadOnly = fmt.Errorf("%w: it takes no writes", ErrUnavailable)
)

// DifferentError is an [ErrDifferent] that names the callback as it is known. The sender learns
// nothing of it.
type DifferentError struct {
	Callback ID
	Queue    string
	Source   string // who announced it first
	By       string // who announced it now; the store leaves that to the service
}

func (e *DifferentError) Error() string {
	if e.By == "" || e.By == e.Source {
		return ErrDifferent.Error()
	}
	return fmt.Sprintf("%v, by source %s: callback %s", ErrDifferent, e.Source, e.Callback)
}

// Contested reports whether it was another source that announced the callback first.
func (e *DifferentError) Contested() bool { return e.By != "" && e.By != e.Source }

// Is makes errors.Is(err, ErrDifferent) true.
func (e *DifferentError) Is(target error) bool { return target == ErrDifferent }

// Refusal says why a viewer who sees a callback may not decide it. It matches [ErrForbidden].
type Refusal struct {
	// stable: "requester", "unannounced", "unknown", "stated", "unverified", "queue", "role"
	Code   string
	Reason string // one sentence for the reviewer
}

func (r *Refusal) Error() string { return r.Reason }

// Is makes errors.Is(err, ErrForbidden) true.
func (r *Refusal) Is(target error) bool { return target == ErrForbidden }

// Invalid is a list of faults in what somebody sent, each with the place that is wrong.
type Invalid []Fault

// Fault is one thing that is wrong. Pointer is a JSON pointer (RFC 6901) into a document, or a form
// field's name.
type Fault struct {
	Pointer string
	Detail  string
}

func (v Invalid) Error() string {
	switch len(v) {
	case 0:
		return "nothing is wrong"
	case 1:
		return fmt.Sprintf("%s: %s", v[0].Pointer, v[0].Detail)
	}
	return fmt.Sprintf("%d fields are not valid, first %s: %s", len(v), v[0].Pointer, v[0].Detail)
}

// Limits of what is told of faults. Pointers and details repeat what was sent, and nobody mends
// more than this at once.
const (
	MaxFaults  = 32
	maxPointer = 512 // bytes
	maxDetail  = 320 // bytes
)

// Add notes one more fault.
func (v *Invalid) Add(pointer, format string, args ...any) {
	*v = append(*v, Fault{Pointer: clip(pointer, maxPointer), Detail: clip(fmt.Sprintf(format, args...), maxDetail)})
}

// Err is the list as an error, or nil when it is empty. Of more than [MaxFaults] it says how many
// more there are.
func (v Invalid) Err() error { return v.And(0) }

// And is Err for a list of which more were found than it has.
func (v Invalid) And(more int) error {
	if len(v) == 0 {
		return nil
	}
	if over := len(v) - MaxFaults; over > 0 {
		v, more = v[:MaxFaults:MaxFaults], more+over
	}
	if more > 0 {
		return append(v, Fault{Detail: fmt.Sprintf("and %d more", more)})
	}
	return v
}

// clip is at most limit bytes of a text and a sign that it goes on.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return printable.Cut(s, limit) + "…"
}
