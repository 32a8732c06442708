package callbacks

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawMatching draws a few thresholds and people who fit some of them.
func drawMatching(t *rapid.T) ([]Threshold, [][]bool) {
	thresholds := make([]Threshold, rapid.IntRange(1, 4).Draw(t, "thresholds"))
	for i := range thresholds {
		thresholds[i].For = rapid.IntRange(1, 3).Draw(t, "for")
	}
	one := rapid.SliceOfN(rapid.Bool(), len(thresholds), len(thresholds))
	return thresholds, rapid.SliceOfN(one, 0, 7).Draw(t, "fits")
}

// most is the greatest number of places that people can fill, found by trying everything.
func most(open []int, fits [][]bool) int {
	if len(fits) == 0 {
		return 0
	}
	best := most(open, fits[1:])
	for t, fit := range fits[0] {
		if fit && open[t] > 0 {
			open[t]--
			best = max(best, 1+most(open, fits[1:]))
			open[t]++
		}
	}
	return best
}

func openings(thresholds []Threshold) (open []int) {
	for _, t := range thresholds {
		open = append(open, t.places())
	}
	return open
}

// TestMatching: nobody fills a place that they cannot fill, no threshold has more people than
// places, and no other assignment fills more.
func TestMatching(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		thresholds, fits := drawMatching(t)
		m := match(thresholds, fits)
		left, filled := openings(thresholds), 0
		for person, at := range m.at {
			if at == unplaced {
				continue
			}
			if !fits[person][at] {
				t.Fatalf("%d cannot fill a place of %d: %v", person, at, m.at)
			}
			left[at]--
			filled++
		}
		if !slices.Equal(left, m.open) || slices.Min(left) < 0 {
			t.Fatalf("open %v, want %v", m.open, left)
		}
		if want := most(openings(thresholds), fits); filled != want {
			t.Fatalf("filled %d of %v, %d are possible: %v", filled, thresholds, want, m.at)
		}
	})
}

// TestMatchingWays: one more person helps exactly if they fit one of the ways.
func TestMatchingWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		thresholds, fits := drawMatching(t)
		m := match(thresholds, fits)
		helps := make([]bool, len(thresholds))
		for i, open := range m.open {
			if open > 0 {
				for _, way := range m.ways(i) {
					helps[way] = true
				}
			}
		}
		before := most(openings(thresholds), fits)
		for i := range thresholds {
			one := make([]bool, len(thresholds))
			one[i] = true
			if want := most(openings(thresholds), append(fits, one)) > before; helps[i] != want {
				t.Fatalf("one more at %d: helps %t, want %t", i, helps[i], want)
			}
		}
	})
}
