package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"countersign/cmd/bench/load"
	"countersign/internal/callbacks"
	"countersign/internal/sqlstore"
)

const (
	// beatsInTimeout is the desk's own rule: the time between two heartbeats is a third of the
	// timeout.
	beatsInTimeout = 3
	// beatLimit is the delay after which a heartbeat counts as late. The desk's own metric uses the
	// same limit.
	beatLimit = 2 * time.Second
	// steadyHeartbeats is how many heartbeats of each callback are measured, after a first one that is
	// not.
	steadyHeartbeats = 4
	// beatsCost is how much of a processor the heartbeats of all reviews may use, in percent.
	beatsCost = 100.0
	// deskAway is longer than the desk takes from its start to its first heartbeat.
	deskAway = time.Second
)

// beats keeps many callbacks under review and measures when their heartbeats come and what they
// cost.
func (b *bench) beats(ctx context.Context) ([]row, error) {
	database := "sqlite:" + filepath.Join(b.folder, "beats.db")
	all, err := fill(ctx, database, b.reviews)
	if err != nil {
		return nil, err
	}
	if err := b.holdAll(ctx, database, all); err != nil {
		return nil, fmt.Errorf("open reviews: %w", err)
	}
	interval := b.heartbeat / beatsInTimeout
	b.lambda.Pulses.Begin(interval)
	d, err := b.startReplicas(ctx, database, 1)
	if err != nil {
		return nil, err
	}
	defer d.stop()
	if err := pause(ctx, interval+deskAway); err != nil { // the first heartbeat of each callback
		return nil, err
	}
	b.lambda.Pulses.Begin(interval)
	used, err := d.watchProcessor(ctx, steadyHeartbeats*interval)
	if err != nil {
		return nil, err
	}
	behind := b.lambda.Pulses.End()
	if len(behind) == 0 {
		return nil, errors.New("no heartbeat came")
	}
	return beatRows(b.reviews, behind, steadyHeartbeats*interval, used), nil
}

// beatRows returns the rows for the heartbeats of a time span, in which the desk used the given
// processor time.
func beatRows(reviews int, behind []time.Duration, span, used time.Duration) []row {
	late := 0
	for _, d := range behind {
		if d > beatLimit {
			late++
		}
	}
	sample := load.NewSample(behind, span)
	share := 100 * used.Seconds() / span.Seconds()
	name := thousands(reviews) + " open reviews"
	return []row{
		{name: name + ", beats behind schedule", measured: fmt.Sprintf("%s/s, p50 %s, p99 %s, most %s", thousands(int(sample.Rate())),
			milliseconds(sample.P50()), milliseconds(sample.P99()), milliseconds(sample.Quantile(1).Seconds()))},
		{name: name + ", late beats", measured: fmt.Sprintf("%d of %s", late, thousands(len(behind))), goal: goal{wanted: "0", reached: yes(late == 0)}},
		{name: name + ", processor", measured: fmt.Sprintf("%.0f %% of one, %s a beat", share, milliseconds(used.Seconds()/float64(len(behind)))),
			goal: below(share, beatsCost, "%")},
	}
}

// holdAll opens a review of each callback, one after the other, so that the heartbeats are spread
// over an interval. The leases are long, because no page renews them.
func (b *bench) holdAll(ctx context.Context, database string, all []callbacks.Callback) (err error) {
	store, err := sqlstore.Open(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	opened := time.Now()
	left := opened.Add(maxRun)
	interval := b.heartbeat / beatsInTimeout
	numbers := make(chan int)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(numbers)
		for n := range all {
			select {
			case numbers <- n:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range min(fillers, len(all)) {
		group.Go(func() error {
			for n := range numbers {
				first := opened.Add(deskAway + interval*time.Duration(n)/time.Duration(len(all)))
				_, err := store.Change(ctx, all[n].ID, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
					c.Bookkeeping = true
					c.Clocks.HeartbeatTimeout, c.Clocks.LastHeartbeatAt = b.heartbeat, opened
					c.HeldUntil, c.NextHeartbeatAt = left, first
					r := callbacks.Review{ID: callbacks.NewID(), Callback: c.ID, By: reviewer.Actor(), OpenedAt: opened, RenewedAt: left, LastInputAt: opened}
					c.Reviews = append(c.Reviews, r)
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}
