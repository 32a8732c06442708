package lambdastub

import (
	"testing"
	"time"
)

// TestPulses: a beat is measured by the one before it, and one that does not come is as late as the
// look at it.
func TestPulses(t *testing.T) {
	t.Parallel()
	var p Pulses
	now := time.Now()
	p.note("before", now) // nobody counts yet
	p.Begin(time.Minute)
	for id, ago := range map[string][]time.Duration{
		"punctual": {80 * time.Second, 20 * time.Second},
		"late":     {100 * time.Second, 35 * time.Second},
		"missing":  {70 * time.Second},
	} {
		for _, d := range ago {
			p.note(id, now.Add(-d))
		}
	}
	behind := p.End()
	if len(behind) != 3 || behind[0] != 0 || behind[1] != 5*time.Second || behind[2] < 10*time.Second || behind[2] > time.Minute {
		t.Errorf("behind %v, want 0 s, 5 s and a little more than 10 s", behind)
	}
	p.note("after", now)
	if len(p.End()) != 0 {
		t.Error("beats are counted after the end")
	}
}
