package callbacks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Target is what a call to Lambda needs to know about a callback.
type Target struct {
	ID           ID // for observers of the calls: Lambda does not know it
	CallbackID   CallbackID
	ExecutionARN string
	Region       string // empty means the configured default
}

// Target returns the target of the callback's calls.
func (c *Callback) Target() Target {
	return Target{ID: c.ID, CallbackID: c.CallbackID, ExecutionARN: c.ExecutionARN, Region: c.Region}
}

// Lambda is the durable-executions API by which callbacks are completed and kept alive. Every
// method makes exactly one attempt: a retry inside it would hide a lost answer, and a "closed" that
// follows could then mean our own success. An error that came from the call is a *[LambdaError].
type Lambda interface {
	// Complete sends the completion once.
	Complete(ctx context.Context, to Target, c Completion) error
	// Heartbeat resets the heartbeat clock and no other.
	Heartbeat(ctx context.Context, to Target) error
}

// Reply classifies what came back from Lambda.
type Reply string

// The answers. Their meanings are those of the API reference (SendDurableExecutionCallbackSuccess,
// Errors).
const (
	ReplyAccepted Reply = "accepted" // 200
	// 400 CallbackTimeoutException: expired, or already closed by any client
	ReplyClosed  Reply = "closed"
	ReplyInvalid Reply = "invalid" // other refusals of the request itself
	// ReplyMaybeClosed is a 400 InvalidParameterValueException to a request that was checked
	// before it went out. AWS's own clients read it as "already complete", the API reference as
	// "refused": the history settles which.
	ReplyMaybeClosed Reply = "maybe_closed"
	ReplyGone        Reply = "gone"      // 404: unknown, or past its retention
	ReplyDenied      Reply = "denied"    // 403: our IAM permissions do not suffice
	ReplyThrottled   Reply = "throttled" // 429
	ReplyKMS         Reply = "kms"       // 502 with a KMS error: an operator has to fix the key
	ReplyFault       Reply = "fault"     // 5xx: the call may have taken effect all the same
	ReplyNone        Reply = "none"      // no answer: the request may have arrived
	ReplyUnsent      Reply = "unsent"    // the request cannot have arrived: no connection
	// Lambda rejects the request's time or signature: our clock is wrong, or the secret key
	ReplySkew Reply = "skew"
	// ReplyCredentials says that the credentials are missing, expired or unknown to AWS.
	ReplyCredentials Reply = "credentials"
)

// NeedsOperator reports whether the answer stays the same until an operator fixes something: a
// permission, a key, a clock. The request is still retried, because AWS takes a while to notice the
// fix.
func (a Reply) NeedsOperator() bool { return slices.Contains(operatorAnswers, a) }

var operatorAnswers = []Reply{ReplyDenied, ReplyKMS, ReplySkew, ReplyCredentials}

// Doubtful reports whether the call may have taken effect although it did not say so.
func (a Reply) Doubtful() bool { return a == ReplyFault || a == ReplyNone || a == ReplyKMS }

// Closed reports whether Lambda says that it no longer waits, whatever ended it.
func (a Reply) Closed() bool { return a == ReplyClosed || a == ReplyGone }

// MaybeClosed reports whether, after this answer, Lambda may no longer be waiting: the history has
// to be asked.
func (a Reply) MaybeClosed() bool { return a == ReplyMaybeClosed || a.Closed() }

// Unreadable reports whether, after this answer to a request for the history, asking again does not
// help.
func (a Reply) Unreadable() bool {
	return a == ReplyDenied || a == ReplyInvalid || a.MaybeClosed()
}

// LambdaError is an answer of Lambda other than accepted, or no answer at all.
type LambdaError struct {
	Reply      Reply
	Status     int           // HTTP status, 0 without an answer
	Code       string        // AWS's error code, e.g. TooManyRequestsException
	RequestID  string        // AWS's request ID, for support
	RetryAfter time.Duration // as Lambda asked for, 0 if it did not
	Key        string        // the ARN of the KMS key that the answer is about, if Lambda named it
	Err        error         // the cause, for operators
}

func (e *LambdaError) Error() string {
	return fmt.Sprintf("lambda answered %s (HTTP %d %s): %v", e.Reply, e.Status, e.Code, e.Err)
}

// Unwrap returns the cause.
func (e *LambdaError) Unwrap() error { return e.Err }

// ReplyOf returns the answer in the error of a call; a nil error is ReplyAccepted.
func ReplyOf(err error) *LambdaError {
	var le *LambdaError
	switch {
	case err == nil:
		return &LambdaError{Reply: ReplyAccepted, Status: 200}
	case errors.As(err, &le):
		return le
	}
	return &LambdaError{Reply: ReplyNone, Err: err}
}
