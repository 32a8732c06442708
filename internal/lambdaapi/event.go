package lambdaapi

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/callbacks"
	"countersign/internal/history"
)

// meaning is what the type of an event says: the kind of operation and its status.
type meaning struct {
	kind   callbacks.OperationKind
	status callbacks.OperationStatus
}

var meanings = map[types.EventType]meaning{
	types.EventTypeExecutionStarted:       {callbacks.OperationExecution, callbacks.StatusRunning},
	types.EventTypeExecutionSucceeded:     {callbacks.OperationExecution, callbacks.StatusSucceeded},
	types.EventTypeExecutionFailed:        {callbacks.OperationExecution, callbacks.StatusFailed},
	types.EventTypeExecutionTimedOut:      {callbacks.OperationExecution, callbacks.StatusTimedOut},
	types.EventTypeExecutionStopped:       {callbacks.OperationExecution, callbacks.StatusStopped},
	types.EventTypeContextStarted:         {callbacks.OperationContext, callbacks.StatusRunning},
	types.EventTypeContextSucceeded:       {callbacks.OperationContext, callbacks.StatusSucceeded},
	types.EventTypeContextFailed:          {callbacks.OperationContext, callbacks.StatusFailed},
	types.EventTypeWaitStarted:            {callbacks.OperationWait, callbacks.StatusRunning},
	types.EventTypeWaitSucceeded:          {callbacks.OperationWait, callbacks.StatusSucceeded},
	types.EventTypeWaitCancelled:          {callbacks.OperationWait, callbacks.StatusCancelled},
	types.EventTypeStepStarted:            {callbacks.OperationStep, callbacks.StatusRunning},
	types.EventTypeStepSucceeded:          {callbacks.OperationStep, callbacks.StatusSucceeded},
	types.EventTypeStepFailed:             {callbacks.OperationStep, callbacks.StatusFailed},
	types.EventTypeChainedInvokeStarted:   {callbacks.OperationInvoke, callbacks.StatusRunning},
	types.EventTypeChainedInvokeSucceeded: {callbacks.OperationInvoke, callbacks.StatusSucceeded},
	types.EventTypeChainedInvokeFailed:    {callbacks.OperationInvoke, callbacks.StatusFailed},
	types.EventTypeChainedInvokeTimedOut:  {callbacks.OperationInvoke, callbacks.StatusTimedOut},
	types.EventTypeChainedInvokeStopped:   {callbacks.OperationInvoke, callbacks.StatusStopped},
	types.EventTypeCallbackStarted:        {callbacks.OperationCallback, callbacks.StatusRunning},
	types.EventTypeCallbackSucceeded:      {callbacks.OperationCallback, callbacks.StatusSucceeded},
	types.EventTypeCallbackFailed:         {callbacks.OperationCallback, callbacks.StatusFailed},
	types.EventTypeCallbackTimedOut:       {callbacks.OperationCallback, callbacks.StatusTimedOut},
	types.EventTypeInvocationCompleted:    {callbacks.OperationInvocation, callbacks.StatusSucceeded},
}

// eventOf converts an event. It leaves out the results of whole executions and contexts, because
// they repeat what the operations in them said.
func eventOf(e *types.Event) history.Event {
	m := meanings[e.EventType] // the zero meaning if the type is newer than this program
	event := history.Event{
		ID: int(aws.ToInt32(e.EventId)), At: aws.ToTime(e.EventTimestamp), Kind: m.kind, Status: m.status,
		Operation: aws.ToString(e.Id), Parent: aws.ToString(e.ParentId), Name: aws.ToString(e.Name),
		SubType: aws.ToString(e.SubType),
	}
	switch {
	case e.ExecutionStartedDetails != nil:
		event.ExecutionTimeout = seconds(e.ExecutionStartedDetails.ExecutionTimeout)
		if in := e.ExecutionStartedDetails.Input; in != nil {
			event.Payload, event.Truncated = bytesOf(in.Payload), aws.ToBool(in.Truncated)
		}
	case e.CallbackStartedDetails != nil:
		d := e.CallbackStartedDetails
		event.CallbackID = callbacks.CallbackID(aws.ToString(d.CallbackId))
		event.Timeout, event.HeartbeatTimeout = seconds(d.Timeout), seconds(d.HeartbeatTimeout)
	case e.CallbackSucceededDetails != nil:
		addResult(&event, e.CallbackSucceededDetails.Result)
	case e.CallbackTimedOutDetails != nil:
		event.Cause = clock(e.CallbackTimedOutDetails.Error)
	case e.StepSucceededDetails != nil:
		addResult(&event, e.StepSucceededDetails.Result)
		if goesOn(e.StepSucceededDetails.RetryDetails) { // a waitForCondition will check again
			event.Status = callbacks.StatusRunning
		}
	case e.StepFailedDetails != nil && goesOn(e.StepFailedDetails.RetryDetails):
		event.Status = callbacks.StatusRetrying
	case e.ChainedInvokeSucceededDetails != nil:
		addResult(&event, e.ChainedInvokeSucceededDetails.Result)
	case e.InvocationCompletedDetails != nil:
		event.InvokedAt = aws.ToTime(e.InvocationCompletedDetails.StartTimestamp)
	}
	addError(&event, e)
	return event
}

