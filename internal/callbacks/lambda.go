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

// Answer classifies what came back from Lambda.
type Answer string

// The answers. Their meanings are those of the API reference (SendDurableExecutionCallbackSuccess,
// Errors).
const (
	AnswerAccepted Answer = "accepted" // 200
	// 400 CallbackTimeoutException: expired, or already closed by any client
	AnswerClosed  Answer = "closed"
	AnswerInvalid Answer = "invalid" // other refusals of the request itself
	// AnswerMaybeClosed is a 400 InvalidParameterValueException to a request that was checked
	// before it went out. AWS's own clients read it as "already complete", the API reference as
	// "refused": the history settles which.
	AnswerMaybeClosed Answer = "maybe_closed"
	AnswerGone        Answer = "gone"      // 404: unknown, or past its retention
	AnswerDenied      Answer = "denied"    // 403: our IAM permissions do not suffice
	AnswerThrottled   Answer = "throttled" // 429
	AnswerKMS         Answer = "kms"       // 502 with a KMS error: an operator has to fix the key
	AnswerFault       Answer = "fault"     // 5xx: the call may have taken effect all the same
	AnswerNone        Answer = "none"      // no answer: the request may have arrived
	AnswerUnsent      Answer = "unsent"    // the request cannot have arrived: no connection
	// Lambda rejects the request's time or signature: our clock is wrong, or the secret key
	AnswerSkew Answer = "skew"
	// AnswerCredentials says that the credentials are missing, expired or unknown to AWS.
	AnswerCredentials Answer = "credentials"
)

// words returns the text for an answer in the audit.
func (a Answer) words() string {
	switch a {
	case AnswerAccepted:
		return "accepted"
	case AnswerClosed:
		return "already closed"
	case AnswerInvalid:
		return "refused"
	case AnswerMaybeClosed:
		return "refused, or closed already"
	case AnswerGone:
		return "not known there"
	case AnswerDenied:
		return "permission denied"
	case AnswerThrottled:
		return "throttled"
	case AnswerKMS:
		return "a problem with the KMS key"
	case AnswerFault:
		return "an internal error"
	case AnswerNone:
		return "no answer"
	case AnswerUnsent:
		return "not reachable"
	case AnswerSkew:
		return "its time or signature is not accepted"
	case AnswerCredentials:
		return "no valid credentials"
	}
	return string(a)
}

// NeedsOperator reports whether the answer stays the same until an operator fixes something: a
// permission, a key, a clock. The request is still retried, because AWS takes a while to notice the
// fix.
func (a Answer) NeedsOperator() bool { return slices.Contains(operatorAnswers, a) }

var operatorAnswers = []Answer{AnswerDenied, AnswerKMS, AnswerSkew, AnswerCredentials}

// Doubtful reports whether the call may have taken effect although it did not say so.
func (a Answer) Doubtful() bool { return a == AnswerFault || a == AnswerNone || a == AnswerKMS }

// Closed reports whether Lambda says that it no longer waits, whatever ended it.
func (a Answer) Closed() bool { return a == AnswerClosed || a == AnswerGone }

// MaybeClosed reports whether, after this answer, Lambda may no longer be waiting: the history has
// to be asked.
func (a Answer) MaybeClosed() bool { return a == AnswerMaybeClosed || a.Closed() }

// Unreadable reports whether, after this answer to a request for the history, asking again does not
// help.
func (a Answer) Unreadable() bool {
	return a == AnswerDenied || a == AnswerInvalid || a.MaybeClosed()
}

// LambdaError is an answer of Lambda other than accepted, or no answer at all.
type LambdaError struct {
	Answer     Answer
	Status     int           // HTTP status, 0 without an answer
	Code       string        // AWS's error code, e.g. TooManyRequestsException
	RequestID  string        // AWS's request ID, for support
	RetryAfter time.Duration // as Lambda asked for, 0 if it did not
	Key        string        // the ARN of the KMS key that the answer is about, if Lambda named it
	Err        error         // the cause, for operators
}

func (e *LambdaError) Error() string {
	return fmt.Sprintf("lambda answered %s (HTTP %d %s): %v", e.Answer, e.Status, e.Code, e.Err)
}

// Unwrap returns the cause.
func (e *LambdaError) Unwrap() error { return e.Err }

// AnswerOf returns the answer in the error of a call; a nil error is AnswerAccepted.
func AnswerOf(err error) *LambdaError {
	var le *LambdaError
	switch {
	case err == nil:
		return &LambdaError{Answer: AnswerAccepted, Status: 200}
	case errors.As(err, &le):
		return le
	}
	return &LambdaError{Answer: AnswerNone, Err: err}
}
