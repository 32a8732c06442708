package payload

import (
	"strings"
	"unicode/utf8"

	"countersign/internal/jsontext"
	"countersign/internal/printable"
)

// maxPeek is how much of a closed branch is shown, in runes.
const maxPeek = 90

// excerpt is the beginning of a branch on one line. If anything is left out, Cut is set and the
// text ends with "…" instead of the closing bracket, so that an excerpt never looks complete when
// it is not.
type excerpt struct {
	Text []printable.Run
	Cut  bool
}

func excerptOf(v jsontext.Value) excerpt {
	g := glimpse{left: maxPeek}
	g.value(v)
	text := g.b.String()
	if g.over {
		text += "…"
	}
	return excerpt{Text: printable.Runs(text, printable.Line), Cut: g.over}
}

// glimpse writes a value until it runs out of room.
type glimpse struct {
	b    strings.Builder
	left int
	over bool // something did not fit
}

func (g *glimpse) write(text string) {
	if g.over {
		return
	}
	for _, r := range text {
		if g.left == 0 {
			g.over = true
			return
		}
		g.b.WriteRune(r)
		g.left--
	}
}

// string writes the text of a string. Half of a surrogate pair must stay as it is in the input.
func (g *glimpse) string(literal []byte) {
	text, whole := jsontext.Text(literal, g.left*utf8.UTFMax)
	quoted := quote(text)
	if n := utf8.RuneCountInString(quoted); whole && n <= g.left && !g.over {
		g.b.WriteString(quoted)
		g.left -= n
		return
	}
	g.write(quoted)
	g.over = g.over || !whole
}

func (g *glimpse) value(v jsontext.Value) {
	switch v[0] {
	case '"':
		g.string(v.Raw())
	case '{':
		g.members(v, "{", "}")
	case '[':
		g.members(v, "[", "]")
	default:
		literal := v.Raw()
		g.write(string(literal[:min(len(literal), maxPeek+1)]))
	}
}

func (g *glimpse) members(v jsontext.Value, begin, end string) {
	g.write(begin)
	for m := range v.Members() {
		if m.Index > 0 {
			g.write(", ")
		}
		if m.Key != nil {
			g.string(m.Key)
			g.write(": ")
		}
		if g.value(m.Value); g.over {
			return
		}
	}
	g.write(end)
}
