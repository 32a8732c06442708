package callbacks

import (
	"time"

	"countersign/internal/replies"
)

// Closing is what an execution's history says about a callback.
type Closing struct {
	Open bool // no terminal event, and the execution still runs
	// EndedByOther stands for any client; compare the completion to know whether it was us
	By      EndedBy
	Cause   DeadlineCause // for EndedByClock
	Around  Around        // for EndedByExecution
	At      time.Time
	EventID int
	// Completion is what a success or failure event carries. It is nil if the payload is truncated
	// or unreadable; Kind alone then says which of the two it is.
	Completion *Completion
	Kind       Kind
	// NoPayload says that the history shows a success whole, and without a payload.
	NoPayload bool
}

// Around says what ended around a callback that has no end of its own.
type Around string

// What ends around a callback. An execution that times out is a clock instead.
const (
	AroundUnknown   Around = ""
	AroundContext   Around = "context"   // its waitForCallback, child context or branch
	AroundSucceeded Around = "succeeded" // the execution succeeded
	AroundFailed    Around = "failed"    // the execution failed
	AroundStopped   Around = "stopped"   // the execution was stopped
	AroundGone      Around = "gone"      // Lambda no longer knows the execution
)

// ClosedByExecution is how the end of an execution closes the callbacks that are open in it.
func ClosedByExecution(status OperationStatus, at time.Time) Closing {
	switch status {
	case StatusTimedOut:
		return Closing{By: EndedByClock, Cause: CauseExecution, At: at}
	case StatusSucceeded:
		return Closing{By: EndedByExecution, Around: AroundSucceeded, At: at}
	case StatusFailed:
		return Closing{By: EndedByExecution, Around: AroundFailed, At: at}
	case StatusStopped:
		return Closing{By: EndedByExecution, Around: AroundStopped, At: at}
	case StatusRunning, StatusRetrying, StatusCancelled: // no end of an execution
	}
	return Closing{By: EndedByExecution, At: at}
}

// completedAs says whether a client completed the callback with a success or a failure; it is empty
// if no client did.
func (c Closing) completedAs() Kind {
	if c.Completion != nil {
		return c.Completion.Kind
	}
	return c.Kind
}

// Holds reports whether the history shows that a client ended the callback with exactly our
// completion. A result without bytes comes back as an event without a payload.
func (c Closing) Holds(ours Completion) bool {
	empty := c.NoPayload && ours.Kind == Success && len(ours.Result) == 0 && ours.Sealed == nil
	return empty || c.Completion != nil && c.Completion.Same(ours)
}

// MayHold reports whether the closing may be our completion: a client ended the callback with a
// payload that the history does not show.
func (c Closing) MayHold(ours Completion) bool {
	return c.Completion == nil && c.By == EndedByOther && (c.Kind == "" || c.Kind == ours.Kind)
}

// Finding is the result of asking an execution's history, and when it is worth asking again.
type Finding struct {
	History HistoryState
	Closing Closing       // with HistoryRead
	Reply   replies.Reply // of Lambda, if it was asked and returned no history
	Again   time.Duration // not before; zero if nobody said
}

// HistoryState says how asking the history went.
type HistoryState int

// The states.
const (
	HistoryUnasked HistoryState = iota // neither the answer nor the clock called for it
	HistoryRead                        // Closing holds what the history says
	HistoryBusy                        // throttled or failing: ask again
	// no slot or no read quota is free: it is asked later
	HistoryPutOff
	// no ARN, no permission, retention over: asking again will not help
	HistoryUnreadable
)

// Ended reports whether the history shows that the callback has ended.
func (f Finding) Ended() bool { return f.History == HistoryRead && !f.Closing.Open }

// Open reports whether the history shows that the callback is open.
func (f Finding) Open() bool { return f.History == HistoryRead && f.Closing.Open }

// Denied reports whether permission to read the history was missing.
func (f Finding) Denied() bool { return f.History == HistoryUnreadable && f.Reply == replies.Denied }
