package worker_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/worker"
)

// rounds runs a loop whose rounds answer one after the other, and returns the pauses before the
// second round and each after it. After the last answer the loop is stopped.
func rounds(t *testing.T, wake worker.Alarm, replies ...func(context.Context) (time.Time, error)) (pauses []time.Duration) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var ended time.Time
	worker.Loop{Name: "test", Log: slog.New(slog.DiscardHandler), Now: time.Now, Wake: wake,
		Round: func(round context.Context) (time.Time, error) {
			if !ended.IsZero() {
				pauses = append(pauses, time.Since(ended))
			}
			if len(pauses) == len(replies) {
				stop()
				return time.Time{}, nil
			}
			next, err := replies[len(pauses)](round)
			ended = time.Now()
			return next, err
		}}.Run(ctx)
	return pauses
}

func TestLoop(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) func(context.Context) (time.Time, error) {
		return func(context.Context) (time.Time, error) { return time.Now().Add(d), nil }
	}
	for name, tt := range map[string]struct {
		round func(context.Context) (time.Time, error)
		want  time.Duration
	}{
		"Due":      {in(time.Second), time.Second},
		"DueNow":   {in(0), 20 * time.Millisecond},
		"Overdue":  {in(-time.Hour), 20 * time.Millisecond},
		"FarAway":  {in(time.Hour), worker.PollInterval},
		"WhenRung": {func(context.Context) (time.Time, error) { return time.Time{}, nil }, worker.PollInterval},
		"Failed":   {func(context.Context) (time.Time, error) { return time.Time{}, errors.New("no") }, worker.RetryInterval},
		"Hung": {func(round context.Context) (time.Time, error) {
			<-round.Done()
			return time.Time{}, round.Err()
		}, worker.RetryInterval},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if got := rounds(t, nil, tt.round); len(got) != 1 || got[0] != tt.want {
					t.Errorf("the next round came after %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// TestAlarm: a wake-up during a round is kept, and several are one.
func TestAlarm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wake := worker.NewAlarm()
		rung := func(context.Context) (time.Time, error) {
			wake.Ring()
			wake.Ring()
			return time.Time{}, nil
		}
		quiet := func(context.Context) (time.Time, error) { return time.Time{}, nil }
		if got := rounds(t, wake, rung, quiet); len(got) != 2 || got[0] != 0 || got[1] != worker.PollInterval {
			t.Errorf("the next rounds came after %v", got)
		}
	})
}
