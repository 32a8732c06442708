package main

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// longestAway is how long a killed replica may stay away, waver how much later than planned a
	// blow may come, so that it hits whatever is just under way.
	longestAway = 1500 * time.Millisecond
	waver       = 30 * time.Millisecond
)

// blow is one thing that goes wrong here; what goes wrong at Lambda is in [lambdaSide.misbehave].
type blow struct {
	after    int // so many decisions have come to their end
	waver    time.Duration
	replica  int // that is killed; -1 restarts PostgreSQL
	away     time.Duration
	postgres bool
}

// suffering is how often what went wrong.
type suffering struct {
	kills, restarts int
	atPoints        [points]int
}

func sufferingOf(blows []blow) (s suffering) {
	for _, b := range blows {
		if b.postgres {
			s.restarts++
		} else {
			s.kills++
		}
	}
	return s
}

// draw spreads the blows over the decisions, the earliest first.
func (w *world) draw() []blow {
	random := w.random(randomBlows)
	var all []blow
	for range w.kills {
		all = append(all, blow{
			after: random.IntN(w.decisions), waver: time.Duration(random.Int64N(int64(waver))),
			replica: random.IntN(w.processes), away: time.Duration(random.Int64N(int64(longestAway))),
		})
	}
	if w.server != nil {
		for range w.restarts {
			all = append(all, blow{after: random.IntN(w.decisions), waver: time.Duration(random.Int64N(int64(waver))), postgres: true})
		}
	}
	slices.SortStableFunc(all, func(a, b blow) int { return a.after - b.after })
	return all
}

// strike deals each blow when its time has come. A replica that is down already is killed again
// once it is up.
func (w *world) strike(ctx context.Context, blows []blow) error {
	group, ctx := errgroup.WithContext(ctx)
	over := 0
	for _, b := range blows {
		for ; over < b.after; over++ {
			select {
			case <-w.answered:
			case <-ctx.Done():
				return group.Wait()
			}
		}
		if err := pause(ctx, b.waver); err != nil {
			break
		}
		if b.postgres {
			group.Go(func() error {
				back := w.outages.begin(time.Now())
				defer func() { back(time.Now()) }()
				return w.server.Restart(ctx)
			})
			continue
		}
		group.Go(func() error { return w.replicas[b.replica].crash(ctx, b.away) })
	}
	return group.Wait()
}
