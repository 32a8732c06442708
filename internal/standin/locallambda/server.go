package locallambda

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// route is one operation of the REST API.
type route struct {
	pattern   string
	operation string
	handle    func(*Engine, http.ResponseWriter, *http.Request) error
}

var routes = []route{
	{"POST /2025-12-01/durable-executions/{arn}/checkpoint", "CheckpointDurableExecution", handleCheckpoint},
	{"GET /2025-12-01/durable-executions/{arn}/state", "GetDurableExecutionState", handleGetState},
	{"GET /2025-12-01/durable-executions/{arn}", "GetDurableExecution", handleGetExecution},
	{"GET /2025-12-01/durable-executions/{arn}/history", "GetDurableExecutionHistory", handleGetHistory},
	{"POST /2025-12-01/durable-executions/{arn}/stop", "StopDurableExecution", handleStop},
	{"GET /2025-12-01/functions/{function}/durable-executions", "ListDurableExecutionsByFunction", handleListExecutions},
	{"POST /2025-12-01/durable-execution-callbacks/{callback}/succeed", "SendDurableExecutionCallbackSuccess", handleSucceed},
	{"POST /2025-12-01/durable-execution-callbacks/{callback}/fail", "SendDurableExecutionCallbackFailure", handleFail},
	{"POST /2025-12-01/durable-execution-callbacks/{callback}/heartbeat", "SendDurableExecutionCallbackHeartbeat", handleHeartbeat},
	{"POST /2015-03-31/functions/{function}/invocations", "Invoke", handleInvoke},
	{"GET /2015-03-31/functions", "ListFunctions", handleListFunctions},
	{"GET /2015-03-31/functions/{$}", "ListFunctions", handleListFunctions}, // older SDKs
}

// Handler serves the REST API. Serve it on a loopback address only: it runs code for whoever can reach it. Requests must be
// signed in form, as every SDK's are; the signature itself is not checked. That they carry an Authorization header keeps web
// pages in a browser on the same machine from calling the API.
func (e *Engine) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.Handle(r.pattern, e.serve(r))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, &APIError{Status: http.StatusNotFound, Code: "UnknownOperationException", Message: "There is no such operation."})
	})
	return mux
}

// serve wraps a route with what all have in common.
func (e *Engine) serve(route route) http.Handler {
	work := func(w http.ResponseWriter, r *http.Request) {
		id := newUUID()
		w.Header().Set(requestIDHeader, id)
		err := authenticated(r)
		if err == nil {
			err = e.throttle.admit(route.operation, e.now())
		}
		if err == nil {
			err = route.handle(e, w, r)
		}
		if err != nil {
			writeError(w, err)
		}
		e.config.Logger.Debug("request", "operation", route.operation, "request_id", id, "error", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.serveFaulty(e.faults.strike(route.operation), w, r, work)
	})
}

// authenticated refuses what no SDK sends.
func authenticated(r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		return nil
	}
	return &APIError{Status: http.StatusForbidden, Code: "MissingAuthenticationTokenException",
		Message: "Missing Authentication Token: sign the request as AWS SDKs do; any credentials will do."}
}

// requestIDHeader is written as Go canonicalises it; AWS writes X-Amzn-RequestId.
const requestIDHeader = "X-Amzn-Requestid"

// writeJSON answers 200 with a body.
func writeJSON(w http.ResponseWriter, response any) error {
	body, err := json.Marshal(response)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body) // an error means that the client is gone, which concerns nobody else
	return nil
}

// writeError answers with an error. SDKs take its type from the header, or from a body that has __type, which Lambda's has not.
func writeError(w http.ResponseWriter, err error) {
	answer, ok := errors.AsType[*APIError](err)
	if !ok {
		answer = serviceFault()
	}
	body, _ := json.Marshal(answer.wire()) // a map of strings
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if answer.Code != "" {
		h.Set("X-Amzn-Errortype", answer.Code)
	}
	if h.Get(requestIDHeader) == "" {
		h.Set(requestIDHeader, newUUID())
	}
	if answer.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((answer.RetryAfter+time.Second-1)/time.Second)))
	}
	w.WriteHeader(answer.Status)
	w.Write(body)
}

// readBody reads at most limit bytes. Errors: RequestTooLargeException, InvalidRequestContentException.
func readBody(w http.ResponseWriter, r *http.Request, limit int) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(limit)))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge(limit)
	}
	if err != nil {
		return nil, invalidContent("Could not read the request body.")
	}
	return body, nil
}

// decode reads a JSON body; an empty one leaves the target alone.
func decode(body []byte, target any) error {
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, target); err != nil {
		return invalidContent("Could not parse request body into json.")
	}
	return nil
}
