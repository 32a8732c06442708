package views

import (
	"fmt"
	"strconv"
)

// Counts are the numbers beside the entries of the navigation.
type Counts struct {
	Available, Mine, Attention Count
	// AtRisk is how many of Available are at risk, as [desk.Ends] has it; the tab says it.
	AtRisk   int
	All      Count // pending in every queue; for admins and auditors
	Channels Count // that somebody has to look at; for admins and auditors
}

// Count is a number of things, or the fact that there are at least that many. The zero Count is not
// shown.
type Count struct {
	n      int
	more   bool
	exists bool
}

// Bounded returns the Count that results from counting up to limit.
func Bounded(n, limit int) Count {
	if n >= limit {
		return Count{n: limit - 1, more: true, exists: true}
	}
	return Count{n: n, exists: true}
}

// Known reports whether anything was counted.
func (c Count) Known() bool { return c.exists }

// Zero reports whether something was counted and there are none.
func (c Count) Zero() bool { return c.exists && c.n == 0 }

// Number returns how many were counted.
func (c Count) Number() int { return c.n }

// Of returns the count with a noun: "1 callback", "99+ callbacks".
func (c Count) Of(word string) string {
	if c.n == 1 && !c.more {
		return "1 " + word
	}
	return c.String() + " " + word + "s"
}

// String returns "1,312", or "99+" if counting stopped at 100, or "" if nothing was counted.
func (c Count) String() string {
	switch {
	case !c.exists:
		return ""
	case c.more:
		return thousands(c.n) + "+"
	}
	return thousands(c.n)
}

// thousands writes a number below a million.
func thousands(n int) string {
	const thousand = 1000
	if n < thousand {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/thousand, n%thousand)
}
