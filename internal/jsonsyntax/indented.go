package jsonsyntax

import (
	"bytes"
	"encoding/json"
)

// Indented spreads a JSON document over lines. It changes nothing but the space between values, and
// nothing of a text that is none, or that would become longer than most bytes: deep documents grow
// with each level.
func Indented(text string, most int) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil || b.Len() > most {
		return text
	}
	return b.String()
}
