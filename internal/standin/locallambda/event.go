package locallambda

import (
	"time"

	"countersign/internal/standin/locallambda/wire"
)

// eventType is the type of an event, as it is on the wire.
type eventType string

const (
	executionStarted     eventType = "ExecutionStarted"
	contextStarted       eventType = "ContextStarted"
	contextSucceeded     eventType = "ContextSucceeded"
	contextFailed        eventType = "ContextFailed"
	waitStarted          eventType = "WaitStarted"
	waitSucceeded        eventType = "WaitSucceeded"
	waitCancelled        eventType = "WaitCancelled"
	stepStarted          eventType = "StepStarted"
	stepSucceeded        eventType = "StepSucceeded"
	stepFailed           eventType = "StepFailed"
	callbackStarted      eventType = "CallbackStarted"
	callbackSucceeded    eventType = "CallbackSucceeded"
	callbackFailed       eventType = "CallbackFailed"
	callbackTimedOut     eventType = "CallbackTimedOut"
	invocationCompleted  eventType = "InvocationCompleted"
	chainedInvokeStarted eventType = "ChainedInvokeStarted"
)

// executionEnded maps each final status to its event.
var executionEnded = map[executionStatus]eventType{
	succeeded: "ExecutionSucceeded",
	failed:    "ExecutionFailed",
	timedOut:  "ExecutionTimedOut",
	stopped:   "ExecutionStopped",
}

// event is one entry of a history. It never changes, so it may be read without the lock after it
// was fetched under the lock.
type event struct {
	id        int // from 1
	at        time.Time
	kind      eventType
	operation *operation // nil for InvocationCompleted, which belongs to no operation
	details   details
}

// details is what a kind of event says besides its operation. Its JSON is that of the model's
// <EventType>Details.
type details interface {
	// cut returns the details for a reader: payloads only if requested, and no longer than limit
	// bytes.
	cut(c cutting) details
}

// cutting says how much of the payloads a reader gets.
type cutting struct {
	data  bool // IncludeExecutionData
	limit int  // bytes; 0 means no limit
}

// text shortens a text to the limit and does not split a character.
func (c cutting) text(s string) (cut string, truncated bool) {
	if c.limit == 0 || len(s) <= c.limit {
		return s, false
	}
	end := c.limit
	for end > 0 && s[end]&0xC0 == 0x80 { // not inside a character
		end--
	}
	return s[:end], true
}

// payload is a payload in an event: an input or a result.
type payload struct {
	Payload   *string `json:"Payload,omitempty"`
	Truncated bool    `json:"Truncated"`
}

// payload returns the payload for a reader.
func (c cutting) payload(p payload) payload {
	if p.Payload == nil || !c.data {
		return payload{}
	}
	s, truncated := c.text(*p.Payload)
	return payload{Payload: &s, Truncated: truncated}
}

// failure is an error in an event.
type failure struct {
	Payload   *wire.ErrorObject `json:"Payload,omitempty"`
	Truncated bool              `json:"Truncated"`
}

// failure returns the error for a reader; each of its texts is cut separately.
func (c cutting) failure(f *failure) *failure {
	if f == nil {
		return nil
	}
	if f.Payload == nil || !c.data {
		return &failure{}
	}
	var a, b, d bool
	o := *f.Payload
	o.ErrorType, a = c.text(o.ErrorType)
	o.ErrorMessage, b = c.text(o.ErrorMessage)
	o.ErrorData, d = c.text(o.ErrorData)
	return &failure{Payload: &o, Truncated: a || b || d}
}
