// Package plural counts things in English sentences.
package plural

import "strconv"

// Count is a number with its noun, whose plural ends in s: "1 key", "3 keys".
func Count(n int, one string) string { return CountOf(n, one, one+"s") }

// CountOf is Count for a noun with another plural: "1 person", "3 people".
func CountOf(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + more
}
