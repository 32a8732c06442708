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
// After every wait the function runs again from its first line. An operation that finished returns
// its recorded outcome and does not run again. Code between operations does run again, so it must
// take the same path each time: put the clock, random numbers, map iteration and everything with a
// side effect into a [Step]. Operations are matched by position, and each must have the type,
// subtype and name that were recorded there. If one does not, the execution fails with a
// [NonDeterministicReplayError] that names both sides.
//
// Only the goroutine that received a [Context] may use it, because positions are counted in call
// order. Steps and child contexts get a context of their own; an operation on an outer context
// while they run fails the execution.
//
// # Suspension
//
// An operation that has to wait ends the invocation: it calls [runtime.Goexit] in the goroutine of
// the handler. Deferred calls run, the goroutine has ended when Invoke returns, and no recover can
// stop it, because recover returns nil during Goexit. The alternatives are worse: any recover in
// user code would catch a panic, and every line of user code would have to pass on an error; in
// both cases the code could go on past the wait. Deferred calls therefore run at the end of each
// invocation, not once: use them only for what belongs to one invocation, such as closing a file.
// An operation called from a deferred function during suspension does nothing. If an operation
// suspends in a goroutine that the user started, the invocation suspends when the handler returns,
// whatever it returned.
//
// # Errors
//
// Operations return the errors that the workflow can act on: [StepError], [CallbackFailedError],
// [CallbackTimeoutError], [CallbackSubmitterError], [ChildContextError]. They are built from the
// record, so they are the same when they first occur and after replay; [errors.As] finds them
// through child contexts. It does not find the error value that a step returned, because only its
// type name and text are recorded.
//
// Faults of one invocation, such as a checkpoint that does not reach Lambda, are never passed to
// the handler. They end the invocation with an error, and Lambda invokes the function again. If
// Lambda refuses a checkpoint because of its content or a quota, it would refuse it again, so the
// execution fails.
//
// # Names
//
// Names, operation IDs and subtypes follow AWS's own SDK for Go
// (github.com/aws/aws-durable-execution-sdk-go/durable), so a workflow can move to it by a change
// of import. Where AWS's guide to the other languages has another name, this package has both:
// CallbackID and ID, Get and Result, CallbackFailedError and CallbackExternalError. There are three
// differences. A callback's string or []byte is the text as sent, not decoded JSON. Waiting ends
// the goroutine, where AWS's SDK returns an error that the function has to pass on. A program that
// does not use Start has NewHandler and WithClient.
package durable
