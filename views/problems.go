package views

import (
	"time"

	"countersign/internal/callbacks"
)

// Forbidden is the page of something that the reader may see but not do.
type Forbidden struct {
	Reason   string // of the refusal, one sentence
	Code     string // of the refusal, stable
	Callback callbacks.ID
	Comment  string // as typed, empty for none
}

// Conflict is the page of a decision that came too late: somebody or a clock was faster.
type Conflict struct {
	Callback callbacks.Callback // as it is now
	Tried    string             // label of the outcome that was not sent
	Comment  string             // as typed
	Next     *Next
	List     Address
}

// BadRequest is the page of a request that cannot be understood, such as an address with a bad filter.
type BadRequest struct {
	Faults callbacks.Invalid
	Back   Address // where to go on
}

// TooMany is the page of a reader or an address that asked too often.
type TooMany struct {
	RetryAfter time.Duration
}

// Failure is the page of a fault of ours. The cause is in the log under the request's ID.
type Failure struct {
	RequestID string
}

// Unavailable is the page that is shown while the database does not answer. It keeps a decision that was being posted.
type Unavailable struct {
	RequestID string
	Decision  *Unrecorded // nil when nothing was being decided
}

// Unrecorded is a posted decision that could not be recorded: the form's own values.
type Unrecorded struct {
	Callback callbacks.ID
	Outcome  string
	Comment  string
	Seen, At string
}
