package readquota

import (
	"testing"
	"time"

	"countersign/internal/arn"
)

func TestPace(t *testing.T) {
	t.Parallel()
	p, lane := NewPace(5), arn.Lane{Region: "eu-west-1"}
	for i := range 10 {
		if got, want := p.Slot(lane, WhenIdle, start, start).Sub(start), time.Duration(i)*200*time.Millisecond; got != want {
			t.Errorf("reading %d is planned after %v, want %v", i, got, want)
		}
	}
	if got := p.Slot(lane, Urgent, start, start); !got.Equal(start) {
		t.Errorf("an urgent one is planned after %v, behind those that are not", got.Sub(start))
	}
	back := start.Add(-5 * time.Minute)
	if got := p.Slot(lane, WhenIdle, back, back); !got.Equal(back) {
		t.Errorf("after the clock was set back one is planned after %v, want now", got.Sub(back))
	}
}
