package upkeep

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// TestFastBeats: a source with thousands of tiny clocks gets its share, and takes nothing from
// others or from who reviews.
func TestFastBeats(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	var log strings.Builder
	f := &fastHeartbeats{log: slog.New(slog.NewTextHandler(&log, nil)), of: map[string]*fastSource{}}
	of := func(source string, timeout time.Duration, change func(*callbacks.Callback)) *callbacks.Callback {
		c := &callbacks.Callback{Request: callbacks.Request{Source: source, KeepAlive: callbacks.KeepAliveQueued}, State: callbacks.Pending, Clocks: callbacks.Clocks{HeartbeatTimeout: timeout}}
		if change != nil {
			change(c)
		}
		return c
	}
	sent := func(c *callbacks.Callback, now time.Time) (n int) {
		for range 10_000 {
			if !f.over(c, now) {
				n++
			}
		}
		return n
	}
	flood := of("flood", time.Second, nil)
	total := 0
	for second := range 100 {
		total += sent(flood, began.Add(time.Duration(second)*time.Second))
	}
	if want := fastBurst + 99*fastPerSecond; total != want {
		t.Errorf("%d beats in 100 seconds, want %d", total, want)
	}
	now := began.Add(100 * time.Second)
	sent(flood, now)
	for name, c := range map[string]*callbacks.Callback{
		"OtherSource": of("other", time.Second, nil),
		"SlowClock":   of("flood", 30*time.Second, nil),
		"Reviewed":    of("flood", time.Second, func(c *callbacks.Callback) { c.HeldUntil = now.Add(time.Second) }),
		"Decided":     of("flood", time.Second, func(c *callbacks.Callback) { c.State = callbacks.Decided }),
	} {
		if f.over(c, now) {
			t.Errorf("%s: a beat is left out", name)
		}
	}
	if n := strings.Count(log.String(), "heartbeats are not sent"); n != 2 {
		t.Errorf("the log says it %d times in 100 seconds, want 2", n)
	}
}
