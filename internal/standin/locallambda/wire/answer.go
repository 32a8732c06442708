package wire

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// RequestIDHeader is in Go's canonical spelling; AWS writes X-Amzn-RequestId.
const RequestIDHeader = "X-Amzn-Requestid"

// WriteJSON answers 200 with a body.
func WriteJSON(w http.ResponseWriter, response any) error {
	body, err := json.Marshal(response)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body) // fails only if the client is gone, which concerns nobody else
	return nil
}

// WriteError answers with an error. SDKs read its type from the header, or from a __type member of
// the body, which Lambda's bodies do not have.
func WriteError(w http.ResponseWriter, err error) {
	answer, ok := errors.AsType[*Error](err)
	if !ok {
		answer = ServiceFault()
	}
	body, _ := json.Marshal(answer.body()) // cannot fail for a map of strings
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if answer.Code != "" {
		h.Set("X-Amzn-Errortype", answer.Code)
	}
	if h.Get(RequestIDHeader) == "" {
		h.Set(RequestIDHeader, NewUUID())
	}
	if answer.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((answer.RetryAfter+time.Second-1)/time.Second)))
	}
	w.WriteHeader(answer.Status)
	w.Write(body)
}
