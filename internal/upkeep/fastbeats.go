package upkeep

import (
	"log/slog"
	"time"

	"countersign/internal/callbacks"
)

const (
	// fastInterval is the interval below which a clock counts as fast: a heartbeat timeout of less
	// than half a minute.
	fastInterval = 10 * time.Second
	// fastPerSecond and fastBurst bound the heartbeats of fast clocks for callbacks of one source
	// that nobody reviews: enough for 40 callbacks with a heartbeat timeout of six seconds. Without
	// the bound, a sender of thousands could keep the desk and its AWS account busy with nothing
	// else.
	fastPerSecond = 20
	fastBurst     = 40
	// fastWarning is how often the log reports that a source is over the bound.
	fastWarning = time.Minute
)

// fastHeartbeats bounds the heartbeats of fast clocks by source. Only one goroutine may use it.
type fastHeartbeats struct {
	log *slog.Logger
	of  map[string]*fastSource // few, because sources are configured
}

type fastSource struct {
	left       float64
	at, warned time.Time
}

// over reports whether a heartbeat is skipped because its source has had too many. A callback that
// somebody reviews, or has decided, is always kept alive.
func (f *fastHeartbeats) over(c *callbacks.Callback, now time.Time) bool {
	if c.State != callbacks.Pending || c.HeartbeatInterval() >= fastInterval || now.Before(c.HeldUntil) {
		return false
	}
	s := f.of[c.Source]
	if s == nil {
		s = &fastSource{left: fastBurst, at: now}
		f.of[c.Source] = s
	}
	s.left, s.at = min(s.left+max(now.Sub(s.at), 0).Seconds()*fastPerSecond, fastBurst), now
	if s.left >= 1 {
		s.left--
		return false
	}
	if now.Sub(s.warned) >= fastWarning {
		s.warned = now
		f.log.Warn("some of a source's heartbeats are not sent: too many of its callbacks have keepAliveWhileQueued and a heartbeat timeout below 30 s; "+
			"these callbacks time out unless somebody reviews them", "source", c.Source)
	}
	return true
}
