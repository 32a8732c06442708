package worker

import (
	"context"
	"log/slog"
	"time"
)

const (
	// PollInterval is how often a loop looks for work without being woken. It catches lost wake-ups
	// and work from other replicas.
	PollInterval = 5 * time.Second
	// RetryInterval is the pause after a failed round, so that a database that is down is not
	// hammered.
	RetryInterval = 2 * time.Second

	// minimumPause keeps a loop from spinning when its next work is due now but claimed by another
	// worker.
	minimumPause = 20 * time.Millisecond
	// roundLimit is longer than any round takes. A round that hangs, for example on a connection to
	// a database that no longer answers, must not end the loop.
	roundLimit = time.Minute
)

// Loop runs rounds one after the other.
type Loop struct {
	Name string // for the log
	Log  *slog.Logger
	Now  func() time.Time
	Wake Alarm // nil if nobody wakes it
	// Round does what is due and returns when the next round is due, zero for "when woken". Its
	// context ends after a minute.
	Round func(context.Context) (next time.Time, err error)
}

// Run runs the first round at once, and the next when it is due, when the alarm rings, or after
// [PollInterval]. It returns when ctx ends.
func (l Loop) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-l.Wake:
		}
		pause := l.round(ctx)
		if ctx.Err() != nil {
			return
		}
		timer.Reset(pause)
	}
}

// round runs one round and returns how long to wait for the next.
func (l Loop) round(ctx context.Context) time.Duration {
	limited, cancel := context.WithTimeout(ctx, roundLimit)
	defer cancel()
	next, err := l.Round(limited)
	switch {
	case err != nil:
		if ctx.Err() == nil {
			l.Log.ErrorContext(ctx, "a worker's round failed; it is tried again", "worker", l.Name, "error", err)
		}
		return RetryInterval
	case next.IsZero():
		return PollInterval
	}
	return min(max(next.Sub(l.Now()), minimumPause), PollInterval)
}
