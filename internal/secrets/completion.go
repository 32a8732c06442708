package secrets

import (
	"context"
	"encoding/json"
	"fmt"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
)

// content is what the box of a completion holds.
type content struct {
	Result []byte                `json:"result,omitempty"`
	Error  callbacks.ErrorObject `json:"error,omitzero"`
}

// Hashed is what people may see of a completion for a callback, with the hash of the real one. Call it
// only with keys.
func (k *Keys) Hashed(id callbacks.ID, real, shown callbacks.Completion) callbacks.Completion {
	shown.Sealed = &callbacks.Sealed{Hash: k.ring.Hash(hashed(id, real))}
	return shown
}

// hashed are the bytes of which a completion's hash is made. The same secret has another hash for
// another callback.
func hashed(id callbacks.ID, c callbacks.Completion) []byte {
	return append(about("completion", string(id), string(c.Kind), ""), c.Body()...)
}

// Seal is what is kept of a completion until it is sent. It draws a nonce, so that it is never called
// in a transaction, which may run twice. The box is bound to the callback, which has one decision at
// most, whatever its revision.
func (k *Keys) Seal(id callbacks.ID, real, shown callbacks.Completion) (callbacks.Completion, error) {
	if k == nil {
		return callbacks.Completion{}, ErrUnopened
	}
	data, err := json.Marshal(content{Result: real.Result, Error: real.Error})
	if err != nil {
		return callbacks.Completion{}, fmt.Errorf("seal a completion: %w", err)
	}
	sealed := k.Hashed(id, real, shown)
	sealed.Sealed.Box = k.ring.Seal(data, about("sent", string(id), string(real.Kind)))
	return sealed, nil
}

// Open is the real completion of one that may be sealed. The error is [ErrUnopened], also if its box
// was dropped.
func (k *Keys) Open(id callbacks.ID, c callbacks.Completion) (callbacks.Completion, error) {
	if c.Sealed == nil {
		return c, nil
	}
	if k == nil {
		return callbacks.Completion{}, ErrUnopened
	}
	data, ok := k.ring.Open(c.Sealed.Box, about("sent", string(id), string(c.Kind)))
	if !ok {
		return callbacks.Completion{}, ErrUnopened
	}
	var in content
	if err := json.Unmarshal(data, &in); err != nil {
		return callbacks.Completion{}, fmt.Errorf("open a completion: %w", err)
	}
	return callbacks.Completion{Kind: c.Kind, Result: in.Result, Error: in.Error}, nil
}

// Compared is what a history shows of a callback's end, with our sealed completion in the place of the
// bytes if those have its hash. If the key of the hash is not there, nobody can tell: it is then as if
// the history did not show the bytes.
func (k *Keys) Compared(id callbacks.ID, found callbacks.Closing, ours callbacks.Completion) callbacks.Closing {
	if ours.Sealed == nil || found.Completion == nil {
		return found
	}
	var same, known bool
	if k != nil {
		same, known = k.ring.Matches(ours.Sealed.Hash, hashed(id, *found.Completion))
	}
	switch {
	case !known:
		found.Kind, found.Completion = found.Completion.Kind, nil
	case same:
		found.Completion = &ours
	}
	return found
}

// Lambda opens what is sealed only for the call that sends it.
func (k *Keys) Lambda(next callbacks.Lambda) callbacks.Lambda { return opening{next, k} }

type opening struct {
	callbacks.Lambda
	keys *Keys
}

// Complete implements [callbacks.Lambda]. If no key opens the completion, nothing is sent, and the
// error has replies.Sealed.
func (o opening) Complete(ctx context.Context, to callbacks.Target, c callbacks.Completion) error {
	real, err := o.keys.Open(to.ID, c)
	if err != nil {
		return &replies.Error{Reply: replies.Sealed, Err: err}
	}
	return o.Lambda.Complete(ctx, to, real)
}
