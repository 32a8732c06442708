package callbacks

import (
	"cmp"
	"slices"
	"time"
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
	// the latest steps, at most [MaxFollowUpSteps]: first the ended ones in order of their end,
	// then the others
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
	MaxStepNameRunes = 100
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

// ExecutionEnded notes the end of the execution after our decision. If there is a receipt, the
// history is read once more, for the last steps and the error; if a reading is under way, its end
// sets when the next one is due. It returns [ErrConflict] if an end is already known, and
// [ErrNotFound] if there is no delivery.
func (c *Callback) ExecutionEnded(d *Delivery, how OperationStatus, at, now time.Time, from Actor) (AuditEntry, error) {
	switch {
	case d == nil:
		return AuditEntry{}, ErrNotFound
	case c.State != Completed || d.FollowUp.Ended():
		return AuditEntry{}, c.WrongState("note the execution's end with")
	}
	a := &FollowUp{}
	if d.FollowUp != nil {
		a = d.FollowUp.Clone()
	}
	a.Status, a.EndedAt = how, at
	if d.FollowUp = a; c.Ending.Event > 0 && d.Lease.Owner == "" {
		d.DueAt = now
	}
	return c.executionEnd(a, now, from), nil
}

// Followed notes what a reading found of the execution after our decision; read is nil if it found
// nothing. The execution's end gets an audit entry unless it was known before.
func (c *Callback) Followed(d *Delivery, read *FollowUp, now time.Time, by Actor) (AuditEntry, error) {
	if c.State != Completed {
		return AuditEntry{}, c.WrongState("note what followed with")
	}
	known := d.FollowUp.Ended()
	d.FollowUp = read.keeping(d.FollowUp)
	if known || !read.Ended() {
		return AuditEntry{}, nil
	}
	return c.executionEnd(read, now, by), nil
}

// executionEnd returns the audit entry for the execution's end and marks the callback if the end
// needs attention.
func (c *Callback) executionEnd(a *FollowUp, now time.Time, by Actor) AuditEntry {
	action := ActionExecutionSucceeded
	if a.EndedBadly() {
		c.ExecutionFailed = c.Decision.Kind == Success // a failure is meant to stop the function
		action = ActionExecutionFailed
	}
	return c.entry(now, by, action, Facts{Execution: a.Status, Event: a.Event})
}
