package review

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/printable"
	"countersign/views/untrusted"
	"countersign/views/words"

	"github.com/a-h/templ"
)

// maxCodeShown is how much of the completion is laid out and coloured, in bytes. The exact bytes
// below show all of it.
const maxCodeShown = 32 << 10

// span is a piece of JSON text in one colour.
type span struct{ Class, Text string }

// laidOut spreads a JSON document over several lines and colours it. It adds only space between
// tokens. Text that is not JSON stays as it is.
func laidOut(document []byte) (spans []span, spaced bool) {
	var b bytes.Buffer
	if len(document) > maxCodeShown || json.Indent(&b, document, "", "  ") != nil {
		return []span{{Text: printable.Cut(string(document[:min(len(document), maxCodeShown+1)]), maxCodeShown)}}, false
	}
	return coloured(b.Bytes()), b.Len() != len(document) && !bytes.ContainsRune(document, '\n')
}

// coloured splits JSON text into spans.
func coloured(text []byte) []span {
	var spans []span
	for len(text) > 0 {
		n := tokenLength(text)
		s := span{Text: string(text[:n])}
		switch c := text[0]; {
		case c == '"' && isKey(text[n:]):
			s.Class = "k"
		case c == '-' || c >= '0' && c <= '9':
			s.Class = "num"
		case c == 't' || c == 'f' || c == 'n':
			s.Class = "boo"
		}
		if last := len(spans) - 1; last >= 0 && spans[last].Class == s.Class {
			spans[last].Text += s.Text
		} else {
			spans = append(spans, s)
		}
		text = text[n:]
	}
	return spans
}

// tokenLength returns the length of the string, word or number at the start of the text, or of what
// stands between two of them.
func tokenLength(text []byte) int {
	if text[0] == '"' {
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
		return len(text)
	}
	const between = " \n{}[],:"
	inside := !bytes.ContainsRune([]byte(between), rune(text[0]))
	for i, c := range text {
		if c == '"' || inside == bytes.ContainsRune([]byte(between), rune(c)) {
			return i
		}
	}
	return len(text)
}

// shownBody is what a page shows of a completion.
func shownBody(c callbacks.Completion, masked []byte) []byte {
	if masked != nil {
		return masked
	}
	return c.Body()
}

func isKey(rest []byte) bool { return len(rest) > 0 && rest[0] == ':' }

// maxPreviewed limits the bytes that the previews of a page have together, beyond the first. They
// are sent at each pause in typing.
const maxPreviewed = 100 << 10

// wholePreviews reports which previews are shown whole: that of the first outcome always, each
// further one if there is room.
func wholePreviews(previews []desk.Preview, first string) []bool {
	whole := make([]bool, len(previews))
	at := max(0, slices.IndexFunc(previews, func(p desk.Preview) bool { return p.Outcome.Name == first }))
	total := 0
	if len(previews) > 0 {
		whole[at], total = true, len(previews[at].Completion.Body())
	}
	for i, p := range previews {
		if n := len(p.Completion.Body()); i != at && total+n <= maxPreviewed {
			whole[i], total = true, total+n
		}
	}
	return whole
}

// sized says the size of what would be sent, where a text has %s, or without it another text: of a body
// with a masked value, pages do not tell the size.
func sized(p desk.Preview, text, without string) string {
	if p.Shown != nil {
		return without
	}
	return fmt.Sprintf(text, words.Size(len(p.Completion.Body())))
}

// sendingCost says what a press does that sends.
func sendingCost(p desk.Preview) string {
	return sized(p, "%s go", "What is shown here, and the masked values in it, go") + " to Lambda. This cannot be undone."
}

// kindWord names the kind of a completion as the API does.
func kindWord(k callbacks.Kind) string {
	if k == callbacks.Failure {
		return "Failure, error object"
	}
	return "Success"
}

// consequence says what the function sees of a completion.
func consequence(p desk.Preview) string {
	if p.Completion.Kind == callbacks.Failure {
		return "the function gets an error of type " + p.Completion.Error.ErrorType + ". If it does not catch it, the whole execution fails."
	}
	switch empty := len(p.Completion.Result) == 0; {
	case empty && p.Encoding != "":
		return "the function gets an empty text as its result."
	case empty:
		return emptyConsequence
	}
	return "the function goes on with these bytes as its result."
}

// laid renders coloured spans.
func laid(spans []span) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		parts := []templ.Component{templ.Raw("\n")}
		for _, s := range spans {
			part := untrusted.Runs(printable.Runs(s.Text, printable.Exact))
			if s.Class != "" {
				part = templ.Join(templ.Raw(`<span class="`+s.Class+`">`), part, templ.Raw("</span>"))
			}
			parts = append(parts, part)
		}
		return templ.Join(parts...).Render(ctx, w)
	})
}
