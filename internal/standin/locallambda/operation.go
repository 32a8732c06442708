package locallambda

import "time"

// The words of the protocol, as they are on the wire.
type (
	operationType   string
	operationStatus string
)

const (
	executionOperation     operationType = "EXECUTION"
	contextOperation       operationType = "CONTEXT"
	stepOperation          operationType = "STEP"
	waitOperation          operationType = "WAIT"
	callbackOperation      operationType = "CALLBACK"
	chainedInvokeOperation operationType = "CHAINED_INVOKE"

	opStarted   operationStatus = "STARTED"
	opPending   operationStatus = "PENDING" // a step that waits for its next attempt
	opReady     operationStatus = "READY"   // a step whose next attempt is due
	opSucceeded operationStatus = "SUCCEEDED"
	opFailed    operationStatus = "FAILED"
	opCancelled operationStatus = "CANCELLED"
	opTimedOut  operationStatus = "TIMED_OUT"
)

// operation is one durable operation of an execution.
type operation struct {
	execution *execution
	id        string
	parent    string
	name      string
	subType   string
	kind      operationType
	status    operationStatus
	startedAt time.Time
	endedAt   time.Time
	result    *string
	err       *ErrorObject
	revision  uint64 // of the execution, when this operation changed last
	alarm     *alarm // its next own moment, if it has one

	due            time.Time // of a step its next attempt, of a wait its end
	attempt        int32     // of a step: how many attempts are behind it
	replayChildren *bool     // of a context
	callback       *callback // of a callback
	invoked        string    // of a chained invoke: the ARN of the execution that it started
	unsaved        bool
}

// ended reports whether nothing can change any more.
func (op *operation) ended() bool { return !op.endedAt.IsZero() }

// pending reports whether the operation waits for something that will wake the execution.
func (op *operation) pending() bool {
	switch op.kind {
	case callbackOperation, waitOperation, chainedInvokeOperation:
		return op.status == opStarted
	case stepOperation:
		return op.status == opPending
	default:
		return false
	}
}

// end closes the operation. The caller records the event.
func (op *operation) end(now time.Time, status operationStatus, result *string, err *ErrorObject) {
	op.status, op.endedAt, op.result, op.err = status, now, result, err
	if op.kind == stepOperation {
		op.due = time.Time{} // NextAttemptTimestamp is for pending steps only
	}
	op.execution.engine.alarms.cancel(op.alarm)
	op.alarm = nil
	op.execution.touch(op)
}

// hidden reports whether the operation is left out of the state: some context above it has completed, and did not ask for
// its children to be replayed.
func (op *operation) hidden() bool {
	for above := op.execution.byID[op.parent]; above != nil; above = op.execution.byID[above.parent] {
		if above.ended() && (above.replayChildren == nil || !*above.replayChildren) {
			return true
		}
	}
	return false
}

// wireOperation is an operation as functions see it, with either kind of time.
type wireOperation[T timestamp] struct {
	ID             string          `json:"Id"`
	ParentID       string          `json:"ParentId,omitempty"`
	Name           string          `json:"Name,omitempty"`
	Type           operationType   `json:"Type"`
	SubType        string          `json:"SubType,omitempty"`
	Status         operationStatus `json:"Status"`
	StartTimestamp *T              `json:"StartTimestamp"`
	EndTimestamp   *T              `json:"EndTimestamp,omitempty"`

	ExecutionDetails     *executionDetails `json:"ExecutionDetails,omitempty"`
	ContextDetails       *contextDetails   `json:"ContextDetails,omitempty"`
	StepDetails          *stepDetails[T]   `json:"StepDetails,omitempty"`
	WaitDetails          *waitDetails[T]   `json:"WaitDetails,omitempty"`
	CallbackDetails      *callbackDetails  `json:"CallbackDetails,omitempty"`
	ChainedInvokeDetails *outcomeDetails   `json:"ChainedInvokeDetails,omitempty"`
}

// outcomeDetails are how an operation of any kind ended: with a result, an error, or neither.
type outcomeDetails struct {
	Result *string      `json:"Result,omitempty"`
	Error  *ErrorObject `json:"Error,omitempty"`
}

// executionDetails carry the input: programs find it in the first operation, not beside it.
type executionDetails struct {
	InputPayload *string `json:"InputPayload"`
}

// contextDetails say for a completed context whether its children are part of the state.
type contextDetails struct {
	outcomeDetails
	ReplayChildren *bool `json:"ReplayChildren,omitempty"`
}

// stepDetails count the attempts that are over, from 0; NextAttemptTimestamp is there while the step is PENDING.
type stepDetails[T timestamp] struct {
	outcomeDetails
	Attempt              int32 `json:"Attempt"`
	NextAttemptTimestamp *T    `json:"NextAttemptTimestamp,omitempty"`
}

// waitDetails say when the wait ends, or ended.
type waitDetails[T timestamp] struct {
	ScheduledEndTimestamp *T `json:"ScheduledEndTimestamp,omitempty"`
}

// callbackDetails have no timeouts; only the history's event has.
type callbackDetails struct {
	outcomeDetails
	CallbackID string `json:"CallbackId"`
}

// describe puts an operation on the wire.
func describe[T timestamp](op *operation) wireOperation[T] {
	w := wireOperation[T]{
		ID: op.id, ParentID: op.parent, Name: op.name, Type: op.kind, SubType: op.subType, Status: op.status,
		StartTimestamp: stamp[T](op.startedAt), EndTimestamp: stamp[T](op.endedAt),
	}
	outcome := outcomeDetails{Result: op.result, Error: op.err}
	switch op.kind {
	case executionOperation:
		w.ExecutionDetails = &executionDetails{InputPayload: op.execution.input}
	case contextOperation:
		w.ContextDetails = &contextDetails{outcome, op.replayChildren}
	case stepOperation:
		w.StepDetails = &stepDetails[T]{outcome, op.attempt, stamp[T](op.due)}
	case waitOperation:
		w.WaitDetails = &waitDetails[T]{stamp[T](op.due)}
	case callbackOperation:
		w.CallbackDetails = &callbackDetails{outcome, op.callback.id}
	case chainedInvokeOperation:
		w.ChainedInvokeDetails = &outcome
	}
	return w
}
