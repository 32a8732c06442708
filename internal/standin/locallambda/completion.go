package locallambda

import (
	"math/rand/v2"
	"net/http"
	"regexp"
	"time"
	"unicode/utf8"

	"countersign/internal/standin/locallambda/dialect"
	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

// handleSucceed serves SendDurableExecutionCallbackSuccess. The body is the raw result, neither
// wrapped nor encoded. A body above the API's limit of 1 MB is a parameter error; only a body too
// large to read at all is RequestTooLarge.
func handleSucceed(e *Engine, w http.ResponseWriter, r *http.Request) error {
	result, err := wire.ReadBody(w, r, maxRequest)
	if err != nil {
		return err
	}
	return e.succeedCallback(r.PathValue("callback"), result)
}

// handleFail serves SendDurableExecutionCallbackFailure. The body is the error object itself; SDKs
// send {} if there is none.
func handleFail(e *Engine, w http.ResponseWriter, r *http.Request) error {
	problem, err := readErrorObject(w, r)
	if err != nil {
		return err
	}
	return e.failCallback(r.PathValue("callback"), problem)
}

// handleHeartbeat serves SendDurableExecutionCallbackHeartbeat, which has no body.
func handleHeartbeat(e *Engine, _ http.ResponseWriter, r *http.Request) error {
	return e.heartbeatCallback(r.PathValue("callback"))
}

// readErrorObject reads an error object from the body. No body means an empty object.
func readErrorObject(w http.ResponseWriter, r *http.Request) (*wire.ErrorObject, error) {
	body, err := wire.ReadBody(w, r, maxRequest)
	if err != nil {
		return nil, err
	}
	problem := &wire.ErrorObject{}
	return problem, wire.Decode(body, problem)
}

// succeedCallback closes a callback with a result. No result is allowed, and differs from an empty
// JSON value.
func (e *Engine) succeedCallback(id string, result []byte) error {
	if len(result) > protocol.MaxPayload {
		return wire.InvalidParameter("Result is larger than %d bytes.", protocol.MaxPayload)
	}
	// the function gets the result as a JSON string, which cannot carry anything else
	if !utf8.Valid(result) {
		return wire.InvalidParameter("Result is not valid UTF-8.")
	}
	var payload *string
	if len(result) > 0 {
		s := string(result)
		payload = &s
	}
	return e.openCallback(id, func(op *operation, now time.Time) {
		op.closeCallback(now, protocol.Succeeded, payload, nil)
	})
}

// failCallback closes a callback with an error, whose fields are all optional.
func (e *Engine) failCallback(id string, problem *wire.ErrorObject) error {
	if problem.Size() > protocol.MaxPayload {
		return wire.InvalidParameter("Error is larger than %d bytes.", protocol.MaxPayload)
	}
	return e.openCallback(id, func(op *operation, now time.Time) {
		op.closeCallback(now, protocol.Failed, nil, problem)
	})
}

// heartbeatCallback restarts the heartbeat clock and no other clock, and leaves no event. If the
// callback has no heartbeat timeout, the call succeeds and does nothing.
func (e *Engine) heartbeatCallback(id string) error {
	return e.openCallback(id, func(op *operation, now time.Time) {
		op.callback.lastBeat = now
		op.arm()
		op.execution.saveLater(op)
		e.observe(Observation{Kind: HeartbeatReceived}, now, op.execution, op)
	})
}

const maxCallbackID = 1024

var callbackID = regexp.MustCompile(`^[A-Za-z0-9+/]+={0,2}$`)

// openCallback applies a change to a callback that is still open. Errors:
// InvalidParameterValueException for a malformed ID, ResourceNotFoundException for an unknown one,
// and the dialect's answer for a closed one, whatever closed it.
func (e *Engine) openCallback(id string, change func(op *operation, now time.Time)) error {
	if len(id) > maxCallbackID || !callbackID.MatchString(id) {
		return wire.InvalidParameter("Invalid callback ID.")
	}
	return e.update(func(now time.Time) error {
		op := e.callbacks[id]
		switch {
		case op == nil:
			return wire.NotFound("Callback not found.")
		case op.ended() || op.execution.status != running:
			return e.callbackClosed(op)
		}
		change(op, now)
		return nil
	})
}

// SetDialect changes how calls for closed callbacks are answered from now on. [dialect.Mixed] draws
// from random, so that a fixed seed gives a fixed sequence; if random is nil, the engine uses a
// source of its own. The engine takes ownership of random.
func (e *Engine) SetDialect(d dialect.Dialect, random *rand.Rand) {
	if random == nil {
		random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dialect, e.dialects = d, random
}

// callbackClosed returns the answer to a call for a callback that is closed, or whose execution has
// ended. That the second gets the same answer as the first is likely, but not documented.
func (e *Engine) callbackClosed(op *operation) *wire.Error {
	byClock := op.status == protocol.TimedOut || op.execution.status == timedOut && !op.ended()
	return e.dialect.Closed(byClock, e.dialects)
}
