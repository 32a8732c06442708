package components

import (
	"testing"
	"time"
)

func TestTick(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 24, 13, 51, 2, 0, time.UTC)
	for _, tc := range []struct {
		whole, usual time.Duration
		want         int
	}{
		{100 * time.Minute, 18 * time.Minute, 18},
		{100 * time.Minute, 0, 0},
		{100 * time.Minute, 100 * time.Minute, 0},
		{100 * time.Minute, time.Second, 1},
		{0, time.Minute, 0},
	} {
		if got := tick(from, from.Add(tc.whole), tc.usual); got != tc.want {
			t.Errorf("%v of %v: at %d, want %d", tc.usual, tc.whole, got, tc.want)
		}
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 13, 51, 2, 0, time.UTC)
	for _, tc := range []struct {
		from, until time.Duration
		want        int
	}{
		{-time.Hour, time.Hour, 50},
		{0, time.Hour, 100},
		{time.Hour, 2 * time.Hour, 100},
		{-time.Hour, 0, 0},
		{-2 * time.Hour, -time.Hour, 0},
		{0, 0, 0},
	} {
		if got := share(now.Add(tc.from), now.Add(tc.until), now); got != tc.want {
			t.Errorf("from %v until %v: %d, want %d", tc.from, tc.until, got, tc.want)
		}
	}
}
