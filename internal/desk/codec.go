package desk

import (
	"context"

	"countersign/internal/callbacks"
)

// Codec says how the results for a function are written, and how its payloads are read. The zero
// Codec is that of functions of which the configuration says nothing: what a template makes goes
// out, and payloads are shown as they arrive.
type Codec struct {
	// Text says that the function reads bare text: if a template makes a JSON string, the text in
	// it goes out, without quotes and escapes. Anything else goes out as it is.
	Text    bool
	Encoder Encoder // nil if what is shown goes out
	Decoder Decoder // nil if payloads are shown as they arrive
}

// Encoder writes a result so that the waiting function can read it, and perhaps nobody else: Lambda
// and the execution's history see only what it writes. Failures are not encoded: no SDK decodes an
// error, so they go out in the clear.
type Encoder interface {
	// Says is what becomes of a result, in words that follow its size: "encrypted with AES-GCM".
	Says() string
	// Encode returns the bytes to send, which are text in UTF-8, and differ each time if it draws a
	// nonce. The result is a success that has one: nothing is sent for one without. by is the person who decides. It is bounded in time. Errors: a *[CodecError], or an
	// a fault.List if this result can never be encoded.
	Encode(ctx context.Context, to callbacks.Target, by callbacks.Person, result callbacks.Completion) ([]byte, error)
}

// Decoder reads a payload that arrives encoded, each time that somebody looks at it: the desk keeps
// only what arrived.
type Decoder interface {
	// Decode returns the payload as JSON. by is the person who looks. It is bounded in time.
	// Errors: a *[CodecError].
	Decode(ctx context.Context, to callbacks.Target, by callbacks.Person, payload []byte) ([]byte, error)
}

// CodecError says why a result was not encoded, or a payload not decoded.
type CodecError struct {
	Words string // for the person: what happened, in whole sentences
	Err   error  // for operators
}

func (e *CodecError) Error() string { return "codec: " + e.Err.Error() }

func (e *CodecError) Unwrap() error { return e.Err }
