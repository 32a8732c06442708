package form

import "fmt"

// MaxBytes bounds an answer that somebody writes as JSON. A longer one is not read.
const MaxBytes = 64 << 10

// JSONName is the name of the input in which an answer is written as JSON, instead of in fields.
func JSONName(prefix string) string { return prefix + "#json" }

// written is an answer that somebody writes as JSON. Until they do, it is the proposed one.
func written(proposed Value, text string, typed bool) *Filled {
	filled := &Filled{Answer: proposed, Text: proposed.JSON()}
	text = lines(text)
	if !typed || text == lines(filled.Text) {
		return filled
	}
	filled.Text = text
	if len(text) > MaxBytes {
		filled.blame(Fault{Detail: fmt.Sprintf("has at most %d bytes, this has %d", MaxBytes, len(text))})
		return filled
	}
	answer, err := Parse(text)
	if err != nil {
		filled.blame(Fault{Detail: err.Error()})
		return filled
	}
	filled.Answer = answer
	return filled
}
