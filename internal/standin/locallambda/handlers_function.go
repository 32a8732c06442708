package locallambda

import (
	"cmp"
	"net/http"
)

// handleInvoke serves Invoke, the one way to start an execution over HTTP. All functions here are durable. Without an
// invocation type the call is synchronous.
func handleInvoke(e *Engine, w http.ResponseWriter, r *http.Request) error {
	payload, err := readBody(w, r, maxRequest)
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
		return invalidParameter("Invalid invocation type: %q.", kind)
	}
}

// handleListFunctions serves ListFunctions, of the unpublished versions unless the caller asks for all.
func handleListFunctions(e *Engine, w http.ResponseWriter, r *http.Request) error {
	q := query{values: r.URL.Query()}
	page := q.page()
	if q.err != nil {
		return q.err
	}
	response, err := e.listFunctions(page, q.values.Get("FunctionVersion") == "ALL")
	if err != nil {
		return err
	}
	return writeJSON(w, response)
}
