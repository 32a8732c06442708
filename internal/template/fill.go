package template

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"countersign/internal/form"
)

// Filler replaces the placeholders of templates. The same values always give the same bytes.
type Filler struct{ inJSON, inText *strings.Replacer }

// Filler returns what fills some templates. A placeholder can only stand inside a JSON string, so
// replacing it with escaped text keeps the document valid, with the sender's order and spelling; a
// Replacer never looks at text that it inserted.
func (v Values) Filler(templates ...string) Filler {
	values := map[string]string{
		"outcome":        v.Outcome,
		"comment":        v.Comment,
		"decidedAt":      v.DecidedAt.UTC().Format(time.RFC3339),
		"reviewer.id":    v.Reviewer.ID,
		"reviewer.name":  v.Reviewer.Name,
		"reviewer.email": v.Reviewer.Email,
	}
	escaped := append([]string{Signatures, array(v.Signers)}, v.answered(templates)...)
	var plain []string
	for _, name := range Names {
		quoted := encoded(values[name])
		escaped = append(escaped, "{{"+name+"}}", quoted[1:len(quoted)-1])
		plain = append(plain, "{{"+name+"}}", values[name])
	}
	return Filler{inJSON: strings.NewReplacer(escaped...), inText: strings.NewReplacer(plain...)}
}

// answered are placeholders with the parts of the answer that they stand for. A part that the answer
// does not have is null.
func (v Values) answered(templates []string) (pairs []string) {
	if !v.Answered {
		return nil
	}
	pairs = []string{changes, array(v.Changes)}
	for _, found := range answerPart.FindAllStringSubmatch(strings.Join(templates, ""), -1) {
		part := v.Answer.At(form.Pointer(found[1])).JSON()
		if part == "" {
			part = "null"
		}
		pairs = append(pairs, found[0], part)
	}
	return pairs
}

// JSON fills a template that is JSON.
func (f Filler) JSON(template string) string { return f.inJSON.Replace(template) }

// Text fills a template that is plain text.
func (f Filler) Text(template string) string { return f.inText.Replace(template) }

// SizeOfJSON is the length in bytes of what [Filler.JSON] would make, without making it: a comment
// repeated in many places of a template can become far longer than either.
func (f Filler) SizeOfJSON(template string) int { return size(f.inJSON, template) }

// SizeOfText is SizeOfJSON for [Filler.Text].
func (f Filler) SizeOfText(template string) int { return size(f.inText, template) }

func size(by *strings.Replacer, template string) int {
	var n length
	_, _ = by.WriteString(&n, template) // writing to a length cannot fail
	return int(n)
}

// length counts the bytes written to it and keeps none.
type length int

func (n *length) Write(p []byte) (int, error) {
	*n += length(len(p))
	return len(p), nil
}

func (n *length) WriteString(s string) (int, error) {
	*n += length(len(s))
	return len(s), nil
}

// array is a list as JSON; an empty one is [].
func array[T any](list []T) string {
	if list == nil {
		list = []T{}
	}
	return encoded(list)
}

// encoded returns a value of strings as JSON.
func encoded(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // strings always encode
		panic(err)
	}
	return strings.TrimSpace(b.String())
}
