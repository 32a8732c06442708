package history

import (
	"encoding/json"
	"time"

	"countersign/internal/callbacks"
)

// Event is one event of an execution's history. The payload and the error come from the function or
// from a client of Lambda and are untrusted.
type Event struct {
	ID     int // ascending from 1
	At     time.Time
	Kind   callbacks.OperationKind   // empty if the type of event is newer than this program
	Status callbacks.OperationStatus // running means a start
	// Operation is unique within the execution only. An event that ends a callback does not name
	// its callback ID: the operation links it to the callback's start.
	Operation string
	Parent    string // the operation around it, empty at the top
	Name      string
	// as written by the SDK or the function's author, if at all: a hint, never required
	SubType string

	// of a callback that starts; an endpoint may omit it if payloads are not requested
	CallbackID       callbacks.CallbackID
	Timeout          time.Duration // of a callback that starts, zero for none
	HeartbeatTimeout time.Duration

	ExecutionTimeout time.Duration           // of an execution that starts, zero for none
	InvokedAt        time.Time               // of an invocation, whose only event is its end
	Cause            callbacks.DeadlineCause // of a callback that timed out, if the history says

	// Payload is the input of an execution, or the result of a step, an invoke or a callback; nil
	// if the history does not show it.
	Payload   []byte
	Error     *callbacks.ErrorObject // of a failure, nil if the history does not show it
	Truncated bool                   // the payload or the error is not whole
}

// Starts reports whether the event is the start of an operation of a kind.
func (e *Event) Starts(kind callbacks.OperationKind) bool {
	return e.Kind == kind && e.Status == callbacks.StatusRunning
}

// Closing returns how the event closes a callback: the callback that it ends, those in the context
// that it ends, or those in the execution that it ends. Other events close none.
func (e *Event) Closing() (closing callbacks.Closing, ok bool) {
	if !e.Status.Ended() {
		return callbacks.Closing{}, false
	}
	switch e.Kind {
	case callbacks.OperationCallback:
		closing = e.ownClosing()
	case callbacks.OperationContext:
		return ClosedByContext(e), true
	case callbacks.OperationExecution:
		closing = callbacks.ClosedByExecution(e.Status, e.At)
	case callbacks.OperationStep, callbacks.OperationWait, callbacks.OperationInvoke, callbacks.OperationInvocation:
		return callbacks.Closing{}, false
	default:
		return callbacks.Closing{}, false
	}
	closing.At, closing.EventID = e.At, e.ID
	return closing, true
}

// ClosedByContext is how a context that has ended closes the callbacks in it, from the event that
// shows it: the context's end, or a start in a context that had ended.
func ClosedByContext(e *Event) callbacks.Closing {
	return callbacks.Closing{By: callbacks.EndedByExecution, Around: callbacks.AroundContext, At: e.At, EventID: e.ID}
}

// ownClosing reads the end of a callback itself.
func (e *Event) ownClosing() callbacks.Closing {
	switch e.Status {
	case callbacks.StatusSucceeded:
		return callbacks.Closing{
			By: callbacks.EndedByOther, Kind: callbacks.Success, Completion: e.completion(),
			NoPayload: e.Payload == nil && !e.Truncated,
		}
	case callbacks.StatusFailed:
		return callbacks.Closing{By: callbacks.EndedByOther, Kind: callbacks.Failure, Completion: e.completion()}
	case callbacks.StatusRunning, callbacks.StatusRetrying, callbacks.StatusTimedOut,
		callbacks.StatusStopped, callbacks.StatusCancelled:
	}
	return callbacks.Closing{By: callbacks.EndedByClock, Cause: e.Cause}
}

// completion returns what a client completed a callback with. It is nil if the history does not
// hold all of it.
func (e *Event) completion() *callbacks.Completion {
	switch {
	case e.Truncated:
		return nil
	case e.Status == callbacks.StatusSucceeded && e.Payload != nil:
		return &callbacks.Completion{Kind: callbacks.Success, Result: e.Payload}
	case e.Status == callbacks.StatusFailed && e.Error != nil:
		return &callbacks.Completion{Kind: callbacks.Failure, Error: *e.Error}
	}
	return nil
}

// Input returns what the execution was started with. It is nil if the event is not the start of an
// execution, or if the history does not hold all of the input, as JSON.
func (e *Event) Input() []byte {
	if !e.Starts(callbacks.OperationExecution) || e.Truncated || !json.Valid(e.Payload) {
		return nil
	}
	return e.Payload
}

// size is about how many bytes the event takes up.
func (e *Event) size() int {
	size := 256 + len(e.Operation) + len(e.Parent) + len(e.Name) + len(e.SubType) + len(e.Payload)
	if e.Error != nil {
		size += len(e.Error.ErrorType) + len(e.Error.ErrorMessage) + len(e.Error.ErrorData)
		for _, line := range e.Error.StackTrace {
			size += len(line)
		}
	}
	return size
}

// Around lists the operations around another one, from its parent outwards, as far as their parents
// are known; all says whether every one of them is known. parentOf knows the parents of at most so
// many operations.
func Around(
	parent string, most int, parentOf func(operation string) (parent string, known bool),
) (around []string, all bool) {
	for range most + 1 { // a bound, in case the parents form a cycle
		if parent == "" {
			return around, true
		}
		around = append(around, parent)
		outer, known := parentOf(parent)
		if !known {
			return around, false
		}
		parent = outer
	}
	return around, parent == ""
}
