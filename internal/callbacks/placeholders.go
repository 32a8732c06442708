package callbacks

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"countersign/internal/form"
)

// placeholderChanges is the whole of a string that stands for how the answer differs from the
// proposed one, as an array. Each has pointer, title and kind, and old, new, unit and note where
// they say something.
const placeholderChanges = `"{{changes}}"`

// PlaceholderAnswer is the whole of a string that stands for the answer to the form.
const PlaceholderAnswer = `"{{answer}}"`

// answerPlaceholder finds the strings that stand for an answer, or for a part of it by its JSON
// pointer.
var answerPlaceholder = regexp.MustCompile(`"\{\{answer((?:/[^"\\{}]*)?)\}\}"`)

// WholeValue reports whether a placeholder, named without its braces, stands for a whole value and
// not for text in a string.
func WholeValue(name string) bool {
	return name == "signatures" || name == "changes" || name == "answer" || strings.HasPrefix(name, "answer/")
}

// answerFillers are placeholders of the outcome's templates with the parts of the answer that they
// stand for. A part that the answer does not have is null.
func (o Outcome) answerFillers(choice Choice, by Person) (pairs []string) {
	if !o.Form {
		return nil
	}
	pairs = []string{placeholderChanges, changesArray(choice.Changes)}
	document, err := form.Parse(choice.Answer.Document)
	if err != nil {
		document = form.Value{} // it was read before; what is not there is null
	}
	answer := o.stamped(document, by, choice.PreparedAt)
	templates := append(bytes.Clone(o.Payload), o.ErrorData...)
	for _, found := range answerPlaceholder.FindAllSubmatch(templates, -1) {
		part := answer.At(form.Pointer(found[1])).JSON()
		if part == "" {
			part = "null"
		}
		pairs = append(pairs, string(found[0]), part)
	}
	return pairs
}

func changesArray(changes []form.Change) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if changes == nil {
		changes = []form.Change{}
	}
	if err := enc.Encode(changes); err != nil { // strings always encode
		panic(err)
	}
	return strings.TrimSpace(b.String())
}
