package main

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// longestAway is how long a killed replica may stay down. waver is how much later than planned
	// a fault may come, so that it can hit anything under way.
	longestAway = 1500 * time.Millisecond
	waver       = 30 * time.Millisecond
)

// blow is one fault on this side: a kill or a restart. Faults at Lambda are in [lambdaSide.misbehave].
type blow struct {
	after    int // the number of decisions that must have come to their end first
	waver    time.Duration
	replica  int // the replica to kill; -1 restarts PostgreSQL
	away     time.Duration
	postgres bool
}

// suffering counts the faults that happened.
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

// draw spreads the faults over the decisions, the earliest first.
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

// strike carries out each fault when its time has come. A replica that is already down is killed
// again once it is up.
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
