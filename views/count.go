package views

import "strconv"

// Counts are the numbers beside the navigation.
type Counts struct {
	Available, Mine, Attention Count
	All                        Count // pending in every queue; for admins and auditors
}

// Count is how many there are, or that there are at least so many. The zero Count is not shown.
type Count struct {
	n      int
	more   bool
	exists bool
}

// Bounded is the count that came out of counting up to limit.
func Bounded(n, limit int) Count {
	if n >= limit {
		return Count{n: limit - 1, more: true, exists: true}
	}
	return Count{n: n, exists: true}
}

// Known reports whether anything was counted.
func (c Count) Known() bool { return c.exists }

// Zero reports whether it is known that there are none.
func (c Count) Zero() bool { return c.exists && c.n == 0 }

// Number is how many were counted.
func (c Count) Number() int { return c.n }

// Of is the count with what was counted: "1 callback", "99+ callbacks".
func (c Count) Of(word string) string {
	if c.n == 1 && !c.more {
		return "1 " + word
	}
	return c.String() + " " + word + "s"
}

// String is "17", or "99+" where counting stopped at 100, or nothing.
func (c Count) String() string {
	switch {
	case !c.exists:
		return ""
	case c.more:
		return strconv.Itoa(c.n) + "+"
	}
	return strconv.Itoa(c.n)
}
