package durable

import "fmt"

// StepError says that a step failed and that its retry strategy gave up. It holds the recorded
// description of the last attempt's error, not the error value itself, so it is the same after
// replay.
type StepError struct {
	Name       string
	Attempts   int
	ErrorType  string // the Go type of the error, without its package, if it is exported
	Message    string
	ErrorData  string   `json:",omitempty"`
	StackTrace []string `json:",omitempty"`
}

func (e *StepError) Error() string {
	return fmt.Sprintf("step %q failed after %d attempt(s): %s", e.Name, e.Attempts, e.Message)
}

// StepInterruptedError is the error that a retry strategy gets when an attempt of an
// [AtMostOncePerRetry] step began but its end was not recorded.
type StepInterruptedError struct {
	Name string
}

func (e *StepInterruptedError) Error() string {
	return fmt.Sprintf("step %q was interrupted, and is not to run twice for one attempt", e.Name)
}

// CallbackFailedError says that the external system answered the callback with
// SendDurableExecutionCallbackFailure. All four fields of its error object are
// the sender's, and any may be empty.
type CallbackFailedError struct {
	Name       string
	CallbackID string
	ErrorType  string
	Message    string
	ErrorData  string   `json:",omitempty"`
	StackTrace []string `json:",omitempty"`
}

// CallbackExternalError is the name that AWS's SDK for Go has for [CallbackFailedError].
type CallbackExternalError = CallbackFailedError

func (e *CallbackFailedError) Error() string {
	text := fmt.Sprintf("callback %q failed", e.Name)
	for _, part := range []string{e.ErrorType, e.Message} {
		if part != "" {
			text += ": " + part
		}
	}
	return text
}

// CallbackTimeoutError says that the timeout or the heartbeat timeout of the callback expired.
type CallbackTimeoutError struct {
	Name       string
	CallbackID string
	// Heartbeat is true if the heartbeat timeout expired, and false if the timeout did.
	Heartbeat bool
}

func (e *CallbackTimeoutError) Error() string {
	if e.Heartbeat {
		return fmt.Sprintf("callback %q timed out: no heartbeat within its heartbeat timeout", e.Name)
	}
	return fmt.Sprintf("callback %q timed out: not completed within its timeout", e.Name)
}

// CallbackSubmitterError says that the submitter of [WaitForCallback] failed and will not be
// retried, so perhaps nobody knows of the callback. Err is the failure of the submitter's step.
type CallbackSubmitterError struct {
	Name       string
	CallbackID string
	Err        *StepError
}

func (e *CallbackSubmitterError) Error() string {
	return fmt.Sprintf("callback %q was not submitted after %d attempt(s): %s", e.Name, e.Err.Attempts, e.Err.Message)
}

// Unwrap returns Err.
func (e *CallbackSubmitterError) Unwrap() error { return e.Err }

// ChildContextError says that the function of a child context returned an error. [errors.As] finds
// the errors of this package that the returned error wrapped, also after replay. Of any other error
// only the type and text are recorded.
type ChildContextError struct {
	Name       string
	ErrorType  string
	Message    string
	ErrorData  string
	StackTrace []string

	causes []error
}

func (e *ChildContextError) Error() string {
	return fmt.Sprintf("child context %q failed: %s", e.Name, e.Message)
}

// Unwrap returns the errors of this package that made the context fail.
func (e *ChildContextError) Unwrap() []error { return e.causes }

// NonDeterministicReplayError ends an execution whose code does not take the recorded path. The
// handler does not see it; the error of the execution carries its text.
type NonDeterministicReplayError struct {
	Position string // of the operation, such as "3" or "2-1"
	// type, subtype and name in the record; empty if nothing is recorded at Position
	Recorded string
	Running  string // type, subtype and name in the running code
}

func (e *NonDeterministicReplayError) Error() string {
	if e.Recorded == "" {
		return fmt.Sprintf("non-deterministic replay: operation %s is not recorded, but the code now runs %s in a child context "+
			"that has finished: deploy changed code as a new version, and keep side effects in steps", e.Position, e.Running)
	}
	return fmt.Sprintf("non-deterministic replay: operation %s was recorded as %s, but the code now runs %s: "+
		"deploy changed code as a new version, and keep clocks, random values and side effects in steps",
		e.Position, e.Recorded, e.Running)
}

// usageError ends an execution that uses a context where it must not.
type usageError struct{ what string }

func (e *usageError) Error() string {
	return fmt.Sprintf("%s was used inside a step, or with a context other than that of the running child context: "+
		"operations are counted per context, so use the context that the function was given", e.what)
}

// panicError is a panic of user code.
type panicError struct {
	value any
	stack []string
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }
