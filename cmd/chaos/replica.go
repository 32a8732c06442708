package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"countersign/cmd/internal/deskprocess"
)

// startTries is how often starting a replica is tried before the run fails: it cannot start while
// PostgreSQL is down.
const startTries = 10

// replica is one process of the desk, at an address that stays the same.
type replica struct {
	url         string
	log         string // file
	binary      string
	environment []string
	outages     *outages

	mu      sync.Mutex // held while it is down
	process *deskprocess.Process
	back    func(time.Time) // ends the outage
}

// start starts the process again until it is ready, as an orchestrator does. The caller holds mu or
// is the only user. ctx limits the start; the process runs until it is killed or stopped.
func (r *replica) start(ctx context.Context) error {
	var failed error
	for range startTries {
		var err error
		if r.process, err = deskprocess.Start(context.WithoutCancel(ctx), r.log, nil, r.environment, r.binary, "serve"); err != nil {
			return err
		}
		if err = r.process.Ready(ctx, r.url); err == nil {
			if r.back != nil {
				r.back(time.Now())
			}
			return nil
		}
		r.process.Kill()
		failed = err
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return errors.Join(err, failed)
		}
	}
	return fmt.Errorf("%s did not start %d times: %w", r.url, startTries, failed)
}

// crash kills the process at once and starts another after a while.
func (r *replica) crash(ctx context.Context, away time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.kill(); err != nil {
		return err
	}
	if err := pause(ctx, away); err != nil {
		return err
	}
	return r.start(ctx)
}

// kill kills the process. It returns an error if the process has already ended, because nothing
// else should have ended it.
func (r *replica) kill() error {
	select {
	case <-r.process.Ended():
		return r.process.Died(r.url + " ended by itself")
	default:
		r.process.Kill()
		r.back = r.outages.begin(time.Now())
		return nil
	}
}

// pause waits for d. It returns early with the error of ctx if that ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
