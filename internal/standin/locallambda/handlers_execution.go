package locallambda

import (
	"crypto/sha256"
	"net/http"
)

// maxRequest is the most that any request body may have, in bytes. One update may carry 6 MB.
const maxRequest = 8 << 20

// handleCheckpoint serves CheckpointDurableExecution, which functions call while they run. The whole body counts as the
// request that a ClientToken repeats, because a repeat by an SDK is the same to the byte.
func handleCheckpoint(e *Engine, w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(w, r, maxRequest)
	if err != nil {
		return err
	}
	request := checkpointRequest{digest: sha256.Sum256(body)}
	if err := decode(body, &request); err != nil {
		return err
	}
	response, err := e.checkpoint(r.PathValue("arn"), request)
	if err != nil {
		return err
	}
	return writeJSON(w, response)
}

// handleGetState serves GetDurableExecutionState, by which a function reads what did not fit into its invocation's payload.
func handleGetState(e *Engine, w http.ResponseWriter, r *http.Request) error {
	q := query{values: r.URL.Query()}
	page := q.page()
	if q.err != nil {
		return q.err
	}
	response, err := e.state(r.PathValue("arn"), q.values.Get("CheckpointToken"), page)
	if err != nil {
		return err
	}
	return writeJSON(w, response)
}

// handleGetExecution serves GetDurableExecution. Payloads are included unless the caller says no.
func handleGetExecution(e *Engine, w http.ResponseWriter, r *http.Request) error {
	q := query{values: r.URL.Query()}
	data := q.bool("IncludeExecutionData", true)
	if q.err != nil {
		return q.err
	}
	response, err := e.execution(r.PathValue("arn"), data)
	if err != nil {
		return err
	}
	return writeJSON(w, response)
}

// handleGetHistory serves GetDurableExecutionHistory. Payloads are included unless the caller says no; AWS documents that
// default, one emulator has the other.
func handleGetHistory(e *Engine, w http.ResponseWriter, r *http.Request) error {
	q := query{values: r.URL.Query()}
	request := historyRequest{
		pageRequest: q.page(),
		data:        q.bool("IncludeExecutionData", true),
		reverse:     q.bool("ReverseOrder", false),
	}
	if q.err != nil {
		return q.err
	}
	response, err := e.history(r.PathValue("arn"), request)
	if err != nil {
		return err
	}
	return writeJSON(w, response)
}

// handleStop serves StopDurableExecution. The body is the error object itself, and optional.
func handleStop(e *Engine, w http.ResponseWriter, r *http.Request) error {
	problem, err := readErrorObject(w, r)
	if err != nil {
		return err
	}
	response, err := e.stop(r.PathValue("arn"), problem)
	if err != nil {
		return err
	}
	return writeJSON(w, response)
}

// handleListExecutions serves ListDurableExecutionsByFunction. ReverseOrder means oldest first: the default is newest first.
func handleListExecutions(e *Engine, w http.ResponseWriter, r *http.Request) error {
	q := query{values: r.URL.Query()}
	request := listRequest{
		pageRequest: q.page(),
		function:    r.PathValue("function"),
		qualifier:   q.values.Get("Qualifier"),
		name:        q.values.Get("DurableExecutionName"),
		after:       q.time("StartedAfter"),
		before:      q.time("StartedBefore"),
		oldestFirst: q.bool("ReverseOrder", false),
	}
	for _, s := range q.values["Statuses"] {
		request.statuses = append(request.statuses, executionStatus(s))
	}
	if q.err != nil {
		return q.err
	}
	response, err := e.list(request)
	if err != nil {
		return err
	}
	return writeJSON(w, response)
}
