package template

import (
	"bytes"
	"regexp"
	"strings"
)

var placeholder = regexp.MustCompile(`\{\{([^{}]*)\}\}`)

// Placeholders are the names in a template, without their braces, in order.
func Placeholders(template []byte) (names []string) {
	for _, match := range placeholder.FindAllSubmatch(template, -1) {
		names = append(names, string(match[1]))
	}
	return names
}

// Stands says what a placeholder of a whole value stands for.
func Stands(name string) string {
	if name == "signatures" || name == "changes" {
		return "an array"
	}
	return "a JSON value"
}

// Misplaced is the first placeholder of a whole value that is not the whole of a string that is a
// value; empty if there is none. The template is JSON, so a quotation mark that follows a colon, a
// bracket or a comma begins a string.
func Misplaced(template []byte) string {
	for _, at := range placeholder.FindAllSubmatchIndex(template, -1) {
		name := string(template[at[2]:at[3]])
		if !WholeValue(name) {
			continue
		}
		before, quoted := bytes.CutSuffix(template[:at[0]], []byte(`"`))
		after, closed := bytes.CutPrefix(template[at[1]:], []byte(`"`))
		before, after = bytes.TrimSpace(before), bytes.TrimSpace(after)
		opens := len(before) == 0 || bytes.ContainsRune([]byte(":[,"), rune(before[len(before)-1]))
		closes := len(after) == 0 || bytes.ContainsRune([]byte(",]}"), rune(after[0]))
		if !quoted || !closed || !opens || !closes || strings.ContainsAny(name, `"\\`) {
			return name
		}
	}
	return ""
}
