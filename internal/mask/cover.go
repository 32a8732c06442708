package mask

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/internal/jsontext"
)

const (
	// leastCovered is the length in characters from which a text or a number is looked for within
	// other texts. A shorter one stands there by chance. It is found where it is the whole of a
	// text or number. Single characters, true, false, null and short names are not looked for.
	leastCovered = 4
	// maxCovered bounds how many are looked for.
	maxCovered = 1000
	// maxWork bounds the search: how many are looked for, times the bytes in which they are. What
	// takes more is covered as a whole.
	maxWork = 16 << 20
)

// Cover puts masks into what repeats the masked values of a document: a result that is sent, what
// an execution says later. A nil Cover covers nothing.
type Cover struct {
	values []string
	names  map[string]bool // those of the values that are only names of members
	short  map[string]bool // texts and numbers of fewer characters than leastCovered
	all    bool            // everything is covered: the values are too many, or not known
}

// CoverOf is a cover for the values that pointers name in a document, nil if there are none.
// Without pointers there are none. With pointers, and without a document in which they could be
// looked up, nobody can tell which values are masked: everything is covered. Such a document is
// empty or no JSON, as one is that still is encoded. A single text or number is read
// as any other: only the pointer to the whole leads to a value in it.
func CoverOf(document []byte, pointers []string) *Cover {
	if len(pointers) == 0 {
		return nil
	}
	if _, ok := jsontext.Read(document); !ok {
		return &Cover{all: true}
	}
	seen, short := make(map[string]bool), make(map[string]bool)
	for _, h := range find(document, pointers) {
		if v, ok := jsontext.Read(document[h.start:h.end]); ok {
			collect(v, seen, short)
		}
	}
	if len(seen)+len(short) == 0 {
		return nil
	}
	if len(seen)+len(short) > maxCovered {
		return &Cover{all: true}
	}
	values := slices.Collect(maps.Keys(seen))
	maps.DeleteFunc(seen, func(_ string, isName bool) bool { return !isName })
	return &Cover{values: values, names: seen, short: short}
}

// collect notes the texts and numbers of a value, and its names, as they read and as a document
// that lies in a string has them. What it has seen is true if it is only a name. It returns the
// size of the value.
func collect(v jsontext.Value, seen, short map[string]bool) int {
	note := func(text string, isName bool) {
		switch n := utf8.RuneCountInString(text); {
		case len(seen)+len(short) > maxCovered:
		case n >= leastCovered:
			for _, spelled := range []string{text, quoted(text)} {
				only, known := seen[spelled]
				seen[spelled] = isName && (only || !known)
			}
		case n > 1 && !isName:
			short[text] = true
		}
	}
	if v.Branch() {
		return v.Descend(func(m jsontext.Member) int {
			if m.Key != nil {
				note(nameOf(m), true)
			}
			return collect(m.Value, seen, short)
		})
	}
	raw := v.Raw()
	switch {
	case raw[0] == '"':
		text, _ := jsontext.Text(raw, len(raw))
		note(text, false)
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		note(string(raw), false)
	}
	return len(raw)
}

// quoted is a text as it stands between the quotes of a JSON string.
func quoted(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string always encodes
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(b.String(), "\n"), `"`), `"`)
}

// Text returns a text with a mask in the place of each masked value in it. Values that overlap are
// under one mask.
func (c *Cover) Text(text string) string {
	switch {
	case c == nil || text == "":
		return text
	case c.covers(len(text)) || c.short[text]:
		return Text
	}
	var hidden []bool // by byte of the text
	for _, value := range c.values {
		if strings.Contains(text, value) {
			if hidden == nil {
				hidden = make([]bool, len(text))
			}
			hide(hidden, text, value)
		}
	}
	if hidden == nil {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !hidden[i]:
			b.WriteByte(text[i])
		case i == 0 || !hidden[i-1]:
			b.WriteString(Text)
		}
	}
	return b.String()
}

// covers reports whether a text or a body of so many bytes is covered as a whole.
func (c *Cover) covers(size int) bool { return c.all || len(c.values)*size > maxWork }

// in reports whether there is a masked value in a text, or a short one is the text.
func (c *Cover) in(text string) bool {
	return c.short[text] || slices.ContainsFunc(c.values, func(value string) bool { return strings.Contains(text, value) })
}

// All reports whether everything is covered, because nobody can tell what is masked, or too much
// is.
func (c *Cover) All() bool { return c != nil && c.all }

// Finds reports whether there is a masked value in a text or a number, or nobody can tell. Names
// within a masked object do not count: they are words of a schema more often than of a person.
func (c *Cover) Finds(text string) bool {
	if c == nil || text == "" || c.covers(len(text)) || c.short[text] {
		return c != nil && text != ""
	}
	return slices.ContainsFunc(c.values, func(value string) bool { return !c.names[value] && strings.Contains(text, value) })
}

// Body returns the bytes of a completion with masks in them. In a JSON document, a string, a name
// or a number in which there is a masked value is covered as a whole, and the rest stays as it is
// spelled. covered reports whether anything is.
func (c *Cover) Body(body []byte) (shown []byte, covered bool) { return c.Framed(body, body) }

// Framed is Body for a body that has texts of its reader in it. frame is the same document with
// other texts in their places: a literal is covered if there is a masked value in that of the
// frame. So nobody can try out what is masked by typing it and looking for a mask.
func (c *Cover) Framed(body, frame []byte) (shown []byte, covered bool) {
	v, ok := jsontext.Read(body)
	f, framed := jsontext.Read(frame)
	if c == nil || !ok || !framed {
		text := c.Text(string(body))
		return []byte(text), text != string(body)
	}
	if c.covers(len(frame)) {
		return []byte(Literal), true
	}
	found := finding{cover: c}
	visit(f, found.literal)
	if !slices.Contains(found.hidden, true) {
		return body, false
	}
	w := covering{body: body, hidden: found.hidden}
	visit(v, w.literal)
	if w.n != len(found.hidden) { // it is no frame of this body
		return []byte(Literal), true
	}
	w.out.Write(body[w.end:])
	return w.out.Bytes(), true
}

// visit hands over the names, strings, numbers and other literals of a value in their order, and
// returns the size of the value.
func visit(v jsontext.Value, literal func([]byte)) int {
	if !v.Branch() {
		raw := v.Raw()
		literal(raw)
		return len(raw)
	}
	return v.Descend(func(m jsontext.Member) int {
		if m.Key != nil {
			literal(m.Key)
		}
		return visit(m.Value, literal)
	})
}

// finding notes in which literals of a document there is a masked value.
type finding struct {
	cover  *Cover
	hidden []bool
}

func (w *finding) literal(literal []byte) {
	text := string(literal)
	if literal[0] == '"' {
		text, _ = jsontext.Text(literal, len(literal))
	}
	w.hidden = append(w.hidden, w.cover.in(text))
}

// covering copies a document, with masks in the place of some literals.
type covering struct {
	body   []byte
	hidden []bool // by literal
	out    bytes.Buffer
	end    int // of what was copied
	n      int // literals so far
}

func (w *covering) literal(literal []byte) {
	w.n++
	if w.n > len(w.hidden) || !w.hidden[w.n-1] {
		return
	}
	start := cap(w.body) - cap(literal) // it is a part of the same array
	w.out.Write(w.body[w.end:start])
	w.out.WriteString(Literal)
	w.end = start + len(literal)
}
