package lambdaapi

import (
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

// afterEventOf converts an event to what it tells about the execution's work. It leaves out what we
// send to other callbacks, and the results of whole executions and contexts, because they repeat
// what the steps said.
func afterEventOf(e *types.Event) callbacks.OperationEvent {
	m := meanings[e.EventType] // the zero meaning if the type is newer than this program
	event := callbacks.OperationEvent{
		ID: int(aws.ToInt32(e.EventId)), At: aws.ToTime(e.EventTimestamp), Kind: m.kind, Status: m.status,
		Operation: aws.ToString(e.Id), Parent: aws.ToString(e.ParentId), Name: aws.ToString(e.Name),
	}
	if m.kind == callbacks.OperationContext && aws.ToString(e.SubType) == history.SubTypeWaitForCallback {
		// a context with another subtype is shown by its parts
		event.Kind = callbacks.OperationCallback
	}
	switch {
	case e.StepSucceededDetails != nil:
		event.Result = resultText(e.StepSucceededDetails.Result)
		if goesOn(e.StepSucceededDetails.RetryDetails) { // a waitForCondition will check again
			event.Status = callbacks.StatusRunning
		}
	case e.StepFailedDetails != nil && goesOn(e.StepFailedDetails.RetryDetails):
		event.Status = callbacks.StatusRetrying
	case e.ChainedInvokeSucceededDetails != nil:
		event.Result = resultText(e.ChainedInvokeSucceededDetails.Result)
	case e.InvocationCompletedDetails != nil:
		event.StartedAt = aws.ToTime(e.InvocationCompletedDetails.StartTimestamp)
	}
	event.Error = errorOf(e)
	return event
}

// goesOn reports whether a step has another attempt.
func goesOn(r *types.RetryDetails) bool { return r != nil && r.NextAttemptDelaySeconds != nil }

func resultText(r *types.EventResult) string {
	if r == nil {
		return ""
	}
	return aws.ToString(r.Payload)
}

// errorOf returns the type and message of an event's error. Which members a type of event has
// follows from the API model (Event).
func errorOf(e *types.Event) callbacks.ErrorObject {
	var failure *types.EventError
	switch {
	case e.ExecutionFailedDetails != nil:
		failure = e.ExecutionFailedDetails.Error
	case e.ExecutionTimedOutDetails != nil:
		failure = e.ExecutionTimedOutDetails.Error
	case e.ExecutionStoppedDetails != nil:
		failure = e.ExecutionStoppedDetails.Error
	case e.StepFailedDetails != nil:
		failure = e.StepFailedDetails.Error
	case e.ContextFailedDetails != nil:
		failure = e.ContextFailedDetails.Error
	case e.ChainedInvokeFailedDetails != nil:
		failure = e.ChainedInvokeFailedDetails.Error
	case e.ChainedInvokeTimedOutDetails != nil:
		failure = e.ChainedInvokeTimedOutDetails.Error
	case e.ChainedInvokeStoppedDetails != nil:
		failure = e.ChainedInvokeStoppedDetails.Error
	case e.CallbackFailedDetails != nil:
		failure = e.CallbackFailedDetails.Error
	}
	if failure == nil || failure.Payload == nil {
		return callbacks.ErrorObject{}
	}
	return callbacks.ErrorObject{ErrorType: aws.ToString(failure.Payload.ErrorType), ErrorMessage: aws.ToString(failure.Payload.ErrorMessage)}
}
