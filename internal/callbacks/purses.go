package callbacks

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// purchase is for how long a process buys at once: it asks the shared budget a few times a second, however much it reads.
	purchase = 200 * time.Millisecond
	// purchaseKept is how long what was bought may be used, so that nobody saves up for a burst.
	purchaseKept = time.Second
	// keptPurses bounds the purses: a region may come out of an ARN that a stranger sent. Without its purse a lane asks its budget.
	keptPurses = 64
)

// Urgency says who gives way where the budget is short.
type Urgency int

// The urgencies.
const (
	WhenIdle Urgency = iota // search and aftermath
	Urgent                  // how a callback ended, which somebody waits to know
)

// Purses hold what a process has bought of the shared budgets: one purse for each lane, out of which its workers pay for the
// requests by which they read executions.
type Purses struct {
	store BudgetStore
	rate  float64
	now   func() time.Time

	mu    sync.Mutex
	lanes map[Lane]*purse
}

type purse struct {
	mu       sync.Mutex
	requests int // that are paid for
	keptTo   time.Time
	shut     [2]time.Time // by urgency: as the budget said, no request before
	said     time.Time    // when it said so
	eased    bool         // a request came through since the last purchase
}

// NewPurses makes empty purses. The rate is that of one lane: requests a second, over all replicas.
func NewPurses(store BudgetStore, rate float64, now func() time.Time) *Purses {
	return &Purses{store: store, rate: rate, now: now, lanes: map[Lane]*purse{}}
}

// Rate is how many requests a second a lane has, over all replicas.
func (p *Purses) Rate() float64 { return p.rate }

// Budgets are the budgets of all lanes.
func (p *Purses) Budgets(ctx context.Context) ([]ReadBudget, error) { return p.store.Budgets(ctx) }

func (p *Purses) of(lane Lane) *purse {
	p.mu.Lock()
	defer p.mu.Unlock()
	one, ok := p.lanes[lane]
	if !ok {
		if len(p.lanes) >= keptPurses {
			clear(p.lanes)
		}
		one = new(purse)
		p.lanes[lane] = one
	}
	return one
}

// Spend pays for one request, or says when one may be made.
func (p *Purses) Spend(ctx context.Context, lane Lane, u Urgency) (allowed time.Time, ok bool, err error) {
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
		err := p.store.ChangeBudget(ctx, lane, now, func(b *ReadBudget, at time.Time) {
			if one.eased {
				b.Strikes = 0
			}
			allowed, ok = b.take(at, p.rate, many, u)
			allowed = now.Add(allowed.Sub(at))
		})
		switch {
		case err != nil:
			return time.Time{}, false, fmt.Errorf("budget of %s: %w", lane, err)
		case !ok:
			one.shut[u], one.said = allowed, now
			return allowed, false, nil
		}
		one.requests, one.keptTo, one.eased = many, now.Add(purchaseKept), false
	}
	one.requests--
	return now, true, nil
}

// Answered notes what became of a request that was paid for. A 429 stops all requests to its lane, by every replica.
func (p *Purses) Answered(ctx context.Context, lane Lane, err error) error {
	one := p.of(lane)
	one.mu.Lock()
	defer one.mu.Unlock()
	answer := AnswerOf(err)
	if answer.Answer != AnswerThrottled {
		one.eased = one.eased || answer.Answer == AnswerAccepted
		return nil
	}
	var until time.Time
	now := p.now()
	failed := p.store.ChangeBudget(ctx, lane, now, func(b *ReadBudget, at time.Time) {
		if one.eased {
			b.Strikes = 0
		}
		b.backOff(at, answer.RetryAfter)
		until = now.Add(b.PausedUntil.Sub(at))
	})
	if failed != nil {
		return fmt.Errorf("budget of %s: %w", lane, failed)
	}
	one.requests, one.shut, one.said, one.eased = 0, [2]time.Time{until, until}, now, false
	return nil
}

// Charge notes requests that went out without being paid for: nobody knew how many pages a history has.
func (p *Purses) Charge(ctx context.Context, lane Lane, many int) error {
	now := p.now()
	err := p.store.ChangeBudget(ctx, lane, now, func(b *ReadBudget, at time.Time) { b.charge(at, p.rate, many) })
	if err != nil {
		return fmt.Errorf("budget of %s: %w", lane, err)
	}
	return nil
}
