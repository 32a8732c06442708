package locallambda

import (
	"crypto/rand"
	"encoding/base64"
	mathrand "math/rand/v2"
	"time"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

// callback has the fields that only an operation of type CALLBACK has.
type callback struct {
	id        string
	timeout   time.Duration // from the start; 0 means none
	heartbeat time.Duration // from the last heartbeat; 0 means none
	startedAt time.Time
	lastBeat  time.Time // the start, until the first heartbeat
}

// The error types of a callback that timed out.
const (
	callbackTimeout   = "Callback.Timeout"
	callbackHeartbeat = "Callback.Heartbeat"
)

// startCallback starts both clocks at the time of the CallbackStarted event. AWS does not document
// when they start. Both known emulators start them here, not when the function suspends.
func (op *operation) startCallback(u protocol.Update, now time.Time) {
	c := &callback{id: newCallbackID(), startedAt: now, lastBeat: now}
	if o := u.CallbackOptions; o != nil {
		c.timeout = time.Duration(o.TimeoutSeconds) * time.Second
		c.heartbeat = time.Duration(o.HeartbeatTimeoutSeconds) * time.Second
	}
	op.callback = c
	x := op.execution
	x.engine.callbacks[c.id] = op
	op.arm()
	x.record(now, callbackStarted, op, callbackStart{
		CallbackID: c.id, Timeout: seconds(c.timeout), HeartbeatTimeout: seconds(c.heartbeat),
	})
	x.engine.observe(Observation{
		Kind: CallbackStarted, Timeout: c.timeout, HeartbeatTimeout: c.heartbeat,
	}, now, x, op)
}

// newCallbackID returns an ID that nobody can guess. Lambda documents base64 of at most 1,024
// characters. Lengths differ so that IDs have every kind of padding and every character that a
// careless client forgets to escape.
func newCallbackID() string {
	b := make([]byte, 48+mathrand.IntN(3))
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

// deadline returns the time at which the first of the two clocks runs out, and the error type for
// that clock. The time is zero if no clock runs.
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

// callbackDue closes a callback when its first clock runs out.
func (op *operation) callbackDue(now time.Time) {
	_, errorType := op.callback.deadline()
	message := "Callback timed out."
	if errorType == callbackHeartbeat {
		message = "Callback timed out: no heartbeat arrived in time."
	}
	problem := &wire.ErrorObject{ErrorType: errorType, ErrorMessage: message}
	op.closeCallback(now, protocol.TimedOut, nil, problem)
}

// closeCallback ends the callback and wakes its execution.
func (op *operation) closeCallback(
	now time.Time, status protocol.Status, result *string, problem *wire.ErrorObject,
) {
	x := op.execution
	op.end(now, status, result, problem)
	switch status {
	case protocol.Succeeded:
		x.record(now, callbackSucceeded, op, success{Result: payload{Payload: result}})
	case protocol.Failed:
		x.record(now, callbackFailed, op, unsuccessful{Error: &failure{Payload: problem}})
	default:
		x.record(now, callbackTimedOut, op, unsuccessful{Error: &failure{Payload: problem}})
	}
	x.wake()
	x.engine.observe(Observation{
		Kind: CallbackClosed, Status: string(status), Payload: text(result), Error: problem,
	}, now, x, op)
}
