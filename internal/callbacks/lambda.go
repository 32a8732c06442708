package callbacks

import "context"

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
// follows could then mean our own success. An error that came from the call is a *replies.Error.
type Lambda interface {
	// Complete sends the completion once.
	Complete(ctx context.Context, to Target, c Completion) error
	// Heartbeat resets the heartbeat clock and no other.
	Heartbeat(ctx context.Context, to Target) error
}
