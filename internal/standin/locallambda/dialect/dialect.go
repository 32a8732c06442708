// Package dialect has the ways in which Lambda may answer a call for a closed callback.
package dialect

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"countersign/internal/standin/locallambda/wire"
)

// Dialect says how a call for a closed callback is answered. AWS's answer is not certain: its API
// reference, its own clients and its emulators disagree. A program that completes callbacks
// therefore has to be right in each dialect, and cannot tell from the answer alone whether its own
// call, another one, or a clock closed the callback.
type Dialect string

// The dialects. The zero value is Timeout.
const (
	// Timeout follows the API reference: CallbackTimeoutException for both "expired" and "already
	// completed".
	Timeout Dialect = "timeout"
	// Invalid answers InvalidParameterValueException, which is also the answer to a malformed
	// request.
	Invalid Dialect = "invalid"
	// NotFound answers 404 without an error type, as AWS's emulator does, which gives the same
	// answer to an unknown ID.
	NotFound Dialect = "notfound"
	// Split follows AWS's own callback clients: CallbackTimeoutException if a clock ran out,
	// otherwise InvalidParameterValueException.
	Split Dialect = "split"
	// Mixed draws one of the first three for each answer.
	Mixed Dialect = "mixed"
)

// All are the dialects.
var All = []Dialect{Timeout, Invalid, NotFound, Split, Mixed}

// UnmarshalText implements [encoding.TextUnmarshaler], for flags.
func (d *Dialect) UnmarshalText(text []byte) error {
	names := make([]string, len(All))
	for i, known := range All {
		if names[i] = string(known); names[i] == string(text) {
			*d = known
			return nil
		}
	}
	return fmt.Errorf("there is no answer %q for closed callbacks: choose one of %s",
		text, strings.Join(names, ", "))
}

// Closed returns the answer to a call for a closed callback. byClock says that a clock closed it.
// [Mixed] draws from random.
func (d Dialect) Closed(byClock bool, random *rand.Rand) *wire.Error {
	switch d {
	case Split:
		d = Invalid
		if byClock {
			d = Timeout
		}
	case Mixed:
		d = [...]Dialect{Timeout, Invalid, NotFound}[random.IntN(3)]
	case Timeout, Invalid, NotFound:
	}
	switch d {
	case Invalid:
		return wire.InvalidParameter("The callback has already been completed.")
	case NotFound:
		return &wire.Error{Status: http.StatusNotFound, Message: "Callback not found or already completed."}
	case Timeout, Split, Mixed:
	}
	return &wire.Error{Status: http.StatusBadRequest, Code: "CallbackTimeoutException",
		Message: "The callback ID has expired or the callback has already been completed."}
}
