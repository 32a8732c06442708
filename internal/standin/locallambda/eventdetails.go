package locallambda

import (
	"time"

	"countersign/internal/standin/locallambda/wire"
)

// The details of the events, named after the model's structures.
type (
	// plainStart is for contexts and steps.
	plainStart struct{}

	executionStart struct {
		Input            payload `json:"Input"`
		ExecutionTimeout int32   `json:"ExecutionTimeout"` // seconds
	}

	// success is for executions, contexts, callbacks and, with retry details, steps.
	success struct {
		Result       payload       `json:"Result"`
		RetryDetails *retryDetails `json:"RetryDetails,omitempty"`
	}

	// unsuccessful is for everything that failed, timed out, or was stopped or cancelled; steps
	// have retry details.
	unsuccessful struct {
		Error        *failure      `json:"Error,omitempty"`
		RetryDetails *retryDetails `json:"RetryDetails,omitempty"`
	}

	retryDetails struct {
		CurrentAttempt          int32  `json:"CurrentAttempt"` // from 1
		NextAttemptDelaySeconds *int32 `json:"NextAttemptDelaySeconds,omitempty"`
	}

	waitStart struct {
		Duration              int32             `json:"Duration"` // seconds
		ScheduledEndTimestamp wire.EpochSeconds `json:"ScheduledEndTimestamp"`
	}

	waitEnd struct {
		Duration int32 `json:"Duration"` // seconds
	}

	callbackStart struct {
		CallbackID       string `json:"CallbackId"`
		Timeout          int32  `json:"Timeout,omitempty"`          // seconds
		HeartbeatTimeout int32  `json:"HeartbeatTimeout,omitempty"` // seconds
	}

	chainedInvokeStart struct {
		FunctionName    string  `json:"FunctionName"`
		TenantID        string  `json:"TenantId,omitempty"`
		ExecutedVersion string  `json:"ExecutedVersion,omitempty"`
		ARN             string  `json:"DurableExecutionArn,omitempty"`
		Input           payload `json:"Input"`
	}

	invocationEnd struct {
		StartTimestamp wire.EpochSeconds `json:"StartTimestamp"`
		EndTimestamp   wire.EpochSeconds `json:"EndTimestamp"`
		RequestID      string            `json:"RequestId"`
		Error          *failure          `json:"Error,omitempty"`
	}
)

func (d plainStart) cut(cutting) details { return d }
func (d waitStart) cut(cutting) details  { return d }
func (d waitEnd) cut(cutting) details    { return d }

// both emulators keep the callback ID without execution data
func (d callbackStart) cut(cutting) details { return d }

func (d executionStart) cut(c cutting) details {
	d.Input = c.payload(d.Input)
	return d
}

func (d chainedInvokeStart) cut(c cutting) details {
	d.Input = c.payload(d.Input)
	return d
}

func (d success) cut(c cutting) details {
	d.Result = c.payload(d.Result)
	return d
}

func (d unsuccessful) cut(c cutting) details {
	d.Error = c.failure(d.Error)
	return d
}

func (d invocationEnd) cut(c cutting) details {
	d.Error = c.failure(d.Error)
	return d
}

// endDetails returns the details of an execution's end.
func endDetails(status executionStatus, result *string, err *wire.ErrorObject) details {
	if status == succeeded {
		return success{Result: payload{Payload: result}}
	}
	if status == timedOut && err == nil {
		return unsuccessful{} // the only end whose error is optional in the model
	}
	return unsuccessful{Error: &failure{Payload: err}}
}

// emptyDetails returns a pointer to new details of an event's kind, to decode into.
func emptyDetails(kind eventType) any {
	switch kind {
	case executionStarted:
		return new(executionStart)
	case contextStarted, stepStarted:
		return new(plainStart)
	case "ExecutionSucceeded", contextSucceeded, stepSucceeded, callbackSucceeded, "ChainedInvokeSucceeded":
		return new(success)
	case waitStarted:
		return new(waitStart)
	case waitSucceeded:
		return new(waitEnd)
	case callbackStarted:
		return new(callbackStart)
	case chainedInvokeStarted:
		return new(chainedInvokeStart)
	case invocationCompleted:
		return new(invocationEnd)
	default:
		return new(unsuccessful)
	}
}

// seconds converts a duration to the protocol's unit. All durations here are whole seconds.
func seconds(d time.Duration) int32 { return int32(d / time.Second) }
