package discovery

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Executions is the part of the durable-executions API by which [Worker] finds callbacks. Every
// method makes exactly one request, because the account's quota is small (15 a second for each
// lane) and the worker counts its requests. An error that came from the call is a
// *[callbacks.LambdaError].
type Executions interface {
	// DurableFunctions reads a page of the names of a lane's functions that have a durable
	// configuration.
	DurableFunctions(ctx context.Context, lane callbacks.Lane, marker string) (FunctionPage, error)
	// RunningExecutions reads a page of a function's running executions.
	RunningExecutions(ctx context.Context, of Watch, marker string) (ExecutionPage, error)
	// Events reads a page of an execution's history.
	Events(ctx context.Context, q EventQuery) (EventPage, error)
}

// FunctionPage is one page of a list of function names. Next is empty on the last page, as in the
// pages below.
type FunctionPage struct {
	Functions []string
	Next      string
}

// ExecutionPage is one page of a list of executions, by their ARNs.
type ExecutionPage struct {
	Executions []string
	Next       string
}

// EventQuery asks for a page of a history.
type EventQuery struct {
	Lane         callbacks.Lane
	ExecutionARN string
	Marker       string // empty for the first page
	Newest       bool   // from the newest event backwards; otherwise from the first event forwards
	Data         bool   // with payloads
	Limit        int    // events in the page, 1 to 1000
}

// EventPage is one page of a history.
type EventPage struct {
	Events []Event
	Next   string
}

// EventKind says what an event means for callbacks.
type EventKind int

// The kinds of events. Terminal events do not name a callback ID: their operation links them to the
// callback's start.
const (
	EventOther EventKind = iota // of no concern
	EventExecutionStarted
	EventContextStarted
	EventCallbackStarted
	EventCallbackEnded
	EventContextEnded
	EventExecutionEnded
)

// Event is a history event, as far as it concerns callbacks.
type Event struct {
	ID        int // ascending from 1
	At        time.Time
	Kind      EventKind
	Operation string // unique within the execution only
	Parent    string // the operation around it, empty at the top
	Name      string
	// as written by the SDK or the function's author, if at all: a hint, never required
	SubType string

	// of a started callback; an endpoint may omit it if payloads are not requested
	CallbackID       callbacks.CallbackID
	Timeout          time.Duration // of a started callback, zero for none
	HeartbeatTimeout time.Duration

	// of a started execution, with payloads only; nil if it is truncated
	Input            []byte
	ExecutionTimeout time.Duration // of a started execution

	// Closing is set on an event that ends something. Its completion has only a kind, and without
	// payloads a clock has no cause.
	Closing callbacks.Closing
	Ended   callbacks.ExecutionEnd // of an ended execution
}
