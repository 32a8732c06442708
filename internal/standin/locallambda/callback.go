package locallambda

import (
	"regexp"
	"time"
	"unicode/utf8"
)

// callback is what an operation of type CALLBACK has beside.
type callback struct {
	id        string
	timeout   time.Duration // from the start; 0 is none
	heartbeat time.Duration // from the last heartbeat; 0 is none
	startedAt time.Time
	lastBeat  time.Time // the start, until the first heartbeat
}

// The error types of a callback whose clock ran out.
const (
	callbackTimeout   = "Callback.Timeout"
	callbackHeartbeat = "Callback.Heartbeat"
)

const maxCallbackID = 1024

var callbackID = regexp.MustCompile(`^[A-Za-z0-9+/]+={0,2}$`)

// startCallback starts both clocks at the time of the CallbackStarted event. AWS does not say when they start; both known
// emulators do it here, not when the function suspends.
func (op *operation) startCallback(u operationUpdate, now time.Time) {
	c := &callback{id: newCallbackID(), startedAt: now, lastBeat: now}
	if o := u.CallbackOptions; o != nil {
		c.timeout = time.Duration(o.TimeoutSeconds) * time.Second
		c.heartbeat = time.Duration(o.HeartbeatTimeoutSeconds) * time.Second
	}
	op.callback = c
	x := op.execution
	x.engine.callbacks[c.id] = op
	op.arm()
	x.record(now, callbackStarted, op, callbackStart{CallbackID: c.id, Timeout: seconds(c.timeout), HeartbeatTimeout: seconds(c.heartbeat)})
	x.engine.observe(Observation{Kind: CallbackStarted, Timeout: c.timeout, HeartbeatTimeout: c.heartbeat}, now, x, op)
}

// deadline is when the first of the two clocks runs out, and the error type that says which. Zero: neither runs.
func (c *callback) deadline() (at time.Time, errorType string) {
	if c.timeout > 0 {
		at, errorType = c.startedAt.Add(c.timeout), callbackTimeout
	}
	if c.heartbeat > 0 {
		if beat := c.lastBeat.Add(c.heartbeat); at.IsZero() || beat.Before(at) {
			at, errorType = beat, callbackHeartbeat
		}
	}
	return at, errorType
}

// callbackDue closes a callback whose clock ran out first.
func (op *operation) callbackDue(now time.Time) {
	_, errorType := op.callback.deadline()
	message := "Callback timed out."
	if errorType == callbackHeartbeat {
		message = "Callback timed out: no heartbeat arrived in time."
	}
	op.closeCallback(now, opTimedOut, nil, &ErrorObject{ErrorType: errorType, ErrorMessage: message})
}

// closeCallback ends the callback and wakes its execution.
func (op *operation) closeCallback(now time.Time, status operationStatus, result *string, problem *ErrorObject) {
	x := op.execution
	op.end(now, status, result, problem)
	switch status {
	case opSucceeded:
		x.record(now, callbackSucceeded, op, success{Result: payload{Payload: result}})
	case opFailed:
		x.record(now, callbackFailed, op, unsuccessful{Error: &failure{Payload: problem}})
	default:
		x.record(now, callbackTimedOut, op, unsuccessful{Error: &failure{Payload: problem}})
	}
	x.wake()
	x.engine.observe(Observation{Kind: CallbackClosed, Status: string(status), Payload: text(result), Error: problem}, now, x, op)
}

// succeedCallback closes a callback with a result; none at all is allowed and differs from an empty JSON value.
func (e *Engine) succeedCallback(id string, result []byte) error {
	if len(result) > maxPayload {
		return invalidParameter("Result is larger than %d bytes.", maxPayload)
	}
	if !utf8.Valid(result) { // the function gets the result as a JSON string, which cannot carry anything else
		return invalidParameter("Result is not valid UTF-8.")
	}
	var payload *string
	if len(result) > 0 {
		s := string(result)
		payload = &s
	}
	return e.openCallback(id, func(op *operation, now time.Time) {
		op.closeCallback(now, opSucceeded, payload, nil)
	})
}

// failCallback closes a callback with an error, all of whose parts are optional.
func (e *Engine) failCallback(id string, problem *ErrorObject) error {
	if problem.size() > maxPayload {
		return invalidParameter("Error is larger than %d bytes.", maxPayload)
	}
	return e.openCallback(id, func(op *operation, now time.Time) {
		op.closeCallback(now, opFailed, nil, problem)
	})
}

// heartbeatCallback resets the heartbeat clock and no other, and leaves no event. Without a heartbeat timeout it does
// nothing, successfully.
func (e *Engine) heartbeatCallback(id string) error {
	return e.openCallback(id, func(op *operation, now time.Time) {
		op.callback.lastBeat = now
		op.arm()
		op.execution.saveLater(op)
		e.observe(Observation{Kind: HeartbeatReceived}, now, op.execution, op)
	})
}

// openCallback finds a callback that may still be closed. Errors: InvalidParameterValueException for a malformed ID,
// ResourceNotFoundException for an unknown one, and what the [Dialect] has for one that is closed, for whatever reason.
func (e *Engine) openCallback(id string, change func(op *operation, now time.Time)) error {
	if len(id) > maxCallbackID || !callbackID.MatchString(id) {
		return invalidParameter("Invalid callback ID.")
	}
	return e.update(func(now time.Time) error {
		op := e.callbacks[id]
		switch {
		case op == nil:
			return notFound("Callback not found.")
		case op.ended() || op.execution.status != running:
			return e.callbackClosed(op)
		}
		change(op, now)
		return nil
	})
}
