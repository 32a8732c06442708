package callbacks

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Kind is how a decision completes the callback.
type Kind string

// The kinds of completion.
const (
	Success Kind = "success" // SendDurableExecutionCallbackSuccess: the function gets a result
	Failure Kind = "failure" // SendDurableExecutionCallbackFailure: callback.get() raises an error
)

// MaxCompletionBytes is the limit of a result and of an error object, 1 MiB since 2026-10
// (aws-sdk-go-v2 service/lambda v1.113.3). Regions that lag behind refuse more than
// OlderMaxCompletionBytes. A decision refused there ends as [Undeliverable], and its texts say that
// the size may be the reason.
const (
	MaxCompletionBytes      = 1 << 20
	OlderMaxCompletionBytes = 262_144
)

// ErrorObject is what a function gets from a failure (API type ErrorObject).
type ErrorObject struct {
	ErrorType    string   `json:"ErrorType,omitempty"`
	ErrorMessage string   `json:"ErrorMessage,omitempty"`
	ErrorData    string   `json:"ErrorData,omitempty"`
	StackTrace   []string `json:"StackTrace,omitempty"`
}

// Completion is exactly what Lambda receives for a decision. It is made once, shown before the
// reviewer decides, stored, and sent unchanged in every attempt.
type Completion struct {
	Kind   Kind
	Result []byte      // of a success: the raw bytes that the function's serdes reads
	Text   bool        // the result is plain text, even if it looks like JSON; nothing stores it
	Error  ErrorObject // of a failure
}

// Body returns the bytes that go over the wire: the result as it is, or the error object as one
// JSON document.
func (c Completion) Body() []byte {
	if c.Kind == Success {
		return c.Result
	}
	body, err := json.Marshal(c.Error)
	if err != nil { // strings always marshal
		panic(err)
	}
	return body
}

// None reports whether this is a success without any result: what is no text has bytes.
func (c Completion) None() bool { return c.Kind == Success && !c.Text && len(c.Result) == 0 }

// Same reports whether two completions are the same for the function that receives them.
func (c Completion) Same(other Completion) bool {
	return c.Kind == other.Kind && bytes.Equal(c.Body(), other.Body())
}

// SHA256 is the hash of the body in hexadecimal. It binds what was previewed to what is decided and
// what was sent.
func (c Completion) SHA256() string {
	sum := sha256.Sum256(c.Body())
	return hex.EncodeToString(sum[:])
}
