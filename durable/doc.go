// Package durable runs AWS Lambda durable functions written in Go: functions
// that record every finished operation, end while they wait, and go on from
// the record in a later invocation.
//
// # A function that waits for an approval
//
//	func approve(ctx durable.Context, order Order) (Receipt, error) {
//		callback, err := durable.CreateCallback[Decision](ctx, "approval",
//			durable.WithCallbackTimeout(48*time.Hour))
//		if err != nil {
//			return Receipt{}, err
//		}
//		_, err = durable.Step(ctx, "ask", func(sc durable.StepContext) (string, error) {
//			return desk.Ask(sc, order, callback.CallbackID())
//		})
//		if err != nil {
//			return Receipt{}, err
//		}
//		decision, err := callback.Get() // the invocation ends here, and costs nothing
//		…
//	}
//
//	func main() { durable.Start(approve) }
//
// # Replay
//
// After every wait the function runs again from its first line. An operation
// that finished returns its recorded outcome and does not run again. Code
// between operations does run again, so it must take the same path each time:
// put the clock, random numbers, map iteration and everything with a side
// effect into a [Step]. Operations are matched by position, and each must be
// of the type, subtype and name that were recorded there. If one is not, the
// execution fails with a [NonDeterministicReplayError] that names both sides.
//
// A [Context] belongs to the goroutine that got it, because positions are
// counted in call order. Steps and child contexts get a context of their own;
// an operation on an outer one while they run fails the execution.
//
// # Suspension
//
// An operation that has to wait ends the invocation with [runtime.Goexit] in
// the goroutine of the handler. Deferred calls run, the goroutine is gone when
// Invoke returns, and no recover can hold it back: during Goexit, recover
// returns nil. A panic would be caught by every user's recover, and an error
// would have to be passed on by every line of user code; both would go on past
// the wait. Deferred calls therefore run at the end of each invocation, not
// once: keep them to what belongs to one invocation, such as closing a file.
// An operation called from a deferred function during suspension does nothing.
// If an operation in a goroutine of the user's suspends, the invocation
// suspends when the handler returns, whatever it returned.
//
// # Errors
//
// Operations return what the workflow can act on: [StepError],
// [CallbackFailedError], [CallbackTimeoutError], [CallbackSubmitterError],
// [ChildContextError]. They are built from the record, so they are the same
// when they happen and after replay; [errors.As] finds them through child
// contexts. The error value that a step returned is not among them, as only
// its type name and text are recorded.
//
// Faults of one invocation, such as a checkpoint that does not get through,
// never reach the handler. They end the invocation with an error, and Lambda
// invokes the function again. A checkpoint that Lambda refuses for what is in
// it, or for a quota, would be refused again: it fails the execution.
//
// # Names
//
// Names, operation IDs and subtypes follow AWS's own SDK for Go
// (github.com/aws/aws-durable-execution-sdk-go/durable), so a workflow moves to
// it by a change of import. Where AWS's guide to the other languages promises
// another word, both are here: CallbackID and ID, Get and Result,
// CallbackFailedError and CallbackExternalError. What differs: a callback's
// string or []byte is the text as sent, not decoded JSON; waiting ends the
// goroutine, where AWS's SDK returns an error that the function has to pass on;
// and a program that does not use Start has NewHandler and WithClient.
package durable
