package readquota

import (
	"testing"
	"time"
)

var start = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

// spend asks for a request every step over a time and counts those that were allowed.
func spend(b *Quota, from time.Time, over, step time.Duration, rate float64) int {
	n := 0
	for at := from; at.Before(from.Add(over)); at = at.Add(step) {
		if _, ok := b.take(at, rate, 1, WhenIdle); ok {
			n++
		}
	}
	return n
}

func TestQuota(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		rate     float64
		over     time.Duration
		min, max int
	}{
		{"Five", 5, time.Minute, 300, 305},
		{"Half", 0.5, time.Minute, 30, 31},
		{"Odd", 2.5, 10 * time.Second, 25, 27},
		{"Burst", 5, time.Millisecond, 1, 1},
	} {
		var b Quota
		if n := spend(&b, start, tc.over, 10*time.Millisecond, tc.rate); n < tc.min || n > tc.max {
			t.Errorf("%s: %d requests in %v, want %d to %d", tc.name, n, tc.over, tc.min, tc.max)
		}
	}
}

func TestQuota_SaysWhen(t *testing.T) {
	t.Parallel()
	var b Quota
	now := start
	for range 5 {
		if _, ok := b.take(now, 5, 1, WhenIdle); !ok {
			t.Fatal("a second's worth of requests may go out at once")
		}
	}
	at, ok := b.take(now, 5, 1, WhenIdle)
	if ok || !at.Equal(now.Add(200*time.Millisecond)) {
		t.Fatalf("the sixth is allowed %t at %v, want after 200 ms", ok, at.Sub(now))
	}
	if _, ok := b.take(at, 5, 1, WhenIdle); !ok {
		t.Error("not allowed when it said")
	}
	if got := b.Spent(now.Add(time.Second)); got != 6 {
		t.Errorf("spent %d, want 6", got)
	}
}

func TestQuota_BacksOff(t *testing.T) {
	t.Parallel()
	var b Quota
	now := start
	for _, want := range []time.Duration{2, 4, 8, 16, 32, 60, 60} {
		b.backOff(now, 0)
		if at, ok := b.take(now, 5, 1, WhenIdle); ok || !at.Equal(now.Add(want*time.Second)) || !b.Throttled(now) {
			t.Errorf("paused for %v, want %d s", at.Sub(now), want)
		}
		now = b.PausedUntil
		if b.Throttled(now) {
			t.Error("throttled at the end of the pause")
		}
	}
	b.backOff(now, 5*time.Minute)
	if at, _ := b.take(now, 5, 1, WhenIdle); !at.Equal(now.Add(5 * time.Minute)) {
		t.Errorf("paused for %v, want as long as AWS asked for", at.Sub(now))
	}
	if _, ok := b.take(now.Add(7*time.Minute), 5, 1, WhenIdle); !ok || b.Strikes != 0 {
		t.Errorf("allowed %t with %d strikes after a quiet minute", ok, b.Strikes)
	}
}

func TestQuota_SpentOverTheMinute(t *testing.T) {
	t.Parallel()
	var b Quota
	spend(&b, start, time.Minute, time.Second, 5)
	for _, tc := range []struct {
		after time.Duration
		want  int
	}{{59 * time.Second, 60}, {90 * time.Second, 30}, {119 * time.Second, 1}, {3 * time.Minute, 0}} {
		if got := b.Spent(start.Add(tc.after)); got != tc.want {
			t.Errorf("after %v: spent %d, want %d", tc.after, got, tc.want)
		}
	}
}

// TestQuota_UrgentFirst: while Urgent requests use up the rate, the others get nothing; what is
// left over is theirs.
func TestQuota_UrgentFirst(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		every        time.Duration // between Urgent requests
		Urgent, idle [2]int        // at least and at most, in a minute at five a second
	}{
		"Overload":    {100 * time.Millisecond, [2]int{300, 310}, [2]int{0, 5}},
		"HalfTheRate": {400 * time.Millisecond, [2]int{150, 150}, [2]int{145, 155}},
		"None":        {time.Hour, [2]int{1, 1}, [2]int{295, 305}},
	} {
		var b Quota
		made := map[Urgency]int{}
		for after := time.Duration(0); after < time.Minute; after += 50 * time.Millisecond {
			for _, u := range []Urgency{WhenIdle, Urgent} {
				if u == Urgent && after%tc.every != 0 {
					continue
				}
				if _, ok := b.take(start.Add(after), 5, 1, u); ok {
					made[u]++
				}
			}
		}
		for u, want := range map[Urgency][2]int{Urgent: tc.Urgent, WhenIdle: tc.idle} {
			if made[u] < want[0] || made[u] > want[1] {
				t.Errorf("%s: %d requests of Urgency %d, want %v", name, made[u], u, want)
			}
		}
	}
}

// TestQuota_TakesSeveral: a purchase costs as much as its requests.
func TestQuota_TakesSeveral(t *testing.T) {
	t.Parallel()
	var b Quota
	n := 0
	for at := start; at.Before(start.Add(10 * time.Second)); at = at.Add(10 * time.Millisecond) {
		if _, ok := b.take(at, 100, 20, WhenIdle); ok {
			n += 20
		}
	}
	if n < 1000 || n > 1100 {
		t.Errorf("%d requests in 10 s, want a hundred a second", n)
	}
}

// TestQuota_OneStrike: requests that were under way together are one reason to pause.
func TestQuota_OneStrike(t *testing.T) {
	t.Parallel()
	var b Quota
	for range 10 {
		b.backOff(start, 0)
	}
	b.backOff(start, 9*time.Second)
	if b.Strikes != 1 || !b.PausedUntil.Equal(start.Add(9*time.Second)) {
		t.Errorf("%d strikes, paused for %v", b.Strikes, b.PausedUntil.Sub(start))
	}
}

// TestQuota_SetBack: what a clock noted that was ahead holds nobody up for longer than it could
// have by itself.
func TestQuota_SetBack(t *testing.T) {
	t.Parallel()
	ahead := start.Add(5 * time.Minute)
	var paid Quota
	spend(&paid, ahead, 10*time.Second, 10*time.Millisecond, 5)
	if n := spend(&paid, start, 10*time.Second, 10*time.Millisecond, 5); n < 49 || n > 55 {
		t.Errorf("%d requests in the 10 s after the clock was set back, want 50", n)
	}
	var paused Quota
	paused.backOff(start.Add(time.Hour), 20*time.Minute)
	if at, ok := paused.take(start, 5, 1, WhenIdle); ok || !at.Equal(start.Add(maxPause)) {
		t.Errorf("allowed %t after %v, want after a quarter of an hour", ok, at.Sub(start))
	}
}
