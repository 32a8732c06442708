package desk

import (
	"context"
	"fmt"
	"sync"
	"time"

	"countersign/internal/callbacks"
)

const (
	// pastRuns is how many runs of a function's callbacks of a name in a queue are looked at.
	pastRuns = 100
	// pastAge is how long a summary of them is used: what is usual changes slowly.
	pastAge = time.Minute
	// maxPasts bounds how many summaries are kept.
	maxPasts = 256
)

// pastOf names the callbacks of which a summary is one.
type pastOf struct{ queue, function, name string }

// pasts keep summaries for all readers of a queue.
type pasts struct {
	mu   sync.Mutex
	kept map[pastOf]keptPast
}

type keptPast struct {
	past  Past
	until time.Time
}

func (p *pasts) get(of pastOf, now time.Time) (Past, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept, ok := p.kept[of]
	return kept.past, ok && now.Before(kept.until)
}

func (p *pasts) put(of pastOf, past Past, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil || len(p.kept) >= maxPasts {
		p.kept = map[pastOf]keptPast{}
	}
	p.kept[of] = keptPast{past, now.Add(pastAge)}
}

// addPast adds what earlier decisions say of a callback.
func (s *Service) addPast(ctx context.Context, reader callbacks.Signer, sheet *Sheet) (err error) {
	c := &sheet.Callback
	if sheet.Past, err = s.past(ctx, reader, c); err != nil {
		return err
	}
	now := s.now()
	if !c.State.Open() || !s.queues.MaySee(reader, c.Queue, now) {
		return nil
	}
	sheet.Usual, err = s.Usual(ctx, c.Queue)
	return err
}

// past is what earlier callbacks of the same function and name in the same queue say of one that
// waits, for somebody who may see the queue. A result that was masked or encrypted is not part of
// it.
func (s *Service) past(ctx context.Context, reader callbacks.Signer, c *callbacks.Callback) (Past, error) {
	now := s.now()
	if c.State != callbacks.Pending || c.Function == "" || !s.queues.MaySee(reader, c.Queue, now) {
		return Past{}, nil
	}
	of := pastOf{c.Queue, c.Function, c.Name}
	if known, ok := s.pasts.get(of, now); ok {
		return known, nil
	}
	runs, err := s.records.Past(ctx, of.queue, of.function, of.name, pastRuns)
	if err != nil {
		return Past{}, fmt.Errorf("past runs of %s: %w", c.Function, err)
	}
	past, codec := PastOf(runs), s.codec(c)
	if codec.Encoder != nil || codec.Decoder != nil || len(s.queues[c.Queue].Masked) > 0 {
		past.Answers = nil
	}
	s.pasts.put(of, past, now)
	return past, nil
}
