package callbacks

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// TestRoundThatHangs: a worker outlives a round that nobody answers.
func TestRoundThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		again := make(chan struct{})
		hung := false
		go loop(ctx, "test", slog.New(slog.DiscardHandler), time.Now, newAlarm(), func(round context.Context) (time.Time, error) {
			if !hung {
				hung = true
				<-round.Done()
				return time.Time{}, round.Err()
			}
			close(again)
			<-round.Done()
			return time.Time{}, nil
		})
		began := time.Now()
		<-again
		if took := time.Since(began); took != roundLimit+retryInterval {
			t.Errorf("the next round came after %v", took)
		}
		stop()
	})
}
