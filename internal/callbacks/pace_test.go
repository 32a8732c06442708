package callbacks

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	t.Parallel()
	p, l := newPace(5), line{lane: Lane{Region: "eu-west-1"}}
	for i := range 10 {
		if got, want := p.slot(l, traceStart, traceStart).Sub(traceStart), time.Duration(i)*200*time.Millisecond; got != want {
			t.Errorf("reading %d is planned after %v, want %v", i, got, want)
		}
	}
	if got := p.slot(line{lane: l.lane, urgency: urgent}, traceStart, traceStart); !got.Equal(traceStart) {
		t.Errorf("an urgent one is planned after %v, behind those that are not", got.Sub(traceStart))
	}
	back := traceStart.Add(-5 * time.Minute)
	if got := p.slot(l, back, back); !got.Equal(back) {
		t.Errorf("after the clock was set back one is planned after %v, want now", got.Sub(back))
	}
}
