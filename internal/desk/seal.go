package desk

import (
	"context"
	"fmt"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// Sealer encrypts a result for the waiting function alone, with the key that it shares with the
// function's serdes. Lambda and the execution's history see only ciphertext. Failures are not
// sealed: no SDK decrypts an error.
type Sealer interface {
	Seal(ctx context.Context, to callbacks.Target, result []byte) ([]byte, error)
}

// sealer returns the sealer of the waiting function, nil if the function reads plain results. The
// function in the ARN takes precedence over the name: a sender that leaves the name out, or gives
// another, must not turn encryption off.
func (s *Service) sealer(c *callbacks.Callback) Sealer {
	if function := arn.OfFunction(c.ExecutionARN).Function(); function != "" {
		return s.seals[function]
	}
	return s.seals[c.Function]
}

// sealed is a completion together with the encrypted one that is sent in its place. It is made
// before the decision is recorded, because encrypting draws a nonce and code in a transaction may
// run twice.
type sealed struct {
	to       callbacks.Target
	function string
	shown    callbacks.Completion
	sent     callbacks.Completion
	err      error // why it cannot be sent
}

// seal encrypts what a choice would send, if the waiting function wants that and the choice still
// matches what was seen. Everything else is checked when the decision is made.
func (s *Service) seal(
	ctx context.Context, c *callbacks.Callback, p callbacks.Signer, choice callbacks.Choice, seen string,
) (sealed, error) {
	sealer, now := s.sealer(c), s.now()
	if sealer == nil || c.State != callbacks.Pending || s.queues.MayDecide(p, c, now) != nil {
		return sealed{}, nil
	}
	signatures, err := s.signatures(ctx, c)
	if err != nil {
		return sealed{}, err
	}
	made, err := s.prepared(s.queues.Gate(c, signatures, now), p, choice)
	if err != nil || made.Completion.Kind != callbacks.Success || made.Seen() != seen {
		return sealed{}, nil // the transaction finds out why
	}
	out := sealed{to: c.Target(), function: c.Function, shown: made.Completion}
	if c.ExecutionARN == "" {
		out.err = callbacks.Invalid{{Pointer: "outcome", Detail: "This function reads encrypted results, which are bound to the execution's ARN; its sender did not give one. Ask its owner."}}
		return out, nil
	}
	result, err := sealer.Seal(ctx, out.to, made.Completion.Result)
	switch n := len(result); {
	case err != nil:
		out.err = fmt.Errorf("seal the result for %s: %w", c.Function, err)
	case n > callbacks.MaxCompletionBytes:
		out.err = callbacks.Invalid{{Pointer: "comment", Detail: fmt.Sprintf("Lambda takes at most %d bytes, encrypted this would be %d.", callbacks.MaxCompletionBytes, n)}}
	}
	out.sent = callbacks.Completion{Kind: callbacks.Success, Result: result}
	return out, nil
}

// outgoing returns the completion to send for the one that was shown. It returns
// [callbacks.ErrStale] if the completion was encrypted for another target: the history has
// corrected the callback in the meantime.
func (s *Service) outgoing(
	c *callbacks.Callback, shown callbacks.Completion, out sealed,
) (callbacks.Completion, error) {
	switch {
	case s.sealer(c) == nil || shown.Kind != callbacks.Success:
		return shown, nil
	case out.to != c.Target() || out.function != c.Function || !out.shown.Same(shown):
		return callbacks.Completion{}, fmt.Errorf("encrypted for another request: %w", callbacks.ErrStale)
	}
	return out.sent, out.err
}
