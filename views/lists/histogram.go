package lists

import (
	"countersign/views"
)

// barRoom is the room of one bar of the histogram, tallest what the highest may be, in units of the
// drawing.
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

// barsOf draws counts in proportion. A bar that stands for anything at all can be seen.
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
