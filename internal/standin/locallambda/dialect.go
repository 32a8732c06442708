package locallambda

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
)

// Dialect is how the engine answers a call for a callback that is closed. What AWS answers is not certain: its API reference,
// its own clients and its emulators disagree. So whoever completes callbacks has to be right in each dialect, and cannot know
// from the answer alone whether its own call, another one, or a clock closed the callback.
type Dialect string

// The dialects. The zero value is DialectTimeout.
const (
	// DialectTimeout is the API reference's: CallbackTimeoutException for "expired" and "already completed" alike.
	DialectTimeout Dialect = "timeout"
	// DialectInvalid answers InvalidParameterValueException, which is also the answer to a malformed request.
	DialectInvalid Dialect = "invalid"
	// DialectNotFound answers 404 without an error type, as AWS's emulator does, which is also its answer to an unknown ID.
	DialectNotFound Dialect = "notfound"
	// DialectSplit is as AWS's own callback clients read the answers: CallbackTimeoutException where a clock ran out, else
	// InvalidParameterValueException.
	DialectSplit Dialect = "split"
	// DialectMixed draws one of the first three at each answer.
	DialectMixed Dialect = "mixed"
)

// Dialects are all of them.
var Dialects = []Dialect{DialectTimeout, DialectInvalid, DialectNotFound, DialectSplit, DialectMixed}

// UnmarshalText implements [encoding.TextUnmarshaler], for flags.
func (d *Dialect) UnmarshalText(text []byte) error {
	names := make([]string, len(Dialects))
	for i, known := range Dialects {
		if names[i] = string(known); names[i] == string(text) {
			*d = known
			return nil
		}
	}
	return fmt.Errorf("there is no answer %q for closed callbacks: choose one of %s", text, strings.Join(names, ", "))
}

// SetDialect changes how calls for closed callbacks are answered from now on. [DialectMixed] draws from random, so that a fixed
// seed gives a fixed sequence, or from a source of its own where random is nil. The engine takes random over.
func (e *Engine) SetDialect(d Dialect, random *rand.Rand) {
	if random == nil {
		random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dialect, e.dialects = d, random
}

// callbackClosed is the answer to a call for a callback that is closed, or whose execution has ended around it. That the second
// is answered like the first is likely, but not documented.
func (e *Engine) callbackClosed(op *operation) *APIError {
	d := e.dialect
	switch d {
	case DialectSplit:
		d = DialectInvalid
		if op.status == opTimedOut || op.execution.status == timedOut && !op.ended() {
			d = DialectTimeout
		}
	case DialectMixed:
		d = [...]Dialect{DialectTimeout, DialectInvalid, DialectNotFound}[e.dialects.IntN(3)]
	case DialectTimeout, DialectInvalid, DialectNotFound:
	}
	switch d {
	case DialectInvalid:
		return invalidParameter("The callback has already been completed.")
	case DialectNotFound:
		return &APIError{Status: http.StatusNotFound, Message: "Callback not found or already completed."}
	case DialectTimeout, DialectSplit, DialectMixed:
	}
	return &APIError{Status: http.StatusBadRequest, Code: "CallbackTimeoutException",
		Message: "The callback ID has expired or the callback has already been completed."}
}
