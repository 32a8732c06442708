package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"countersign/cmd/bench/floor"
	"countersign/cmd/bench/load"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/sqlstore"
)

const (
	// deliverers is how many calls the desk makes at once; the floor makes as many.
	deliverers = 64
	// deliverRounds limits the rounds, because each needs decisions of its own.
	deliverRounds = 3
)

// deliver measures how fast recorded decisions that are due reach Lambda. The floor is a client
// that makes as many calls over as many connections, and stores nothing.
func (b *bench) deliver(ctx context.Context) ([]row, error) {
	var desk, base load.Series
	for n := range min(b.rounds, deliverRounds) {
		sample, err := b.deliverDue(ctx, filepath.Join(b.folder, fmt.Sprintf("due-%d.db", n)))
		if err != nil {
			return nil, err
		}
		desk = append(desk, sample)
		if sample, err = b.callLambda(ctx); err != nil {
			return nil, err
		}
		base = append(base, sample)
	}
	return []row{{
		name: "delivery of " + thousands(b.due) + " that are due", measured: thousands(int(desk.Median(load.Sample.Rate))) + "/s",
		floor: thousands(int(base.Median(load.Sample.Rate))) + "/s", goal: compared(desk.Ratio(base, load.Sample.Rate)),
	}}, nil
}

// deliverDue starts a desk with undelivered decisions, and measures from the first that Lambda
// receives to the last.
func (b *bench) deliverDue(ctx context.Context, file string) (load.Sample, error) {
	all, err := fill(ctx, "sqlite:"+file, b.due)
	if err != nil {
		return load.Sample{}, err
	}
	if err := decideAll(ctx, file, all); err != nil {
		return load.Sample{}, fmt.Errorf("decide: %w", err)
	}
	round := b.lambda.Expect(b.due, 0)
	d, err := b.startDesk(ctx, file)
	if err != nil {
		return load.Sample{}, err
	}
	defer d.stop()
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	if err := waitFor(ctx, round.Decisions.Over); err != nil {
		return load.Sample{}, err
	}
	var first, last time.Time
	for _, at := range b.lambda.Arrivals() {
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	return load.NewSample(make([]time.Duration, b.due), last.Sub(first)), waitFor(ctx, round.Proofs.Over)
}

// callLambda calls Lambda once for each decision.
func (b *bench) callLambda(ctx context.Context) (load.Sample, error) {
	var called atomic.Int64
	return load.Load{
		Address: strings.TrimPrefix(b.lambda.URL, "http://"), Connections: deliverers, Status: http.StatusOK,
		Next: func() (*http.Request, error) {
			n := called.Add(1)
			if n > int64(b.due) {
				return nil, nil
			}
			return http.NewRequestWithContext(ctx, http.MethodPost, b.lambda.URL+floor.CallbackPath(fmt.Sprintf("floor-%d", n)), strings.NewReader(`{"approved":true}`))
		},
	}.Run(ctx)
}

// decideAll decides each callback as the page does, but without HTTP.
func decideAll(ctx context.Context, file string, all []callbacks.Callback) (err error) {
	store, err := sqlstore.Open(ctx, "sqlite:"+file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	queues := callbacks.Queues{}
	for _, name := range queueNames {
		queues[name] = callbacks.Queue{Name: name, Groups: reviewer.Groups}
	}
	service := desk.NewService(desk.ServiceConfig{Store: store, Queues: queues, Invalidator: nobody{}, Now: time.Now})
	person := reviewer
	person.Roles.Reviewer = true
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fillers)
	for _, c := range all {
		group.Go(func() error {
			choice := callbacks.Choice{Outcome: "approve", Sends: true}
			shown, err := service.Preview(ctx, person, c.ID, choice)
			if err != nil {
				return err
			}
			choice.PreparedAt = shown.PreparedAt
			_, err = service.Sign(ctx, person, c.ID, choice, shown.Seen)
			return err
		})
	}
	return group.Wait()
}
