package mask

import (
	"errors"
	"fmt"
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

// into returns what is left of those pointers that lead into a member.
func into(pointers []tokens, m jsontext.Member) (left []tokens) {
	name, read := "", false
	for _, p := range pointers {
		if p[0] != every && !read {
			name, read = nameOf(m), true
		}
		if p[0] == every || p[0] == name {
			left = append(left, p[1:])
		}
	}
	return left
}
