package readquota

import (
	"context"
	"fmt"
	"sync"
	"time"

	"countersign/internal/callbacks"
)

const (
	// purchase is for how long a process buys at once: it asks the shared quota a few times a
	// second, however much it reads.
	purchase = 200 * time.Millisecond
	// purchaseKept is how long what was bought may be used, so that nobody saves up for a burst.
	keptFor = time.Second
	// keptAllowances bounds the allowances: a region may come out of an ARN that a stranger sent.
	// Without its allowance a lane asks its quota.
	keptAllowances = 64
)

// Urgency says who gives way where the quota is short.
type Urgency int

// The urgencies.
const (
	WhenIdle Urgency = iota // search and aftermath
	Urgent                  // how a callback ended, which somebody waits to know
)

// Allowances hold what a process has taken in advance of the shared quotas: one allowance for each
// lane, out of which its workers pay for the requests by which they read executions.
type Allowances struct {
	store Store
	rate  float64
	now   func() time.Time

	mu    sync.Mutex
	lanes map[callbacks.Lane]*allowance
}

type allowance struct {
	mu       sync.Mutex
	requests int // that are paid for
	keptTo   time.Time
	shut     [2]time.Time // by urgency: as the quota said, no request before
	said     time.Time    // when it said so
	eased    bool         // a request came through since the last purchase
}

// NewAllowances makes empty allowances. The rate is that of one lane: requests a second, over all
// replicas.
func NewAllowances(store Store, rate float64, now func() time.Time) *Allowances {
	return &Allowances{store: store, rate: rate, now: now, lanes: map[callbacks.Lane]*allowance{}}
}

// Rate is how many requests a second a lane has, over all replicas.
func (p *Allowances) Rate() float64 { return p.rate }

// Quotas are the quotas of all lanes.
func (p *Allowances) Quotas(ctx context.Context) ([]Quota, error) { return p.store.Quotas(ctx) }

func (p *Allowances) of(lane callbacks.Lane) *allowance {
	p.mu.Lock()
	defer p.mu.Unlock()
	one, ok := p.lanes[lane]
	if !ok {
		if len(p.lanes) >= keptAllowances {
			clear(p.lanes)
		}
		one = new(allowance)
		p.lanes[lane] = one
	}
	return one
}

// Take pays for one request, or says when one may be made.
func (p *Allowances) Take(ctx context.Context, lane callbacks.Lane, u Urgency) (allowed time.Time, ok bool, err error) {
	one := p.of(lane)
	one.mu.Lock()
	defer one.mu.Unlock()
	now := p.now()
	if now.Before(one.said) { // our clock was set back since
		one.shut = [2]time.Time{}
	}
	if now.Before(one.shut[u]) {
		return one.shut[u], false, nil
	}
	if one.requests == 0 || !now.Before(one.keptTo) {
		many := max(int(p.rate*purchase.Seconds()), 1)
		err := p.store.ChangeQuota(ctx, lane, now, func(b *Quota, at time.Time) {
			if one.eased {
				b.Strikes = 0
			}
			allowed, ok = b.take(at, p.rate, many, u)
			allowed = now.Add(allowed.Sub(at))
		})
		switch {
		case err != nil:
			return time.Time{}, false, fmt.Errorf("read quota of %s: %w", lane, err)
		case !ok:
			one.shut[u], one.said = allowed, now
			return allowed, false, nil
		}
		one.requests, one.keptTo, one.eased = many, now.Add(keptFor), false
	}
	one.requests--
	return now, true, nil
}

// Answered notes what became of a request that was paid for. A 429 stops all requests to its lane,
// by every replica.
func (p *Allowances) Answered(ctx context.Context, lane callbacks.Lane, err error) error {
	one := p.of(lane)
	one.mu.Lock()
	defer one.mu.Unlock()
	answer := callbacks.AnswerOf(err)
	if answer.Answer != callbacks.AnswerThrottled {
		one.eased = one.eased || answer.Answer == callbacks.AnswerAccepted
		return nil
	}
	var until time.Time
	now := p.now()
	failed := p.store.ChangeQuota(ctx, lane, now, func(b *Quota, at time.Time) {
		if one.eased {
			b.Strikes = 0
		}
		b.backOff(at, answer.RetryAfter)
		until = now.Add(b.PausedUntil.Sub(at))
	})
	if failed != nil {
		return fmt.Errorf("read quota of %s: %w", lane, failed)
	}
	one.requests, one.shut, one.said, one.eased = 0, [2]time.Time{until, until}, now, false
	return nil
}

// Charge notes requests that went out without being paid for: nobody knew how many pages a history
// has.
func (p *Allowances) Charge(ctx context.Context, lane callbacks.Lane, many int) error {
	now := p.now()
	err := p.store.ChangeQuota(ctx, lane, now, func(b *Quota, at time.Time) { b.charge(at, p.rate, many) })
	if err != nil {
		return fmt.Errorf("read quota of %s: %w", lane, err)
	}
	return nil
}
