package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/cmd/bench/load"
)

// row is one line of the table.
type row struct {
	name     string
	measured string
	floor    string // empty if the row has a limit instead
	goal
}

// goal is a figure and the goal for it. The zero goal has none.
type goal struct{ ratio, wanted, reached string }

// atLeast is the goal that a ratio is not below a value.
func atLeast(ratio, wanted float64) goal {
	return goal{fmt.Sprintf("%.2f", ratio), fmt.Sprintf("≥ %.2f", wanted), yes(ratio >= wanted)}
}

// atMost is the goal that a ratio is not above a value.
func atMost(ratio, wanted float64) goal {
	return goal{fmt.Sprintf("%.2f", ratio), fmt.Sprintf("≤ %.2f", wanted), yes(ratio <= wanted)}
}

// below is the goal that a figure without a floor is under a limit in the same unit.
func below(value, limit float64, unit string) goal {
	return goal{wanted: fmt.Sprintf("< %g %s", limit, unit), reached: yes(value < limit)}
}

// compared is a ratio without a goal.
func compared(ratio float64) goal { return goal{ratio: fmt.Sprintf("%.2f", ratio)} }

func yes(ok bool) string {
	if ok {
		return "yes"
	}
	return "no"
}

// unmeasured is the row of a figure that could not be measured here.
func unmeasured(name, why string) row {
	return row{name: name, measured: "not measured: " + why, goal: goal{reached: "no"}}
}

// printTable writes the rows as a Markdown table whose columns also line up in a terminal.
func printTable(w io.Writer, rows []row) error {
	lines := [][]string{{"Row", "Measured", "Floor", "Ratio", "Wanted", "Reached"}}
	for _, r := range rows {
		lines = append(lines, []string{r.name, r.measured, r.floor, r.ratio, r.wanted, r.reached})
	}
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, line := range lines {
		for i, cell := range line {
			b.WriteString("| " + cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+1))
		}
		b.WriteString("|\n")
		if n == 0 {
			for _, width := range widths {
				b.WriteString("|" + strings.Repeat("-", width+2))
			}
			b.WriteString("|\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// rates formats a series as "1,234/s, p50 0.41 ms, p99 1.20 ms".
func rates(s load.Series) string {
	return fmt.Sprintf("%s/s, %s", thousands(int(s.Median(load.Sample.Rate))), latencies(s))
}

// latencies formats a series as "p50 0.41 ms, p99 1.20 ms".
func latencies(s load.Series) string {
	return fmt.Sprintf("p50 %s, p99 %s", milliseconds(s.Median(load.Sample.P50)), milliseconds(s.Median(load.Sample.P99)))
}

func milliseconds(seconds float64) string {
	if seconds >= 0.1 {
		return fmt.Sprintf("%.0f ms", seconds*1000)
	}
	return fmt.Sprintf("%.3g ms", seconds*1000)
}

// thousands formats 1234567 as 1,234,567.
func thousands(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// medianOf returns the median of times, in milliseconds.
func medianOf(times []time.Duration) float64 {
	return load.NewSample(times, time.Second).Quantile(0.5).Seconds() * 1000
}
