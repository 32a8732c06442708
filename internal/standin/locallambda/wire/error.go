package wire

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Error is an answer other than success. Callers in the same process get it too, so that they can
// tell the same cases apart as callers over HTTP.
type Error struct {
	Status int // HTTP status
	// AWS's, e.g. ResourceNotFoundException; empty if the answer has none
	Code       string
	Message    string        // for the caller; has no internal details
	Reason     string        // of a TooManyRequestsException, e.g. CallerRateLimitExceeded
	RetryAfter time.Duration // sent as Retry-After when positive
}

// Error returns code and message.
func (e *Error) Error() string { return cmp.Or(e.Code, strconv.Itoa(e.Status)) + ": " + e.Message }

// body returns the error in JSON. Lambda spells the message's key in two ways; restJson clients
// look for the spelling in their model.
func (e *Error) body() map[string]string {
	key := "Message"
	switch e.Code {
	case "InvalidParameterValueException", "TooManyRequestsException",
		"RequestTooLargeException", "InvalidRequestContentException":
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

// InvalidParameter is the answer to a request that breaks a rule of its operation.
func InvalidParameter(format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "InvalidParameterValueException",
		Message: fmt.Sprintf(format, args...)}
}

// InvalidContent is the answer to a body that is invalid as a whole.
func InvalidContent(format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "InvalidRequestContentException",
		Message: fmt.Sprintf(format, args...)}
}

// NotFound is the answer for something that does not exist, or no longer exists.
func NotFound(format string, args ...any) *Error {
	return &Error{Status: http.StatusNotFound, Code: "ResourceNotFoundException",
		Message: fmt.Sprintf(format, args...)}
}

// TooLarge is the answer to a body above the limit.
func TooLarge(limit int) *Error {
	return &Error{Status: http.StatusRequestEntityTooLarge, Code: "RequestTooLargeException",
		Message: fmt.Sprintf("Request must be smaller than %d bytes.", limit)}
}

// ServiceFault is the answer if the engine itself failed; whether the work is done is not certain.
func ServiceFault() *Error {
	return &Error{Status: http.StatusInternalServerError, Code: "ServiceException",
		Message: "The service encountered an internal error. Try again."}
}

// Unavailable is the answer of a closed engine.
func Unavailable() *Error {
	return &Error{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailableException",
		Message: "The engine is closed."}
}

// CallerRateExceeded is the reason that Lambda gives if calls exceed a rate of its API.
const CallerRateExceeded = "CallerRateLimitExceeded"
