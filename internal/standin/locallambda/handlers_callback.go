package locallambda

import "net/http"

// handleSucceed serves SendDurableExecutionCallbackSuccess. The body is the result, as it is: neither wrapped nor encoded.
// A body above the API's limit of 1 MB is a parameter error; only one that cannot be taken in at all is "too large".
func handleSucceed(e *Engine, w http.ResponseWriter, r *http.Request) error {
	result, err := readBody(w, r, maxRequest)
	if err != nil {
		return err
	}
	return e.succeedCallback(r.PathValue("callback"), result)
}

// handleFail serves SendDurableExecutionCallbackFailure. The body is the error object itself; SDKs send {} for none.
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

// readErrorObject reads an error object from the body; no body is an empty one.
func readErrorObject(w http.ResponseWriter, r *http.Request) (*ErrorObject, error) {
	body, err := readBody(w, r, maxRequest)
	if err != nil {
		return nil, err
	}
	problem := &ErrorObject{}
	return problem, decode(body, problem)
}
