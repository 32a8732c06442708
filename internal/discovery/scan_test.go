package discovery

import (
	"testing"
	"time"
)

func TestNextCheck(t *testing.T) {
	t.Parallel()
	open := map[string]OpenCallback{"1": {}}
	for _, tc := range []struct {
		name    string
		running int
		quiet   time.Duration
		open    map[string]OpenCallback
		want    time.Duration
	}{
		{"RoomForAll", 150, 24 * time.Hour, nil, scanInterval},
		{"ScarceButBusy", 151, time.Minute, nil, scanInterval},
		{"ScarceAndQuiet", 151, 40 * time.Minute, nil, 5 * time.Minute},
		{"ScarceAndVeryQuiet", 151, 24 * time.Hour, nil, longestQuiet},
		{"ScarceWithAnOpenCallback", 151, 24 * time.Hour, open, scanInterval},
	} {
		s := scan{WatchState: WatchState{ScanFrom: traceStart}, running: tc.running}
		got := s.nextCheck(Trace{LastAt: traceStart.Add(-tc.quiet), Callbacks: tc.open}, traceStart, 5)
		if got != traceStart.Add(tc.want) {
			t.Errorf("%s: after %v, want %v", tc.name, got.Sub(traceStart), tc.want)
		}
	}
}
