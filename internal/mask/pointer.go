package mask

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/internal/jsontext"
)

// Bounds of a list of pointers. They are far above what a request needs, and keep the search for
// masked values short.
const (
	MaxPointers = 50  // of one list
	MaxBytes    = 500 // of one pointer
)

// every is the token that stands for each element of an array and each member of an object. JSON
// pointers have no such token, and no way to escape it: a name that is * is masked with the others.
const every = "*"

var (
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
)

// Join joins lists of pointers; each is in the result once.
func Join(lists ...[]string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(lists...))))
}

// Check returns nil if a text is a JSON pointer (RFC 6901), in which a token * stands for each
// element or member. The empty pointer names the whole document. The error says what to write.
func Check(pointer string) error {
	switch {
	case len(pointer) > MaxBytes:
		return fmt.Errorf("a pointer has at most %d bytes, this has %d", MaxBytes, len(pointer))
	case !utf8.ValidString(pointer):
		return errors.New("a pointer is text in UTF-8")
	case pointer != "" && pointer[0] != '/':
		return errors.New(`a JSON pointer begins with a slash: write it as "/vendor/iban"`)
	}
	for i, c := range []byte(pointer) {
		if next := pointer[i+1:]; c == '~' && !strings.HasPrefix(next, "0") && !strings.HasPrefix(next, "1") {
			return errors.New("in a JSON pointer ~ is written ~0, and / in a name is written ~1")
		}
	}
	return nil
}

// tokens are the decoded parts of a pointer.
type tokens []string

// parse reads a pointer that [Check] accepts.
func parse(pointer string) tokens {
	if pointer == "" {
		return nil
	}
	parts := strings.Split(pointer[1:], "/")
	for i := range parts {
		parts[i] = unescape.Replace(parts[i])
	}
	return parts
}

// nameOf is the token of a member: its name or its index.
func nameOf(m jsontext.Member) string {
	if m.Key == nil {
		return strconv.Itoa(m.Index)
	}
	name, _ := jsontext.Text(m.Key, len(m.Key))
	return name
}

// route is what remains of some pointers from one value on. The routes of its members are made when
// the first of them is met, so that each member of a long list costs one look-up.
type route struct {
	left  []tokens
	ends  bool              // a pointer names this very value
	named map[string]*route // for the names and indexes that a pointer has next
	other *route            // for all other members; nil if none of them is masked
}

func routeOf(left []tokens) *route {
	if len(left) == 0 {
		return nil
	}
	return &route{left: left, ends: slices.ContainsFunc(left, func(t tokens) bool { return len(t) == 0 })}
}

// into is the route from a member on; nil if no pointer leads into it.
func (r *route) into(m jsontext.Member) *route {
	if r.named == nil {
		r.fork()
	}
	if len(r.named) == 0 {
		return r.other
	}
	if next, ok := r.named[nameOf(m)]; ok {
		return next
	}
	return r.other
}

// fork makes the routes of the members.
func (r *route) fork() {
	r.named = make(map[string]*route)
	after := func(name string) (left []tokens) {
		for _, t := range r.left {
			if t[0] == every || t[0] == name {
				left = append(left, t[1:])
			}
		}
		return left
	}
	r.other = routeOf(after(every))
	for _, t := range r.left {
		if _, known := r.named[t[0]]; t[0] != every && !known {
			r.named[t[0]] = routeOf(after(t[0]))
		}
	}
}
