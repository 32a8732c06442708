package codec

import (
	"context"
	"errors"
	"sync"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// pauseAfterSilence is how long pages do not ask a decoder that did not answer: each would wait as
// long again.
const pauseAfterSilence = 10 * time.Second

// patient is a decoder that is left alone for a while after it did not answer.
type patient struct {
	desk.Decoder
	now func() time.Time

	mu    sync.Mutex
	until time.Time
	last  error // why it is left alone
}

// Decode implements [desk.Decoder].
func (p *patient) Decode(
	ctx context.Context, to callbacks.Target, by callbacks.Person, payload []byte,
) ([]byte, error) {
	if err := p.silence(); err != nil {
		return nil, err
	}
	decoded, err := p.Decoder.Decode(ctx, to, by, payload)
	// A page whose own time was up, or whose reader left, says nothing about the decoder.
	theirs := ctx.Err() == nil || errors.Is(context.Cause(ctx), errTooSlow)
	if errors.Is(err, errSilence) && theirs {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.until, p.last = p.now().Add(pauseAfterSilence), err
	}
	return decoded, err
}

// silence returns the error of the last try while the decoder is left alone.
func (p *patient) silence() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now().Before(p.until) {
		return p.last
	}
	return nil
}
