package views

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"countersign/internal/printable"
)

// escape is a character by its number in JSON: whoever reads the document gets the character itself.
var escape = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)

// unseen names the characters of a completion that cannot be seen, as they are or by their number, each once.
func unseen(body []byte) []string {
	found := printable.Hidden(string(body), printable.Exact)
	for _, code := range escape.FindAll(body, -1) {
		n, _ := strconv.ParseUint(string(code[2:]), 16, 16) // four digits
		if r := rune(n); !utf16.IsSurrogate(r) && !slices.Contains(found, r) {
			found = append(found, printable.Hidden(string(r), printable.Exact)...)
		}
	}
	var names []string
	for i, r := range found {
		if i == maxNamed {
			return append(names, plural(len(found)-i, "other"))
		}
		names = append(names, printable.Name(r))
	}
	return names
}

// maxNamed is how many characters are named before the rest are counted.
const maxNamed = 5

// unseenWords says which characters go out unseen.
func unseenWords(names []string) string { return strings.Join(names, ", ") + "." }

// closedPayload reports whether a part of a payload cannot be read before the reader opens it.
func closedPayload(document []byte) bool {
	if len(document) == 0 {
		return false
	}
	nodes := tree(document)
	if nodes == nil {
		_, shown := raw(document)
		return shown < len(document)
	}
	return unopened(nodes)
}
