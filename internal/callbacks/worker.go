package callbacks

import (
	"context"
	"log/slog"
	"time"
)

// pollInterval is how often a worker looks without being woken: the net under lost wake-ups and other replicas' work.
const pollInterval = 5 * time.Second

// retryInterval is the pause after a round that failed, so that a dead database is not hammered.
const retryInterval = 2 * time.Second

// minimumPause keeps a worker whose next work is due now, but claimed by somebody else, from spinning.
const minimumPause = 20 * time.Millisecond

// roundLimit is longer than any round takes: what hangs in one, such as a connection to the database that nobody answers on any
// more, must not end the worker.
const roundLimit = time.Minute

// Times of a stop. Orchestrators kill what is still there 10 s after they asked, and requests have had their share by then.
const (
	stopCalls  = 3 * time.Second // then calls under way are cut, and their answers count as lost
	stopWrites = 2 * time.Second // then what came of a call is not written down any more
)

// Worker is a long-running part: Run works until the context ends and returns when its work is finished or released.
type Worker interface {
	Run(ctx context.Context)
}

// outlive is a context that ends after limit, and a grace after ctx, but not with it. The grace counts from now where ctx has
// ended already.
func outlive(ctx context.Context, grace, limit time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() { stop(); cancel() }
}

// alarm wakes a worker. Waking never blocks; a wake-up that nobody waits for is kept, several are one.
type alarm chan struct{}

func newAlarm() alarm { return make(alarm, 1) }

func (a alarm) ring() {
	select {
	case a <- struct{}{}:
	default:
	}
}

// loop runs rounds until ctx ends. The context of a round ends after roundLimit. A round returns when the next one is due, zero for "when woken"; it is run again at the
// latest after pollInterval.
func loop(ctx context.Context, name string, log *slog.Logger, now func() time.Time, wake alarm, round func(context.Context) (time.Time, error)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-wake:
		}
		limited, cancel := context.WithTimeout(ctx, roundLimit)
		next, err := round(limited)
		cancel()
		pause := pollInterval
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.ErrorContext(ctx, "worker round failed; it is tried again", "worker", name, "error", err)
			pause = retryInterval
		case !next.IsZero():
			pause = min(max(next.Sub(now()), minimumPause), pollInterval)
		}
		timer.Reset(pause)
	}
}
