package readquota

import (
	"context"
	"fmt"
	"sync"
	"time"

	"countersign/internal/arn"
	"countersign/internal/replies"
)

const (
	// purchase is the time for which a process takes requests at once: it asks the shared quota a
	// few times a second, however much it reads.
	purchase = 200 * time.Millisecond
	// keptFor is how long an allowance may be used, so that no process saves up for a burst.
	keptFor = time.Second
	// keptAllowances bounds the number of allowances, because a region may come from an ARN that a
	// stranger sent. A lane without an allowance asks its quota.
	keptAllowances = 64
)

// Urgency says which readings come first when the quota is short.
type Urgency int

// The urgencies.
const (
	WhenIdle Urgency = iota // discovery and follow-up
	Urgent                  // how a callback ended: somebody waits for it
)

// Allowances hold what a process has taken in advance from the shared quotas. Each lane has one
// allowance, and workers take from it the requests that read executions.
type Allowances struct {
	store Store
	rate  float64
	now   func() time.Time

	mu    sync.Mutex
	lanes map[arn.Lane]*allowance
}

type allowance struct {
	mu       sync.Mutex
	requests int // still available
	keptTo   time.Time
	shut     [2]time.Time // by urgency: according to the quota, no request before this time
	said     time.Time    // when the quota said so
	eased    bool         // a request succeeded since the allowance was last filled
}

// NewAllowances makes empty allowances. rate is the number of requests a second in one lane, over
// all replicas.
func NewAllowances(store Store, rate float64, now func() time.Time) *Allowances {
	return &Allowances{store: store, rate: rate, now: now, lanes: map[arn.Lane]*allowance{}}
}

// Rate is the number of requests a second in one lane, over all replicas.
func (p *Allowances) Rate() float64 { return p.rate }

// Quotas returns the quotas of all lanes.
func (p *Allowances) Quotas(ctx context.Context) ([]Quota, error) { return p.store.Quotas(ctx) }

func (p *Allowances) of(lane arn.Lane) *allowance {
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

// Take takes one request from the allowance of a lane, or returns when one may be made.
func (p *Allowances) Take(ctx context.Context, lane arn.Lane, u Urgency) (allowed time.Time, ok bool, err error) {
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

// Answered notes the answer to a request that was taken. A 429 stops all requests to its lane, on
// every replica.
func (p *Allowances) Answered(ctx context.Context, lane arn.Lane, err error) error {
	one := p.of(lane)
	one.mu.Lock()
	defer one.mu.Unlock()
	reply := replies.Of(err)
	if reply.Reply != replies.Throttled {
		one.eased = one.eased || reply.Reply == replies.Accepted
		return nil
	}
	var until time.Time
	now := p.now()
	failed := p.store.ChangeQuota(ctx, lane, now, func(b *Quota, at time.Time) {
		if one.eased {
			b.Strikes = 0
		}
		b.backOff(at, reply.RetryAfter)
		until = now.Add(b.PausedUntil.Sub(at))
	})
	if failed != nil {
		return fmt.Errorf("read quota of %s: %w", lane, failed)
	}
	one.requests, one.shut, one.said, one.eased = 0, [2]time.Time{until, until}, now, false
	return nil
}
