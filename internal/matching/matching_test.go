package matching

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawMatching draws the places of a few kinds and people who fit some of them.
func drawMatching(t *rapid.T) (places []int, fits [][]bool) {
	places = rapid.SliceOfN(rapid.IntRange(1, 3), 1, 4).Draw(t, "places")
	one := rapid.SliceOfN(rapid.Bool(), len(places), len(places))
	return places, rapid.SliceOfN(one, 0, 7).Draw(t, "fits")
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

// TestFind: nobody fills a place that they cannot fill, no kind has more people than places, and
// no other assignment fills more.
func TestFind(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		places, fits := drawMatching(t)
		m := Find(places, fits)
		left, filled := slices.Clone(places), 0
		for person, at := range m.At {
			if at == Unplaced {
				continue
			}
			if !fits[person][at] {
				t.Fatalf("%d cannot fill a place of %d: %v", person, at, m.At)
			}
			left[at]--
			filled++
		}
		if !slices.Equal(left, m.Open) || slices.Min(left) < 0 {
			t.Fatalf("open %v, want %v", m.Open, left)
		}
		if want := most(slices.Clone(places), fits); filled != want {
			t.Fatalf("filled %d of %v, %d are possible: %v", filled, places, want, m.At)
		}
	})
}

// TestWays: one more person helps exactly if they fit one of the ways.
func TestWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		places, fits := drawMatching(t)
		m := Find(places, fits)
		helps := make([]bool, len(places))
		for i, open := range m.Open {
			if open > 0 {
				for _, way := range m.Ways(i) {
					helps[way] = true
				}
			}
		}
		before := most(slices.Clone(places), fits)
		for i := range places {
			one := make([]bool, len(places))
			one[i] = true
			if want := most(slices.Clone(places), append(fits, one)) > before; helps[i] != want {
				t.Fatalf("one more at %d: helps %t, want %t", i, helps[i], want)
			}
		}
	})
}
