package payload

import (
	"encoding/json"
	"strings"

	"countersign/internal/jsontext"
	"countersign/internal/printable"
	"countersign/views/words"
)

// unseen names the invisible characters of a completion, whether they are literal or escaped, each
// once.
func unseen(body []byte) []string {
	if json.Valid(body) {
		body = jsontext.Decoded(body)
	}
	found := printable.Hidden(string(body), printable.Exact)
	var names []string
	for i, r := range found {
		if i == maxNamed {
			return append(names, words.Plural(len(found)-i, "other"))
		}
		names = append(names, printable.Name(r))
	}
	return names
}

// maxNamed is how many characters are named; the rest are only counted.
const maxNamed = 5

// unseenWords lists the invisible characters that would be sent.
func unseenWords(names []string) string { return strings.Join(names, ", ") + "." }

// HasClosedPart reports whether part of a payload cannot be read until the reader opens it.
func HasClosedPart(d Document) bool {
	if len(d.Text) == 0 {
		return false
	}
	nodes := tree(d)
	if nodes == nil {
		text, shown := raw(d.Text)
		return shown < len(d.Text) || long(text)
	}
	return unopened(nodes)
}
