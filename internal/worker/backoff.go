package worker

import "time"

// MaxBackoff bounds the pause between two attempts.
const MaxBackoff = 5 * time.Minute

// Backoff is the pause before the next attempt. It doubles from half a second, with jitter in
// [0,1). It is at least as long as the other side asks for, and short enough to leave room for more
// than one attempt before the deadline.
func Backoff(tries int, retryAfter time.Duration, left time.Duration, jitter float64) time.Duration {
	pause := MaxBackoff
	if tries < 10 {
		pause = min(500*time.Millisecond<<max(tries-1, 0), MaxBackoff)
	}
	pause += time.Duration(float64(pause) * jitter / 4)
	pause = max(pause, retryAfter)
	if left > 0 && pause > left/2 {
		pause = max(left/2, 200*time.Millisecond)
	}
	return pause
}