// goesOn reports whether a step has another attempt.
func goesOn(r *types.RetryDetails) bool { return r != nil && r.NextAttemptDelaySeconds != nil }

func addResult(event *history.Event, r *types.EventResult) {
	if r != nil {
		event.Payload, event.Truncated = bytesOf(r.Payload), aws.ToBool(r.Truncated)
	}
}

// addError adds the error of a failure: its type and message, and what a client sent with the
// failure of a callback. Which members a type of event has follows from the API model (Event).
func addError(event *history.Event, e *types.Event) {
	failure := failureOf(e)
	if failure == nil {
		return
	}
	event.Truncated = aws.ToBool(failure.Truncated)
	p := failure.Payload
	if p == nil {
		return
	}
	event.Error = &callbacks.ErrorObject{ErrorType: aws.ToString(p.ErrorType), ErrorMessage: aws.ToString(p.ErrorMessage)}
	if e.CallbackFailedDetails != nil {
		event.Error.ErrorData, event.Error.StackTrace = aws.ToString(p.ErrorData), p.StackTrace
	}
}

func failureOf(e *types.Event) *types.EventError {
	switch {
	case e.ExecutionFailedDetails != nil:
		return e.ExecutionFailedDetails.Error
	case e.ExecutionTimedOutDetails != nil:
		return e.ExecutionTimedOutDetails.Error
	case e.ExecutionStoppedDetails != nil:
		return e.ExecutionStoppedDetails.Error
	case e.StepFailedDetails != nil:
		return e.StepFailedDetails.Error
	case e.ContextFailedDetails != nil:
		return e.ContextFailedDetails.Error
	case e.ChainedInvokeFailedDetails != nil:
		return e.ChainedInvokeFailedDetails.Error
	case e.ChainedInvokeTimedOutDetails != nil:
		return e.ChainedInvokeTimedOutDetails.Error
	case e.ChainedInvokeStoppedDetails != nil:
		return e.ChainedInvokeStoppedDetails.Error
	case e.CallbackFailedDetails != nil:
		return e.CallbackFailedDetails.Error
	}
	return nil
}

// expired maps the ErrorType of a callback's end to the clock that ended it
// (aws-durable-execution-conformance-tests, cases 4-3 and 4-4).
var expired = map[string]callbacks.DeadlineCause{
	"Callback.Timeout":   callbacks.CauseTimeout,
	"Callback.Heartbeat": callbacks.CauseHeartbeat,
}

// clock returns the clock that ended a callback. It is NoDeadline if the history does not say which
// one it was.
func clock(e *types.EventError) callbacks.DeadlineCause {
	if e == nil || e.Payload == nil {
		return callbacks.NoDeadline
	}
	return expired[aws.ToString(e.Payload.ErrorType)]
}

// bytesOf returns a payload. An empty one is not nil: nil means that there is none.
func bytesOf(payload *string) []byte {
	if payload == nil {
		return nil
	}
	return []byte(*payload)
}

// seconds converts a duration of the API. Missing and zero both mean none.
func seconds(s *int32) time.Duration { return time.Duration(aws.ToInt32(s)) * time.Second }
