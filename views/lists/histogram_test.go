package lists

import (
	"slices"
	"testing"

	"countersign/views"
)

func TestBars(t *testing.T) {
	t.Parallel()
	counts := []views.Count{views.Bounded(0, 100), views.Bounded(1, 100), views.Bounded(100, 100)}
	bars := barsOf(counts)
	heights := []int{bars[0].Height, bars[1].Height, bars[2].Height, bars[3].Height}
	if want := []int{0, 3, tallest, 0}; !slices.Equal(heights, want) {
		t.Errorf("heights %v, want %v: nothing is nothing, and little can be seen", heights, want)
	}
	if got := bars[2].Count.Of("callback"); got != "99+ callbacks" {
		t.Errorf("%q", got)
	}
	if got := bars[1].Count.Of("callback"); got != "1 callback" {
		t.Errorf("%q", got)
	}
}
