// Package delivery gets decisions accepted by Lambda, and finds out what came of it: it makes the attempts, weighs answers that may
// mean two things against the history ([judge] is the table), looks for the receipt, and follows the execution to its end.
//
// A decision reaches it by the lease that is recorded with it ([callbacks.Handover]) or by a claim.
package delivery
