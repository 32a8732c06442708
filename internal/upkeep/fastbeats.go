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
	// fastPerSecond and fastBurst bound the beats of fast clocks that one source gets where nobody
	// reviews: 40 callbacks of a heartbeat timeout of six seconds. Else a sender of thousands could
	// have the desk, and its account, do nothing else.
	fastPerSecond = 20
	fastBurst     = 40
	// fastWarning is how often the log says so of a source.
	fastWarning = time.Minute
)

// fastBeats bounds beats of fast clocks by source. One goroutine uses it.
type fastBeats struct {
	log *slog.Logger
	of  map[string]*fastSource // sources are configured, so that they are few
}

type fastSource struct {
	left       float64
	at, warned time.Time
}

// over reports whether a beat is left out, because its source has had too many. What somebody
// reviews, or has decided, is always kept alive.
func (f *fastBeats) over(c *callbacks.Callback, now time.Time) bool {
	if c.State != callbacks.Pending || c.HeartbeatInterval() >= fastInterval || now.Before(c.ReviewedUntil) {
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
		f.log.Warn("heartbeats of a source are left out: it has too many callbacks that are kept alive while queued, with heartbeat timeouts below 30 s; "+
			"they end by that clock unless somebody reviews them", "source", c.Source)
	}
	return true
}
