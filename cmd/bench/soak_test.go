package main

import (
	"testing"
	"time"

	"countersign/cmd/bench/load"
	"countersign/cmd/internal/deskprocess/deskprocesstest"
)

// TestSoak soaks as short as it goes: there is a figure in each row.
func TestSoak(t *testing.T) {
	t.Parallel()
	b := newTestBench(t)
	b.binary = deskprocesstest.Build(t)
	rows, err := b.soak(t.Context(), time.Millisecond)
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		if r.measured == "" || r.floor == "" || r.ratio == "" || r.ratio == "NaN" {
			t.Errorf("row %+v", r)
		}
	}
}

// TestSoakRows: what grows in the last quarter of the turns misses its goal, and nothing else does.
func TestSoakRows(t *testing.T) {
	t.Parallel()
	turn := func(log float64) soaked {
		sample := load.NewSample([]time.Duration{time.Millisecond}, time.Second)
		return soaked{announced: sample, decided: sample, memory: 60e6, log: log, each: 2e3}
	}
	rows := soakRows([]soaked{turn(16e6), turn(16e6), turn(16e6), turn(20e6)}, time.Hour)
	for _, r := range rows {
		if want := yes(r.name != "soak of 1h0m0s, log"); r.reached != want {
			t.Errorf("%s: %s beside %s, reached %s; want %s", r.name, r.measured, r.floor, r.reached, want)
		}
	}
}
