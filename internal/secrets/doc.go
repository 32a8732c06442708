// Package secrets seals what people type into the secret fields of forms, from the moment in which it
// arrives until Lambda has it: in the pages that carry it on, in signatures that wait for others, and
// in deliveries. It also hashes completions that hold a secret, so that the history's bytes can be
// compared with what was sent after that was dropped.
//
// Each box is bound to what it is for: a box of one callback, person or field does not open for
// another. What was sealed is never opened for a page.
package secrets
