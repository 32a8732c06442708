package locallambdatest_test

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/standin/locallambda/locallambdatest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestAdvance_CallsInOrderAndOnTime(t *testing.T) {
	t.Parallel()
	clock := locallambdatest.NewClock(noon)
	var at []time.Duration
	note := func() { at = append(at, clock.Now().Sub(noon)) }
	clock.AfterFunc(3*time.Second, note)
	clock.AfterFunc(time.Second, func() {
		note()
		clock.AfterFunc(time.Second, note) // falls due within the same Advance
	})
	clock.AfterFunc(6*time.Second, note)
	clock.Advance(5 * time.Second)
	if want := []time.Duration{time.Second, 2 * time.Second, 3 * time.Second}; !slices.Equal(at, want) {
		t.Errorf("called at %v, want %v", at, want)
	}
	if got := clock.Now().Sub(noon); got != 5*time.Second {
		t.Errorf("the clock shows %v", got)
	}
}

func TestStop_PreventsTheCallOnce(t *testing.T) {
	t.Parallel()
	clock := locallambdatest.NewClock(noon)
	stop := clock.AfterFunc(time.Second, func() { t.Error("called") })
	if !stop() || stop() {
		t.Error("stop reports whether it prevented the call")
	}
	clock.Advance(time.Minute)
}

func TestAfterFunc_NeverCallsAtOnce(t *testing.T) {
	t.Parallel()
	clock := locallambdatest.NewClock(noon)
	called := false
	clock.AfterFunc(-time.Second, func() { called = true })
	if called {
		t.Fatal("called within AfterFunc")
	}
	clock.Advance(0)
	if !called || !clock.Now().Equal(noon) {
		t.Errorf("called %v at %v", called, clock.Now())
	}
}
