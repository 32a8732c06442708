package lists

import (
	"countersign/views"
)

// barRoom is the width of one bar of the histogram, and tallest the greatest height of a bar, in
// units of the drawing.
const (
	barRoom = 84
	tallest = 66
)

// histoBar is a bar of the histogram.
type histoBar struct {
	Range
	Count     views.Count
	X, Height int
}

// barsOf draws the counts in proportion. A bar for at least one callback is always visible.
func barsOf(counts []views.Count) []histoBar {
	most := 1
	for i := range Ranges {
		most = max(most, countAt(counts, i).Number())
	}
	bars := make([]histoBar, len(Ranges))
	for i, r := range Ranges {
		n := countAt(counts, i)
		bars[i] = histoBar{Range: r, Count: n, X: 1 + i*barRoom + i/2, Height: n.Number() * tallest / most}
		if n.Number() > 0 {
			bars[i].Height = max(bars[i].Height, 3)
		}
	}
	return bars
}
