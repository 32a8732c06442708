package locallambda

import "net/http"

func handleSucceed(e *Engine, w http.ResponseWriter, r *http.Request) error {
	result, err := readBody(w, r, maxRequest)
	if err != nil {
		return err
	}
	return e.succeedCallback(r.PathValue("callback"), result)
}

func handleFail(e *Engine, w http.ResponseWriter, r *http.Request) error {
	problem, err := readErrorObject(w, r)
	if err != nil {
		return err
	}
	return e.failCallback(r.PathValue("callback"), problem)
}

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
