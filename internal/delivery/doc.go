// Package delivery gets decisions accepted by Lambda and finds out what became of them. It makes
// the attempts, settles ambiguous answers by the history ([judge] is the table), looks for the
// receipt, and follows the execution to its end.
//
// A decision reaches it in one of two ways: with the lease that was recorded beside it
// ([desk.Handover]), or by a claim.
//
// Lambda has no idempotency token. It answers CallbackTimeoutException for both "expired" and
// "already closed", AWS's own clients also read "already closed" in InvalidParameterValueException,
// and emulators answer 404. The package handles each of these dialects correctly, also when they
// are mixed:
//
//   - An attempt is recorded before its call. An attempt that a crash left open makes the
//     delivery doubtful.
//   - The SDK makes one attempt a call: a retry inside it would turn a lost answer into "closed"
//     and hide the doubt.
//   - The history settles "closed", and "maybe closed" on a request that we checked ourselves:
//     our bytes mean completed, others mean lost. If the history cannot be read, a
//     doubtful delivery ends as unconfirmed and an operator decides.
//   - An error that passes by itself, or that an operator can fix, ends no delivery, whatever its
//     status code.
//   - Our own clock alone ends nothing, because it may be wrong, and so may announced clocks. Past
//     the deadline the history is asked for up to a day. Our clock counts only if there is no
//     history; then the page says so, and an operator may send the decision again.
package delivery
