package locallambda

import (
	"net/http"
	"strings"

	"countersign/internal/standin/locallambda/wire"
)

// route is one operation of the REST API.
type route struct {
	pattern   string
	operation string
	handle    func(*Engine, http.ResponseWriter, *http.Request) error
}

var routes = []route{
	{
		"POST /2025-12-01/durable-executions/{arn}/checkpoint",
		"CheckpointDurableExecution", handleCheckpoint,
	},
	{"GET /2025-12-01/durable-executions/{arn}/state", "GetDurableExecutionState", handleGetState},
	{"GET /2025-12-01/durable-executions/{arn}", "GetDurableExecution", handleGetExecution},
	{
		"GET /2025-12-01/durable-executions/{arn}/history",
		"GetDurableExecutionHistory", handleGetHistory,
	},
	{"POST /2025-12-01/durable-executions/{arn}/stop", "StopDurableExecution", handleStop},
	{
		"GET /2025-12-01/functions/{function}/durable-executions",
		"ListDurableExecutionsByFunction", handleListExecutions,
	},
	{
		"POST /2025-12-01/durable-execution-callbacks/{callback}/succeed",
		"SendDurableExecutionCallbackSuccess", handleSucceed,
	},
	{
		"POST /2025-12-01/durable-execution-callbacks/{callback}/fail",
		"SendDurableExecutionCallbackFailure", handleFail,
	},
	{
		"POST /2025-12-01/durable-execution-callbacks/{callback}/heartbeat",
		"SendDurableExecutionCallbackHeartbeat", handleHeartbeat,
	},
	{"POST /2015-03-31/functions/{function}/invocations", "Invoke", handleInvoke},
	{"GET /2015-03-31/functions", "ListFunctions", handleListFunctions},
	{"GET /2015-03-31/functions/{$}", "ListFunctions", handleListFunctions}, // older SDKs
}

// maxRequest is the largest size of any request body, in bytes. One update may carry 6 MB.
const maxRequest = 8 << 20

// Handler serves the REST API. Serve it only on a loopback address, because anybody who can reach
// it can run code. Requests must have the form of a signed request, as every SDK's have; the
// signature itself is not checked. The required Authorization header keeps web pages in a browser
// on the same machine from calling the API.
func (e *Engine) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.Handle(r.pattern, e.serve(r))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		wire.WriteError(w, &wire.Error{
			Status: http.StatusNotFound, Code: "UnknownOperationException", Message: "There is no such operation.",
		})
	})
	return mux
}

// serve wraps a route with what all routes share.
func (e *Engine) serve(route route) http.Handler {
	return e.faults.Handler(route.operation, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := wire.NewUUID()
		w.Header().Set(wire.RequestIDHeader, id)
		err := authenticated(r)
		if err == nil {
			err = e.throttle.admit(route.operation, e.now())
		}
		if err == nil {
			err = route.handle(e, w, r)
		}
		if err != nil {
			wire.WriteError(w, err)
		}
		e.config.Logger.Debug("request", "operation", route.operation, "request_id", id, "error", err)
	}))
}

// authenticated refuses requests that no SDK sends.
func authenticated(r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		return nil
	}
	return &wire.Error{Status: http.StatusForbidden, Code: "MissingAuthenticationTokenException",
		Message: "Missing Authentication Token: sign the request as AWS SDKs do; any credentials will do."}
}
