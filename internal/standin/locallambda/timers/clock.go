package timers

import "time"

// Clock tells the engine the time and wakes it. The default is the system's clock; tests pass one
// that they move themselves (see the package locallambdatest).
type Clock interface {
	// Now returns the current time. It must never go back.
	Now() time.Time
	// AfterFunc calls f once d has passed, and never from within AfterFunc itself. The returned
	// stop prevents the call if it has not begun, and reports whether it did.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// System is the clock of the machine.
type System struct{}

// Now implements [Clock].
func (System) Now() time.Time { return time.Now() }

// AfterFunc implements [Clock].
func (System) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}
