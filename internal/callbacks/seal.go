package callbacks

import (
	"context"
	"fmt"
)

// Sealer makes of a result what only the waiting function can read, by the key that it shares with the function's serdes.
// Lambda and the execution's history see ciphertext only. Failures are not sealed: no SDK decrypts an error.
type Sealer interface {
	Seal(ctx context.Context, to Target, result []byte) ([]byte, error)
}

// sealer is the sealer of the function that waits, nil when it reads plain results. The ARN is believed before the name: a
// sender that leaves the name out, or gives another, must not turn encryption off.
func (s *Service) sealer(c *Callback) Sealer {
	if function := parseARN(c.ExecutionARN).function; function != "" {
		return s.seals[function]
	}
	return s.seals[c.Function]
}

// seal makes the completion that goes out of the one that was shown.
func (s *Service) seal(ctx context.Context, c *Callback, shown Completion) (Completion, error) {
	sealer := s.sealer(c)
	if sealer == nil || shown.Kind != Success {
		return shown, nil
	}
	if c.ExecutionARN == "" {
		return Completion{}, Invalid{{Pointer: "outcome", Detail: "This function reads encrypted results, which are bound to the execution's ARN; its sender did not give one. Ask its owner."}}
	}
	sealed, err := sealer.Seal(ctx, c.Target(), shown.Result)
	if err != nil {
		return Completion{}, fmt.Errorf("seal the result for %s: %w", c.Function, err)
	}
	if n := len(sealed); n > MaxCompletionBytes {
		return Completion{}, Invalid{{Pointer: "comment", Detail: fmt.Sprintf("Lambda takes at most %d bytes, encrypted this would be %d.", MaxCompletionBytes, n)}}
	}
	return Completion{Kind: Success, Result: sealed}, nil
}
