package main

import (
	"testing"
	"time"
)

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
