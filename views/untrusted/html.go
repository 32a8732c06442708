package untrusted

import (
	"bytes"
	"strings"

	"countersign/internal/printable"

	nethtml "golang.org/x/net/html"
)

// SafeHTML is HTML that a sanitiser let through. Only [Sanitise] makes it.
type SafeHTML struct{ html string }

// Sanitiser drops from HTML whatever could run, load or restyle: *bluemonday.Policy is one.
type Sanitiser interface {
	SanitizeBytes(html []byte) []byte
}

// Sanitise makes HTML safe to put into a page, and marks what cannot be seen in its text.
func Sanitise(s Sanitiser, html []byte) SafeHTML {
	return SafeHTML{html: marked(s.SanitizeBytes(html))}
}

// String is the HTML.
func (h SafeHTML) String() string { return h.html }

// Size is how long it is in bytes.
func (h SafeHTML) Size() int { return len(h.html) }

// Empty reports whether there is nothing to show.
func (h SafeHTML) Empty() bool { return h.html == "" }

// marked is HTML whose text shows what cannot be seen in it, however it was written: as it is or by
// its number. Its tables get boxes.
func marked(source []byte) string {
	var b strings.Builder
	tokens := nethtml.NewTokenizer(bytes.NewReader(source))
	for {
		switch tokens.Next() {
		case nethtml.ErrorToken: // the end: nothing else fails in memory
			return b.String()
		case nethtml.TextToken:
			// a Builder takes everything
			_ = writeRuns(&b, printable.Runs(string(tokens.Text()), printable.Lines))
		case nethtml.StartTagToken, nethtml.EndTagToken:
			b.WriteString(boxed(string(tokens.Raw())))
		default:
			b.WriteString(printable.String(string(tokens.Raw()), printable.Lines))
		}
	}
}

// directed are blocks of text: each is laid out as its own first letter says.
var directed = []string{"<p>", "<li", "<h3>", "<h4>", "<h5>", "<h6>", "<blockquote>", "<td>", "<th>"}

// boxed is a tag with what it needs on our page. A table scrolls in a box of its own, which a
// keyboard can reach.
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
