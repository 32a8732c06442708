package desktest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
)

// Reversal encodes and decodes by writing bytes from last to first, so that anybody can tell what was
// encoded. It needs the ARN of an execution, as encryption does. The zero Reversal works.
type Reversal struct {
	mu     sync.Mutex
	words  string
	people []string // who encoded or decoded
}

// Codec is the codec of a function that encodes and decodes by it.
func (r *Reversal) Codec() desk.Codec { return desk.Codec{Encoder: r, Decoder: r} }

// Fail makes it fail from now on, with words for people; without words, it works again.
func (r *Reversal) Fail(words string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.words = words
}

// People are those for whom something was encoded or decoded, once for each time.
func (r *Reversal) People() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.people)
}

// Says implements [desk.Encoder].
func (*Reversal) Says() string { return "written backwards" }

// Encode implements [desk.Encoder].
func (r *Reversal) Encode(_ context.Context, to callbacks.Target, by callbacks.Person, result callbacks.Completion) ([]byte, error) {
	if to.ExecutionARN == "" {
		return nil, fault.List{{Pointer: "outcome", Detail: "The execution's ARN is missing."}}
	}
	return r.reverse(by, result.Result)
}

// Decode implements [desk.Decoder]. It reverses the text of a JSON string.
func (r *Reversal) Decode(_ context.Context, _ callbacks.Target, by callbacks.Person, payload []byte) ([]byte, error) {
	var text string
	if err := json.Unmarshal(payload, &text); err != nil {
		return payload, nil // not encoded
	}
	return r.reverse(by, []byte(text))
}

func (r *Reversal) reverse(by callbacks.Person, data []byte) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.people = append(r.people, by.Name)
	if r.words != "" {
		return nil, &desk.CodecError{Words: r.words, Err: errors.New("told to fail")}
	}
	reversed := slices.Clone(data)
	slices.Reverse(reversed)
	return reversed, nil
}
