// Package fault lists what is wrong with something that was sent: a document, a form, a query. Each
// fault names its place, and a list is bounded, because it repeats what was sent.
package fault

import (
	"fmt"

	"countersign/internal/printable"
)

// List is an error: the faults of what somebody sent.
type List []Fault

// Fault is one thing that is wrong. Pointer is a JSON pointer (RFC 6901) into a document, or the
// name of a form field.
type Fault struct {
	Pointer string
	Detail  string
}

// Limits of what a list says. Pointers and details repeat what was sent, and nobody fixes more than
// this at once.
const (
	Max        = 32  // faults
	maxPointer = 512 // bytes
	maxDetail  = 320 // bytes
)

func (l List) Error() string {
	switch len(l) {
	case 0:
		return "nothing is wrong"
	case 1:
		return fmt.Sprintf("%s: %s", l[0].Pointer, l[0].Detail)
	}
	return fmt.Sprintf("%d fields are not valid, first %s: %s", len(l), l[0].Pointer, l[0].Detail)
}

// Add adds a fault.
func (l *List) Add(pointer, format string, args ...any) {
	detail := fmt.Sprintf(format, args...)
	*l = append(*l, Fault{Pointer: clip(pointer, maxPointer), Detail: clip(detail, maxDetail)})
}

// Err returns the list as an error, or nil if it is empty. If there are more faults than [Max], the
// error says how many it leaves out.
func (l List) Err() error { return l.And(0) }

// And is Err for a list that leaves out more faults, whose number is given.
func (l List) And(more int) error {
	if len(l) == 0 {
		return nil
	}
	if over := len(l) - Max; over > 0 {
		l, more = l[:Max:Max], more+over
	}
	if more > 0 {
		return append(l, Fault{Detail: fmt.Sprintf("and %d more", more)})
	}
	return l
}

// clip returns at most limit bytes of a text, with a mark if the text was longer.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return printable.Cut(s, limit) + "…"
}
