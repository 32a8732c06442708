// Package linediff compares two texts line by line.
package linediff

import "slices"

// Kind says in which of two texts a line is.
type Kind string

// The kinds.
const (
	Both    Kind = "both"
	Removed Kind = "removed" // only in the first text
	Added   Kind = "added"   // only in the second
)

// Line is a line of either text. Was and Is are its places in both, from 0; -1 where it is not in one.
type Line struct {
	Kind    Kind
	Text    string
	Was, Is int
}

// maxCells bounds the work and the memory of a comparison. Of longer texts, all that is between the
// lines that they share at both ends counts as removed and added.
const maxCells = 4 << 20

// Of returns the lines of two texts, with as many as possible in both. What was removed comes before
// what was added in its place.
func Of(was, is []string) (all []Line) {
	head := 0
	for head < min(len(was), len(is)) && was[head] == is[head] {
		head++
	}
	tail := 0
	for tail < min(len(was), len(is))-head && was[len(was)-1-tail] == is[len(is)-1-tail] {
		tail++
	}
	for i := range head {
		all = append(all, Line{Both, was[i], i, i})
	}
	all = append(all, between(was[head:len(was)-tail], is[head:len(is)-tail], head)...)
	for i := range tail {
		w, n := len(was)-tail+i, len(is)-tail+i
		all = append(all, Line{Both, was[w], w, n})
	}
	return all
}

// between compares what is between the first and the last lines that two texts share.
func between(was, is []string, from int) (all []Line) {
	common := lengths(was, is)
	w, n := 0, 0
	for w < len(was) || n < len(is) {
		switch {
		case common != nil && w < len(was) && n < len(is) && was[w] == is[n]:
			all = append(all, Line{Both, was[w], from + w, from + n})
			w, n = w+1, n+1
		case w < len(was) && (n == len(is) || common == nil || common[w+1][n] >= common[w][n+1]):
			all = append(all, Line{Removed, was[w], from + w, -1})
			w++
		default:
			all = append(all, Line{Added, is[n], -1, from + n})
			n++
		}
	}
	return all
}

// lengths are how many lines two texts share from each pair of places on; nil if that is too much work.
func lengths(was, is []string) [][]int32 {
	if (len(was)+1)*(len(is)+1) > maxCells {
		return nil
	}
	common := make([][]int32, len(was)+1)
	for w := range common {
		common[w] = make([]int32, len(is)+1)
	}
	for w := range slices.Backward(was) {
		for n := range slices.Backward(is) {
			if common[w][n] = max(common[w+1][n], common[w][n+1]); was[w] == is[n] {
				common[w][n] = common[w+1][n+1] + 1
			}
		}
	}
	return common
}
