package callbacks

import (
	"cmp"
	"slices"
	"time"

	"countersign/internal/printable"
)

// FollowUp is the follow-up of a decision: what the execution did after our decision closed its
// callback, as far as its history was read.
type FollowUp struct {
	Status OperationStatus // of the execution
	// the execution's first sign of life after the callback's end; zero while there is none
	ResumedAt time.Time
	EndedAt   time.Time   // zero while it runs
	Event     int         // number of the history event that ended it; 0 if that event was not read
	Error     ErrorObject // type and message only, truncated; set if the end is not a success
	// the latest steps, at most [MaxFollowUpSteps]: first the ended ones in order of their end, then
	// the others
	Steps   []FollowUpStep
	Skipped bool // there were more

	// number of the last event read: the next reading continues from there
	Last     int
	ReadAt   time.Time // of the last successful reading; zero before the first
	Readings int       // attempted so far
}

// Bounds of what is kept of a follow-up. The texts come from the function and are untrusted.
const (
	MaxFollowUpSteps = 20
	MaxNoteRunes     = 200
	maxStepName      = 100 // runes
)

// OperationStatus is how an execution or one of its operations stands.
type OperationStatus string

// The statuses. Executions are running, succeeded, failed, timed out or stopped.
const (
	StatusRunning   OperationStatus = "running"
	StatusRetrying  OperationStatus = "retrying" // an attempt failed, another will follow
	StatusSucceeded OperationStatus = "succeeded"
	StatusFailed    OperationStatus = "failed"
	StatusTimedOut  OperationStatus = "timed_out"
	StatusStopped   OperationStatus = "stopped"
	StatusCancelled OperationStatus = "cancelled"
)

// Ended reports whether nothing more will follow. An unknown status has not ended.
func (s OperationStatus) Ended() bool { return s != "" && s != StatusRunning && s != StatusRetrying }

// FollowUpStep is an operation that followed the decision.
type FollowUpStep struct {
	Operation string // Lambda's key for it, unique within the execution
	Name      string // as the function calls it; may be empty
	Kind      OperationKind
	Status    OperationStatus
	At        time.Time     // of its end, or of its start while it has not ended
	Took      time.Duration // from its start to its end; 0 if either was not seen
	Note      string        // its result or error in short
}

// OperationKind is the kind of an operation of an execution (API type OperationType).
type OperationKind string

// The kinds. Executions and invocations occur in events only.
const (
	OperationStep       OperationKind = "step"
	OperationWait       OperationKind = "wait"
	OperationCallback   OperationKind = "callback" // also a waitForCallback as a whole
	OperationInvoke     OperationKind = "invoke"
	OperationContext    OperationKind = "context"
	OperationExecution  OperationKind = "execution"
	OperationInvocation OperationKind = "invocation"
)

// OperationEvent is a history event, as far as it shows what the execution does.
type OperationEvent struct {
	ID        int // ascending
	At        time.Time
	Kind      OperationKind
	Operation string
	Parent    string // the operation around it
	Name      string
	Status    OperationStatus // running means a start
	StartedAt time.Time       // of an invocation
	Result    string          // of a success, as recorded in the history
	Error     ErrorObject     // if the operation did not succeed
}

// OperationPage is the outcome of one reading. Gap means that earlier events exist that were not read.
type OperationPage struct {
	Events []OperationEvent // in any order
	Gap    bool
}

// EndedBadly reports whether the execution ended without success.
func (a *FollowUp) EndedBadly() bool {
	return a.Ended() && a.Status != StatusSucceeded
}

// Ended reports whether an end of the execution is known.
func (a *FollowUp) Ended() bool { return a != nil && a.Status.Ended() }

// keeping returns what a reading found. If the end was known before and the reading did not reach
// it, keeping adds that end. Without a reading it returns what was known.
func (a *FollowUp) keeping(known *FollowUp) *FollowUp {
	if a == nil || a.Ended() || !known.Ended() {
		return cmp.Or(a, known)
	}
	kept := a.Clone()
	kept.Status, kept.EndedAt = known.Status, known.EndedAt
	return kept
}

// Clone returns a copy that can be changed.
func (a *FollowUp) Clone() *FollowUp {
	c := *a
	c.Steps = slices.Clone(a.Steps)
	return &c
}

