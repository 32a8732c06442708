package people

import (
	"slices"
	"strings"

	"countersign/internal/printable"
	"countersign/internal/spelling"
)

const (
	maxKey      = 256 // characters of one key
	maxNameKeys = 8   // words of a name by which a person is found
)

// Key is a text as people are looked up by it.
func Key(text string) string { return printable.Cut(spelling.Key(text), maxKey) }

// Keys are what a person is found by, without doubles: the name from each of its words on, and the
// addresses.
func (p Profile) Keys() []string {
	var keys []string
	rest := Key(p.Name)
	for range maxNameKeys {
		keys = append(keys, rest)
		_, rest, _ = strings.Cut(rest, " ")
	}
	for _, a := range p.Addresses {
		keys = append(keys, Key(a.Address))
	}
	slices.Sort(keys)
	return slices.DeleteFunc(slices.Compact(keys), func(key string) bool { return key == "" })
}
