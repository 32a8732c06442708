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
	// Sealed is not nil if what is sent holds a secret that somebody typed. Result and Error are then
	// what people may see, with marks in the place of secrets.
	Sealed *Sealed
}

// Sealed is what is kept of a completion that nobody may read.
type Sealed struct {
	// Box is the completion, encrypted. It is empty in a preview, and once nothing sends the completion
	// any more.
	Box []byte `json:"box,omitempty"`
	// Hash is that of the body, under a key, so that nobody can try out what a short secret is.
	Hash string `json:"hash"`
}

// unboxed is a completion without the box; only the hash is left of what nobody may read.
func (c Completion) unboxed() Completion {
	if c.Sealed != nil {
		c.Sealed = &Sealed{Hash: c.Sealed.Hash}
	}
	return c
}

// Body returns the bytes that go over the wire: the result as it is, or the error object as one
// JSON document. Of one that is sealed, it has what people may see.
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

// Same reports whether two completions are the same for the function that receives them. Those that
// are sealed are compared by their hashes.
func (c Completion) Same(other Completion) bool {
	if c.Sealed != nil || other.Sealed != nil {
		return c.Sealed != nil && other.Sealed != nil && c.Sealed.Hash == other.Sealed.Hash
	}
	return c.Kind == other.Kind && bytes.Equal(c.Body(), other.Body())
}

// SHA256 is the hash of the body in hexadecimal; of one that is sealed, it is the hash under a key. It
// binds what was previewed to what is decided and what was sent.
func (c Completion) SHA256() string {
	if c.Sealed != nil {
		return c.Sealed.Hash
	}
	sum := sha256.Sum256(c.Body())
	return hex.EncodeToString(sum[:])
}