// Add adds the events of a page and skips those that were read before. closed is the time of the
// event that closed the callback. Add reports whether any event was new.
func (a *FollowUp) Add(page OperationPage, closed time.Time) (news bool) {
	events := slices.Clone(page.Events)
	slices.SortFunc(events, func(x, y OperationEvent) int { return cmp.Compare(x.ID, y.ID) })
	for i := range events {
		if e := &events[i]; e.ID > a.Last {
			a.Last, news = e.ID, true
			a.apply(e, closed)
		}
	}
	a.Skipped = a.Skipped || page.Gap
	slices.SortStableFunc(a.Steps, func(x, y FollowUpStep) int {
		return cmp.Or(cmp.Compare(rank(x.Status), rank(y.Status)), x.At.Compare(y.At))
	})
	if more := len(a.Steps) - MaxFollowUpSteps; more > 0 {
		a.Steps, a.Skipped = slices.Delete(a.Steps, 0, more), true
	}
	return news
}

// rank orders ended operations before those still going on.
func rank(s OperationStatus) int {
	if s.Ended() {
		return 0
	}
	return 1
}

func (a *FollowUp) apply(e *OperationEvent, closed time.Time) {
	switch e.Kind {
	case OperationInvocation:
		// an invocation that ran before the end did not resume anything
		a.resumed(e.StartedAt, closed)
	case OperationExecution:
		if e.Status.Ended() {
			a.Status, a.EndedAt, a.Event = e.Status, e.At, e.ID
			a.Error = ErrorObject{ErrorType: printable.Fold(e.Error.ErrorType, MaxNoteRunes), ErrorMessage: printable.Fold(e.Error.ErrorMessage, MaxNoteRunes)}
		}
	case OperationStep, OperationWait, OperationCallback, OperationInvoke, OperationContext:
		a.operation(e, closed)
	}
}

// resumed notes a sign of life. The history reports an invocation only when it ends, so the
// earliest sign may arrive late.
func (a *FollowUp) resumed(at, closed time.Time) {
	if !at.Before(closed) && (a.ResumedAt.IsZero() || at.Before(a.ResumedAt)) {
		a.ResumedAt = at
	}
}

// operation notes the start, a retry or the end of an operation.
func (a *FollowUp) operation(e *OperationEvent, closed time.Time) {
	i := slices.IndexFunc(a.Steps, func(s FollowUpStep) bool { return s.Operation == e.Operation })
	if i < 0 {
		if !a.shows(e) {
			return
		}
		a.Steps = append(a.Steps, FollowUpStep{Operation: e.Operation, Name: printable.Fold(a.name(e), maxStepName), Kind: e.Kind, At: e.At})
		i = len(a.Steps) - 1
		if e.Status == StatusRunning {
			a.resumed(e.At, closed)
		}
	} else if s := &a.Steps[i]; e.Status.Ended() {
		s.Took, s.At = e.At.Sub(s.At), e.At
	}
	a.Steps[i].Status, a.Steps[i].Note = e.Status, noteOf(e)
}

// name returns the operation's own name. An unnamed callback takes the name of the part of the
// function that it is in: a waitForCallback without its usual subtype looks like any such part.
func (a *FollowUp) name(e *OperationEvent) string {
	if e.Kind != OperationCallback || e.Name != "" {
		return e.Name
	}
	for i := range a.Steps {
		if a.Steps[i].Operation == e.Parent {
			return a.Steps[i].Name
		}
	}
	return ""
}

// shows reports whether a new operation is worth a line. Work that began before the callback's end
// is worth one. These are not: an operation that merely ended with the callback, such as the
// waitForCallback around it; one inside a waitForCallback; an unnamed part of the function.
func (a *FollowUp) shows(e *OperationEvent) bool {
	inside := slices.ContainsFunc(a.Steps, func(s FollowUpStep) bool {
		return s.Operation == e.Parent && s.Kind == OperationCallback
	})
	switch e.Kind {
	case OperationStep, OperationInvoke:
		return !inside
	case OperationContext:
		return e.Status == StatusRunning && e.Name != ""
	case OperationWait, OperationCallback:
		return e.Status == StatusRunning && !inside
	case OperationExecution, OperationInvocation:
	}
	return false
}
