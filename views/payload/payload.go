// Package payload shows the JSON that a function sent: as a tree in the sender's spelling, loaded
// branch by branch if it is large, and as plain text; it also searches it. It finds what a reader
// cannot see in it.
package payload

import (
	"net/url"
	"strconv"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/printable"
	"countersign/views"

	"github.com/a-h/templ"
)

const (
	maxRawShown = 64 << 10 // bytes of a payload's text on the page
	maxEscapes  = 5_000    // in that text: an escape takes ten times the room of its character
	maxUncapped = 8 << 10  // bytes of that text which are shown at once
	maxLines    = 60       // of the same
)

// Payload is the page of a payload: one branch of it, or the results of a search. It serves
// payloads that are too large for the page of their callback, and readers without scripts.
type Payload struct {
	Callback callbacks.Callback
	At       string // the branch, given by the indexes of the members that lead to it
	From     int    // the first member that is shown
	Search   string
	Document Document
	List     views.Address // the list that the reader came from
}

// Found reports whether the payload has the requested branch.
func (m Payload) Found() bool {
	_, ok := branchAt(m.Document, m.At, m.From)
	return ok && m.From >= 0
}

// Value returns a value of a payload as it is spelled. at gives the indexes of the members that
// lead to it.
func Value(d Document, at string) (value []byte, ok bool) {
	if at == "" {
		return d.Text, true
	}
	n, ok := branchAt(d, at, 0)
	if !ok {
		return nil, false
	}
	return n.value.Raw(), true
}

// payloadPath returns the path of the payload's plain text, or of one value in it.
func payloadPath(id callbacks.ID, at string) string {
	path := id.Path() + "/payload"
	if at != "" {
		path += "?at=" + at
	}
	return path
}

// branchPath returns the path of the page that shows a branch from a given member on.
func branchPath(id callbacks.ID, at string, from int) string {
	query := url.Values{}
	if at != "" {
		query.Set("at", at)
	}
	if from > 0 {
		query.Set("from", strconv.Itoa(from))
	}
	return strings.TrimSuffix(id.Path()+"/payload/tree?"+query.Encode(), "?")
}

// Parent returns the branch that contains the value at a place.
func Parent(at string) (branch string, number int) {
	if i := strings.LastIndexByte(at, '.'); i >= 0 {
		branch, at = at[:i], at[i+1:]
	}
	number, _ = strconv.Atoi(at)
	return branch, number
}

// raw returns a payload as text, as much as fits the page, and how many bytes of the payload that
// is.
func raw(payload []byte) (runs []printable.Run, shown int) {
	text := printable.Cut(string(payload[:min(len(payload), maxRawShown+1)]), maxRawShown)
	shown = len(text)
	escapes := 0
	runs = printable.Runs(text, printable.Exact)
	for i, r := range runs {
		if r.Hidden {
			escapes++
		}
		if escapes > maxEscapes {
			for _, left := range runs[i:] {
				shown -= left.Bytes()
			}
			return runs[:i], shown
		}
	}
	return runs, shown
}

// long reports whether a text is shown only in part until its reader asks for all of it.
func long(text []printable.Run) bool {
	bytes, lines := 0, 0
	for _, r := range text {
		bytes += len(r.Text)
		lines += strings.Count(r.Text, "\n")
	}
	return bytes > maxUncapped || lines > maxLines
}

// quote returns a text as JSON spells it. Bytes that are not valid UTF-8 stay, so that they can be
// marked.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(rune(c)))
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ':
			b.WriteString(`\u00` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]))
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// opening makes a branch without its children load them when it is opened.
func opening(id callbacks.ID, n *node) templ.Attributes {
	if len(n.Children) > 0 || n.Count == 0 {
		return nil
	}
	attributes := loading(id, n, "find ul", "innerHTML")
	attributes["hx-trigger"] = "toggle once"
	return attributes
}

// loading loads more members of a branch into this page.
func loading(id callbacks.ID, n *node, target, swap string) templ.Attributes {
	return templ.Attributes{
		"hx-get": branchPath(id, n.At, n.next()), "hx-target": target, "hx-swap": swap, "hx-select": "#branch > li:not(.before)",
		"hx-status:4xx": "swap:none", "hx-status:5xx": "swap:none",
	}
}
