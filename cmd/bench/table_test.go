package main

import (
	"strings"
	"testing"
	"time"

	"countersign/cmd/bench/load"
)

func TestPrintTable(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	err := printTable(&out, []row{
		{"intake, 1 connection", "2/s", "4/s", atLeast(0.5, 0.5)},
		{name: "start", measured: "300 ms", goal: below(300, 250, "ms")},
	})
	want := strings.TrimPrefix(`
| Row                  | Measured | Floor | Ratio | Wanted   | Reached |
|----------------------|----------|-------|-------|----------|---------|
| intake, 1 connection | 2/s      | 4/s   | 0.50  | ≥ 0.50   | yes     |
| start                | 300 ms   |       |       | < 250 ms | no      |
`, "\n")
	if err != nil || out.String() != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, out.String(), want)
	}
}

func TestGoals(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		got  goal
		want string
	}{
		"AtLeastReached": {atLeast(0.52, 0.5), "yes"},
		"AtLeastMissed":  {atLeast(0.49, 0.5), "no"},
		"AtMostReached":  {atMost(3, 3), "yes"},
		"AtMostMissed":   {atMost(3.1, 3), "no"},
		"BelowReached":   {below(249, 250, "ms"), "yes"},
		"BelowMissed":    {below(250, 250, "ms"), "no"},
		"NothingWanted":  {compared(0.7), ""},
	} {
		if tt.got.reached != tt.want {
			t.Errorf("%s: reached %q, want %q", name, tt.got.reached, tt.want)
		}
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	second := load.Series{load.NewSample([]time.Duration{410 * time.Microsecond, 1200 * time.Microsecond}, time.Millisecond)}
	for got, want := range map[string]string{
		thousands(7):        "7",
		thousands(999):      "999",
		thousands(1000):     "1,000",
		thousands(1234567):  "1,234,567",
		milliseconds(0.25):  "250 ms",
		milliseconds(0.004): "4 ms",
		rates(second):       "2,000/s, p50 1.2 ms, p99 1.2 ms",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := medianOf([]time.Duration{9 * time.Millisecond, time.Millisecond, 2 * time.Millisecond}); got != 2 {
		t.Errorf("the median is %v, want 2", got)
	}
}
