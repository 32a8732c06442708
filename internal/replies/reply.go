// Package replies names what Lambda can answer to a call of the durable-executions API, and says what
// each answer leaves open: whether the call may have taken effect, and whether asking again helps.
package replies

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Reply classifies what came back from Lambda.
type Reply string

// The answers. Their meanings are those of the API reference (SendDurableExecutionCallbackSuccess,
// Errors).
const (
	Accepted Reply = "accepted" // 200
	// 400 CallbackTimeoutException: expired, or already closed by any client
	Closed  Reply = "closed"
	Invalid Reply = "invalid" // other refusals of the request itself
	// MaybeClosed is a 400 InvalidParameterValueException to a request that was checked
	// before it went out. AWS's own clients read it as "already complete", the API reference as
	// "refused": the history settles which.
	MaybeClosed Reply = "maybe_closed"
	Gone        Reply = "gone"      // 404: unknown, or past its retention
	Denied      Reply = "denied"    // 403: our IAM permissions do not suffice
	Throttled   Reply = "throttled" // 429
	KMS         Reply = "kms"       // 502 with a KMS error: an operator has to fix the key
	Fault       Reply = "fault"     // 5xx: the call may have taken effect all the same
	None        Reply = "none"      // no answer: the request may have arrived
	Unsent      Reply = "unsent"    // the request cannot have arrived: no connection
	// Lambda rejects the request's time or signature: our clock is wrong, or the secret key
	Skew Reply = "skew"
	// Credentials says that the credentials are missing, expired or unknown to AWS.
	Credentials Reply = "credentials"
	// Sealed says that nothing was sent, because no configured key opens what is to be sent.
	Sealed Reply = "sealed"
)

// NeedsOperator reports whether the answer stays the same until an operator fixes something: a
// permission, a key, a clock. The request is still retried, because AWS takes a while to notice the
// fix.
func (r Reply) NeedsOperator() bool { return slices.Contains(operatorReplies, r) }

var operatorReplies = []Reply{Denied, KMS, Skew, Credentials, Sealed}

// Doubtful reports whether the call may have taken effect although it did not say so.
func (r Reply) Doubtful() bool { return r == Fault || r == None || r == KMS }

// Closed reports whether Lambda says that it no longer waits, whatever ended it.
func (r Reply) Closed() bool { return r == Closed || r == Gone }

// MaybeClosed reports whether, after this answer, Lambda may no longer be waiting: the history has
// to be asked.
func (r Reply) MaybeClosed() bool { return r == MaybeClosed || r.Closed() }

// Unreadable reports whether, after this answer to a request for the history, asking again does not
// help.
func (r Reply) Unreadable() bool {
	return r == Denied || r == Invalid || r.MaybeClosed()
}

// Error is an answer of Lambda other than accepted, or no answer at all.
type Error struct {
	Reply      Reply
	Status     int           // HTTP status, 0 without an answer
	Code       string        // AWS's error code, e.g. TooManyRequestsException
	RequestID  string        // AWS's request ID, for support
	RetryAfter time.Duration // as Lambda asked for, 0 if it did not
	Key        string        // the ARN of the KMS key that the answer is about, if Lambda named it
	Err        error         // the cause, for operators
}

func (e *Error) Error() string {
	return fmt.Sprintf("lambda answered %s (HTTP %d %s): %v", e.Reply, e.Status, e.Code, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Of returns the answer in the error of a call; a nil error is Accepted.
func Of(err error) *Error {
	var answered *Error
	switch {
	case err == nil:
		return &Error{Reply: Accepted, Status: 200}
	case errors.As(err, &answered):
		return answered
	}
	return &Error{Reply: None, Err: err}
}
