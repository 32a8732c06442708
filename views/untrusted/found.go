package untrusted

import (
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// Found is [Text] in which the word of a search that comes first is marked.
func Found(text, search string) templ.Component {
	before, word, after := part(text, search)
	if word == "" {
		return Text(text)
	}
	return templ.Join(Text(before), templ.Raw("<mark>"), Text(word), templ.Raw("</mark>"), Text(after))
}

// part parts a text at the first place of a word of the search. Where lower case moves letters, no
// word is better than a wrong one.
func part(text, search string) (before, word, after string) {
	low := strings.ToLower(text)
	if len(low) != len(text) {
		return text, "", ""
	}
	at, end := len(text), len(text)
	for w := range strings.FieldsSeq(strings.ToLower(search)) {
		if i := strings.Index(low, w); i >= 0 && i < at {
			at, end = i, i+len(w)
		}
	}
	if at < len(text) && !utf8.RuneStart(text[at]) || end < len(text) && !utf8.RuneStart(text[end]) {
		return text, "", ""
	}
	return text[:at], text[at:end], text[end:]
}
