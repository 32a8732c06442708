package locallambda

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// APIError is an answer other than success. [Engine.Start] returns it too, so that in-process callers can tell the same
// cases apart as callers over HTTP.
type APIError struct {
	Status     int           // HTTP status
	Code       string        // AWS's error code, e.g. ResourceNotFoundException; empty where the answer has none
	Message    string        // for the caller; holds no internals
	Reason     string        // of a TooManyRequestsException, e.g. CallerRateLimitExceeded
	RetryAfter time.Duration // sent as Retry-After when positive
}

// Error gives code and message.
func (e *APIError) Error() string { return cmp.Or(e.Code, strconv.Itoa(e.Status)) + ": " + e.Message }

// wire is the error's JSON body. Lambda spells the message's key in two ways; restJson clients look for the one in their model.
func (e *APIError) wire() map[string]string {
	key := "Message"
	switch e.Code {
	case "InvalidParameterValueException", "TooManyRequestsException", "RequestTooLargeException", "InvalidRequestContentException":
		key = "message"
	}
	body := map[string]string{"Type": "User", key: e.Message}
	if e.Status >= http.StatusInternalServerError {
		body["Type"] = "Service"
	}
	if e.Reason != "" {
		body["Reason"] = e.Reason
	}
	return body
}

// invalidParameter is the answer to a request that breaks a rule of its operation.
func invalidParameter(format string, args ...any) *APIError {
	return &APIError{Status: http.StatusBadRequest, Code: "InvalidParameterValueException", Message: fmt.Sprintf(format, args...)}
}

// invalidContent is the answer to a body that is not what it should be as a whole.
func invalidContent(format string, args ...any) *APIError {
	return &APIError{Status: http.StatusBadRequest, Code: "InvalidRequestContentException", Message: fmt.Sprintf(format, args...)}
}

// notFound is the answer for what does not exist, or not any more.
func notFound(format string, args ...any) *APIError {
	return &APIError{Status: http.StatusNotFound, Code: "ResourceNotFoundException", Message: fmt.Sprintf(format, args...)}
}

// alreadyStarted is the answer to an execution name that was used with another payload.
func alreadyStarted(x *execution) *APIError {
	return &APIError{Status: http.StatusConflict, Code: "DurableExecutionAlreadyStartedException",
		Message: "An execution with this name was already started with another payload: " + x.name}
}

// tooLarge is the answer to a body above the limit.
func tooLarge(limit int) *APIError {
	return &APIError{Status: http.StatusRequestEntityTooLarge, Code: "RequestTooLargeException",
		Message: fmt.Sprintf("Request must be smaller than %d bytes.", limit)}
}

// serviceFault is the answer when the engine itself failed; whether the work is done is not certain.
func serviceFault() *APIError {
	return &APIError{Status: http.StatusInternalServerError, Code: "ServiceException",
		Message: "The service encountered an internal error. Try again."}
}

// engineClosed is the answer after Close.
func engineClosed() *APIError {
	return &APIError{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailableException", Message: "The engine is closed."}
}
