// Package delivery gets decisions accepted by Lambda and finds out what came of them. It makes the
// attempts, settles answers that may mean two things by the history ([judge] is the table), looks
// for the receipt, and follows the execution to its end.
//
// A decision reaches it with the lease that was recorded beside it ([callbacks.Handover]), or by a
// claim.
//
// Lambda has no idempotency token. It answers CallbackTimeoutException for "expired" and "already
// closed" alike, AWS's own clients read "already closed" in InvalidParameterValueException as well,
// and emulators answer 404. The package is right in each dialect, also when they are mixed:
//
//   - An attempt is recorded before its call. One that a crash left open makes the delivery
//     doubtful.
//   - The SDK makes one attempt a call: a retry inside it would turn a lost answer into "closed"
//     and hide the doubt.
//   - "Closed", and "maybe closed" on a request that we checked ourselves, are settled by the
//     history: our bytes mean completed, others mean lost. If the history cannot be read, a
//     doubtful delivery ends as unconfirmed and an operator decides.
//   - An answer that passes by itself, or that an operator can mend, ends no delivery, whatever
//     status it comes with.
//   - Our own clock ends nothing unasked: announced clocks may be wrong, and so may ours. Past the
//     deadline the history is asked for up to a day. Only where there is no history does our clock
//     count; then the page says so, and an operator may send the decision again.
package delivery
