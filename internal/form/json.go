package form

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
	answer, err := Parse(text)
	if err != nil {
		filled.blame(Fault{Detail: err.Error()})
		return filled
	}
	filled.Answer = answer
	return filled
}
