package worker

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tries            int
		retryAfter, left time.Duration
		jitter           float64
		atLeast, atMost  time.Duration
	}{
		"First":                {1, 0, 0, 0, 500 * time.Millisecond, 500 * time.Millisecond},
		"FirstWithJitter":      {1, 0, 0, 1, 625 * time.Millisecond, 625 * time.Millisecond},
		"Fourth":               {4, 0, 0, 0, 4 * time.Second, 4 * time.Second},
		"Bounded":              {40, 0, 0, 0, MaxBackoff, MaxBackoff},
		"AsAsked":              {1, 19 * time.Second, 0, 0, 19 * time.Second, 19 * time.Second},
		"LeavesRoomBeforeEnd":  {8, 0, 10 * time.Second, 0, 5 * time.Second, 5 * time.Second},
		"NeverSpinsAtTheEnd":   {8, 0, 10 * time.Millisecond, 0, 200 * time.Millisecond, 200 * time.Millisecond},
		"PastTheEndFreeToWait": {3, 0, -time.Minute, 0, 2 * time.Second, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Backoff(tt.tries, tt.retryAfter, tt.left, tt.jitter); got < tt.atLeast || got > tt.atMost {
				t.Errorf("got %v, want %v to %v", got, tt.atLeast, tt.atMost)
			}
		})
	}
}
