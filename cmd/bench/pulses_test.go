package main

import (
	"testing"
	"time"
)

// TestPulses: a beat is measured by the one before it, and one that does not come is as late as the
// look at it.
func TestPulses(t *testing.T) {
	t.Parallel()
	var p pulses
	now := time.Now()
	p.note("before", now) // nobody counts yet
	p.begin(time.Minute)
	for id, ago := range map[string][]time.Duration{
		"punctual": {80 * time.Second, 20 * time.Second},
		"late":     {100 * time.Second, 35 * time.Second},
		"missing":  {70 * time.Second},
	} {
		for _, d := range ago {
			p.note(id, now.Add(-d))
		}
	}
	behind := p.end()
	if len(behind) != 3 || behind[0] != 0 || behind[1] != 5*time.Second || behind[2] < 10*time.Second || behind[2] > time.Minute {
		t.Errorf("behind %v, want 0 s, 5 s and a little more than 10 s", behind)
	}
	p.note("after", now)
	if len(p.end()) != 0 {
		t.Error("beats are counted after the end")
	}
}

func TestBeatRows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		behind time.Duration
		late   string
	}{{beatLimit, "yes"}, {beatLimit + time.Millisecond, "no"}} {
		rows := beatRows(1, []time.Duration{0, tt.behind}, 10*time.Second, time.Second)
		if got := rows[1].reached; got != tt.late {
			t.Errorf("a beat %v behind its schedule: reached %s, want %s", tt.behind, got, tt.late)
		}
		if got, want := rows[2].measured, "10 % of one, 500 ms a beat"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
