package untrusted

import (
	"bytes"
	"strings"

	"countersign/internal/printable"

	nethtml "golang.org/x/net/html"
)

// SafeHTML is HTML that a sanitiser has cleaned. Only [Sanitise] makes it.
type SafeHTML struct{ html string }

// Sanitiser removes from HTML whatever could run, load or restyle. *bluemonday.Policy is one.
type Sanitiser interface {
	SanitizeBytes(html []byte) []byte
}

// Sanitise makes HTML safe to put into a page, and marks the invisible characters of its text.
func Sanitise(s Sanitiser, html []byte) SafeHTML {
	return SafeHTML{html: marked(s.SanitizeBytes(html))}
}

// String returns the HTML.
func (h SafeHTML) String() string { return h.html }

// Size returns its length in bytes.
func (h SafeHTML) Size() int { return len(h.html) }

// Empty reports whether there is nothing to show.
func (h SafeHTML) Empty() bool { return h.html == "" }

// marked returns HTML whose text shows its invisible characters, whether they were literal or
// escaped. Tables get a box around them.
func marked(source []byte) string {
	var b strings.Builder
	tokens := nethtml.NewTokenizer(bytes.NewReader(source))
	for {
		switch tokens.Next() {
		case nethtml.ErrorToken: // the end of the input: nothing else can fail in memory
			return b.String()
		case nethtml.TextToken:
			// a Builder never fails
			_ = writeRuns(&b, printable.Runs(string(tokens.Text()), printable.Lines))
		case nethtml.StartTagToken, nethtml.EndTagToken:
			b.WriteString(boxed(string(tokens.Raw())))
		default:
			b.WriteString(printable.String(string(tokens.Raw()), printable.Lines))
		}
	}
}

// directed are the tags of text blocks. Each block takes its direction from its own first letter.
var directed = []string{"<p>", "<li", "<h3>", "<h4>", "<h5>", "<h6>", "<blockquote>", "<td>", "<th>"}

// boxed returns a tag with what it needs on our page. A table scrolls in a box of its own, which
// can be reached by keyboard.
func boxed(tag string) string {
	switch tag {
	case "<table>":
		return `<div class="wide" tabindex="0" role="region" aria-label="Table"><table>`
	case "</table>":
		return `</table></div>`
	}
	for _, begin := range directed {
		if strings.HasPrefix(tag, begin) && (tag == begin || begin == "<li" && (tag == "<li>" || strings.HasPrefix(tag, "<li "))) {
			return strings.TrimSuffix(tag, ">") + ` dir="auto">`
		}
	}
	return printable.String(tag, printable.Lines)
}
