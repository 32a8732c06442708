package locallambda

import (
	"time"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/timers"
	"countersign/internal/standin/locallambda/wire"
)

// operation is one durable operation of an execution.
type operation struct {
	execution *execution
	id        string
	parent    string
	name      string
	subType   string
	kind      protocol.Type
	status    protocol.Status
	startedAt time.Time
	endedAt   time.Time
	result    *string
	err       *wire.ErrorObject
	revision  uint64        // the execution's revision when this operation last changed
	alarm     *timers.Alarm // its next change by itself, if there is one

	due            time.Time // the next attempt of a step, or the end of a wait
	attempt        int32     // of a step: how many attempts are over
	replayChildren *bool     // of a context
	callback       *callback // of a callback
	invoked        string    // of a chained invoke: the ARN of the execution that it started
	unsaved        bool
}

// ended reports whether the operation can no longer change.
func (op *operation) ended() bool { return !op.endedAt.IsZero() }

// pending reports whether the operation waits for something that will wake the execution.
func (op *operation) pending() bool {
	switch op.kind {
	case protocol.Callback, protocol.Wait, protocol.ChainedInvoke:
		return op.status == protocol.Started
	case protocol.Step:
		return op.status == protocol.Pending
	default:
		return false
	}
}

// end closes the operation. The caller records the event.
func (op *operation) end(now time.Time, status protocol.Status, result *string, err *wire.ErrorObject) {
	op.status, op.endedAt, op.result, op.err = status, now, result, err
	if op.kind == protocol.Step {
		op.due = time.Time{} // NextAttemptTimestamp is for pending steps only
	}
	op.execution.engine.alarms.Cancel(op.alarm)
	op.alarm = nil
	op.execution.touch(op)
}

// hidden reports whether the operation is left out of the state, because a context above it has
// completed and did not ask to replay its children.
func (op *operation) hidden() bool {
	for above := op.execution.byID[op.parent]; above != nil; above = op.execution.byID[above.parent] {
		if above.ended() && (above.replayChildren == nil || !*above.replayChildren) {
			return true
		}
	}
	return false
}

// wireOperation is an operation as functions see it, with either time format.
type wireOperation[T wire.Timestamp] struct {
	ID             string          `json:"Id"`
	ParentID       string          `json:"ParentId,omitempty"`
	Name           string          `json:"Name,omitempty"`
	Type           protocol.Type   `json:"Type"`
	SubType        string          `json:"SubType,omitempty"`
	Status         protocol.Status `json:"Status"`
	StartTimestamp *T              `json:"StartTimestamp"`
	EndTimestamp   *T              `json:"EndTimestamp,omitempty"`

	ExecutionDetails     *executionDetails `json:"ExecutionDetails,omitempty"`
	ContextDetails       *contextDetails   `json:"ContextDetails,omitempty"`
	StepDetails          *stepDetails[T]   `json:"StepDetails,omitempty"`
	WaitDetails          *waitDetails[T]   `json:"WaitDetails,omitempty"`
	CallbackDetails      *callbackDetails  `json:"CallbackDetails,omitempty"`
	ChainedInvokeDetails *outcomeDetails   `json:"ChainedInvokeDetails,omitempty"`
}

// outcomeDetails say how an operation of any kind ended: with a result, an error, or neither.
type outcomeDetails struct {
	Result *string           `json:"Result,omitempty"`
	Error  *wire.ErrorObject `json:"Error,omitempty"`
}

// executionDetails carry the input: programs read it from the first operation.
type executionDetails struct {
	InputPayload *string `json:"InputPayload"`
}

// contextDetails say whether the children of a completed context are part of the state.
type contextDetails struct {
	outcomeDetails
	ReplayChildren *bool `json:"ReplayChildren,omitempty"`
}

// stepDetails count the finished attempts, from 0. NextAttemptTimestamp is set while the step is
// PENDING.
type stepDetails[T wire.Timestamp] struct {
	outcomeDetails
	Attempt              int32 `json:"Attempt"`
	NextAttemptTimestamp *T    `json:"NextAttemptTimestamp,omitempty"`
}

// waitDetails say when the wait ends, or ended.
type waitDetails[T wire.Timestamp] struct {
	ScheduledEndTimestamp *T `json:"ScheduledEndTimestamp,omitempty"`
}

// callbackDetails have no timeouts; only the event in the history has.
type callbackDetails struct {
	outcomeDetails
	CallbackID string `json:"CallbackId"`
}

// describe converts an operation to its wire format.
func describe[T wire.Timestamp](op *operation) wireOperation[T] {
	w := wireOperation[T]{
		ID: op.id, ParentID: op.parent, Name: op.name, Type: op.kind, SubType: op.subType, Status: op.status,
		StartTimestamp: wire.Stamp[T](op.startedAt), EndTimestamp: wire.Stamp[T](op.endedAt),
	}
	outcome := outcomeDetails{Result: op.result, Error: op.err}
	switch op.kind {
	case protocol.Execution:
		w.ExecutionDetails = &executionDetails{InputPayload: op.execution.input}
	case protocol.Context:
		w.ContextDetails = &contextDetails{outcome, op.replayChildren}
	case protocol.Step:
		w.StepDetails = &stepDetails[T]{outcome, op.attempt, wire.Stamp[T](op.due)}
	case protocol.Wait:
		w.WaitDetails = &waitDetails[T]{wire.Stamp[T](op.due)}
	case protocol.Callback:
		w.CallbackDetails = &callbackDetails{outcome, op.callback.id}
	case protocol.ChainedInvoke:
		w.ChainedInvokeDetails = &outcome
	}
	return w
}
