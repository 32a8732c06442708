package announcement

import (
	"errors"
	"fmt"
	"regexp"

	"countersign/internal/callbacks"
)

// maxCallbackIDLength is the API's limit in characters (SendDurableExecutionCallbackSuccess,
// CallbackId).
const maxCallbackIDLength = 1024

var callbackIDPattern = regexp.MustCompile(`^[A-Za-z0-9+/]+={0,2}$`)

// ParseCallbackID checks the shape that the API reference gives for a callback ID.
func ParseCallbackID(s string) (callbacks.CallbackID, error) {
	switch {
	case s == "":
		return "", errors.New("the callback ID is missing")
	case len(s) > maxCallbackIDLength:
		return "", fmt.Errorf("a callback ID has at most %d characters, this has %d", maxCallbackIDLength, len(s))
	case !callbackIDPattern.MatchString(s):
		return "", errors.New("a callback ID is base64 as Lambda hands it out: letters, digits, + and /, at most two = at the end")
	}
	return callbacks.CallbackID(s), nil
}
