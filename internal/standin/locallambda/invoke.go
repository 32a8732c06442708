package locallambda

import (
	"cmp"
	"encoding/json"
	"net/http"
	"time"

	"countersign/internal/standin/locallambda/wire"
)

// dryRun answers whether the engine would accept a start.
func (e *Engine) dryRun(w http.ResponseWriter, request startRequest) error {
	if err := request.validate(); err != nil {
		return err
	}
	err := e.update(func(time.Time) error {
		_, err := e.function(request.function, request.qualifier)
		return err
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// invokeEvent starts an execution and does not wait for it.
func (e *Engine) invokeEvent(w http.ResponseWriter, request startRequest) error {
	x, err := e.start(request)
	if err != nil {
		return err
	}
	describeStart(w, x)
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// invokeSync starts an execution and answers with its result once it ends, however long that takes.
func (e *Engine) invokeSync(w http.ResponseWriter, r *http.Request, request startRequest) error {
	x, err := e.start(request)
	if err != nil {
		return err
	}
	select {
	case <-e.endOf(x):
	case <-r.Context().Done():
		return r.Context().Err()
	case <-e.context.Done():
		return wire.Unavailable()
	}
	describeStart(w, x)
	if x.status != succeeded { // an ended execution no longer changes
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		return wire.WriteJSON(w, functionError(x))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write([]byte(text(x.result)))
	return nil
}

// endOf returns a channel that is closed when the execution has ended.
func (e *Engine) endOf(x *execution) <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if x.ended == nil {
		x.ended = make(chan struct{})
		if x.status != running {
			close(x.ended)
		}
	}
	return x.ended
}

// describeStart sets the headers with which Invoke describes a durable execution.
func describeStart(w http.ResponseWriter, x *execution) {
	w.Header().Set("X-Amz-Durable-Execution-Arn", x.arn)
	w.Header().Set("X-Amz-Executed-Version", x.version)
}

// functionError returns the body for a failed synchronous invocation, in the format of Lambda's
// runtimes.
func functionError(x *execution) json.Marshaler {
	o := wire.ErrorObject{ErrorType: string(x.status), ErrorMessage: "The durable execution ended as " + string(x.status) + "."}
	if x.err != nil {
		o = *x.err
	}
	return runtimeError{o.ErrorType, o.ErrorMessage, o.StackTrace}
}

// runtimeError is an error in the format of Lambda's runtimes.
type runtimeError struct {
	Type       string
	Message    string
	StackTrace []string
}

// MarshalJSON writes the keys as the runtimes do.
func (e runtimeError) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"errorType": e.Type, "errorMessage": e.Message, "stackTrace": e.StackTrace})
}

// handleInvoke serves Invoke, the only way to start an execution over HTTP. All functions here are
// durable. Without an invocation type the call is synchronous.
func handleInvoke(e *Engine, w http.ResponseWriter, r *http.Request) error {
	payload, err := wire.ReadBody(w, r, maxRequest)
	if err != nil {
		return err
	}
	request := startRequest{
		function:  r.PathValue("function"),
		qualifier: r.URL.Query().Get("Qualifier"),
		name:      r.Header.Get("X-Amz-Durable-Execution-Name"),
		payload:   payload,
	}
	switch kind := cmp.Or(r.Header.Get("X-Amz-Invocation-Type"), "RequestResponse"); kind {
	case "DryRun":
		return e.dryRun(w, request)
	case "Event":
		return e.invokeEvent(w, request)
	case "RequestResponse":
		request.sync = true
		return e.invokeSync(w, r, request)
	default:
		return wire.InvalidParameter("Invalid invocation type: %q.", kind)
	}
}
