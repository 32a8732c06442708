package callbacks

import (
	"context"
	"fmt"

	"countersign/internal/arn"
)

// Sealer makes of a result what only the waiting function can read, by the key that it shares with
// the function's serdes. Lambda and the execution's history see ciphertext only. Failures are not
// sealed: no SDK decrypts an error.
type Sealer interface {
	Seal(ctx context.Context, to Target, result []byte) ([]byte, error)
}

// sealer is the sealer of the function that waits, nil when it reads plain results. The ARN is
// believed before the name: a sender that leaves the name out, or gives another, must not turn
// encryption off.
func (s *Service) sealer(c *Callback) Sealer {
	if function := arn.OfFunction(c.ExecutionARN).Function(); function != "" {
		return s.seals[function]
	}
	return s.seals[c.Function]
}

// sealed is a completion beside what goes out in its place. It is made before the decision is
// recorded: encrypting draws a nonce, and what runs in a transaction may run twice.
type sealed struct {
	to       Target
	function string
	shown    Completion
	sent     Completion
	err      error // why it cannot be sent
}

// seal encrypts what a choice would send, where the waiting function wants that and it is what was
// seen. The rest is found out when it is decided.
func (s *Service) seal(ctx context.Context, c *Callback, p Person, choice Choice, seen string) sealed {
	sealer := s.sealer(c)
	if sealer == nil || c.State != Pending || s.queues.MayDecide(p, c) != nil {
		return sealed{}
	}
	made, err := preview(c, p, choice)
	if err != nil || made.Completion.Kind != Success || made.Seen() != seen {
		return sealed{}
	}
	out := sealed{to: c.Target(), function: c.Function, shown: made.Completion}
	if c.ExecutionARN == "" {
		out.err = Invalid{{Pointer: "outcome", Detail: "This function reads encrypted results, which are bound to the execution's ARN; its sender did not give one. Ask its owner."}}
		return out
	}
	result, err := sealer.Seal(ctx, out.to, made.Completion.Result)
	switch n := len(result); {
	case err != nil:
		out.err = fmt.Errorf("seal the result for %s: %w", c.Function, err)
	case n > MaxCompletionBytes:
		out.err = Invalid{{Pointer: "comment", Detail: fmt.Sprintf("Lambda takes at most %d bytes, encrypted this would be %d.", MaxCompletionBytes, n)}}
	}
	out.sent = Completion{Kind: Success, Result: result}
	return out
}

// outgoing is the completion that goes out for the one that was shown. [ErrStale] where it was
// encrypted for something else: the history has corrected the callback meanwhile.
func (s *Service) outgoing(c *Callback, shown Completion, out sealed) (Completion, error) {
	switch {
	case s.sealer(c) == nil || shown.Kind != Success:
		return shown, nil
	case out.to != c.Target() || out.function != c.Function || !out.shown.Same(shown):
		return Completion{}, fmt.Errorf("encrypted for another request: %w", ErrStale)
	}
	return out.sent, out.err
}
