package main

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain lets the measurements under test start this test binary as their floors.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "floor" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// tiny is enough to see every row.
var tiny = plan{rounds: 1, round: 20 * time.Millisecond, few: 20, many: 40, most: 120, decisions: 2, starts: 1,
	reviews: 20, heartbeat: 3 * time.Second, streams: 20, changes: 1, due: 20, attacks: 4, ended: 100}

// newTestBench is a bench without a desk to measure.
func newTestBench(t *testing.T) *bench {
	t.Helper()
	b, err := newBench(t.Context(), tiny, os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	return b
}
