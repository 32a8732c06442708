package payload

import (
	"bytes"
	"iter"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"countersign/internal/printable"
)

// jsonValue is a valid JSON document, from the beginning of a value on. It is read as it is
// spelled, because an encoder would not give back what was sent.
type jsonValue []byte

// member is an item of an array, or a key of an object with its value.
type member struct {
	index int
	key   []byte // as it is spelled, with its quotes; nil in an array
	value jsonValue
}

// branch reports whether the value contains other values.
func (v jsonValue) branch() bool { return v[0] == '{' || v[0] == '[' }

// members returns what a branch contains, in the order of the document. A value is skipped only
// when the next one is needed.
func (v jsonValue) members() iter.Seq[member] {
	return func(yield func(member) bool) {
		index := 0
		for i := v.space(1); v[i] != '}' && v[i] != ']'; index++ {
			m := member{index: index}
			if v[0] == '{' {
				end := v.stringEnd(i)
				m.key = v[i:end]
				i = v.space(v.space(end) + 1)
			}
			m.value = v[i:]
			if !yield(m) {
				return
			}
			if i = v.space(i + m.value.size()); v[i] == ',' {
				i = v.space(i + 1)
			}
		}
	}
}

// count returns how many members a branch has.
func (v jsonValue) count() int {
	n := 0
	for range v.members() {
		n++
	}
	return n
}

// raw returns the value without what follows it.
func (v jsonValue) raw() []byte { return v[:v.size()] }

// size returns the length of the value in bytes.
func (v jsonValue) size() int {
	switch {
	case v[0] == '"':
		return v.stringEnd(0)
	case !v.branch():
		if end := bytes.IndexAny(v, " \t\r\n,]}"); end >= 0 {
			return end
		}
		return len(v)
	}
	depth := 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '"':
			i = v.stringEnd(i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(v)
}

// stringEnd returns the index after the string that begins at i.
func (v jsonValue) stringEnd(i int) int {
	for i++; i < len(v) && v[i] != '"'; i++ {
		if v[i] == '\\' {
			i++
		}
	}
	return min(i+1, len(v))
}

// space returns the index of the next byte that is not white space.
func (v jsonValue) space(i int) int {
	for i < len(v) && (v[i] == ' ' || v[i] == '\t' || v[i] == '\r' || v[i] == '\n') {
		i++
	}
	return i
}

// unquoted returns the text of a JSON string, up to about the given number of bytes. whole is false
// if the string is longer. Half of a surrogate pair stays an escape, so that it can be seen.
func unquoted(literal []byte, longest int) (text string, whole bool) {
	body := literal[1 : len(literal)-1]
	if bytes.IndexByte(body, '\\') < 0 {
		return printable.Cut(string(body[:min(len(body), longest+utf8.UTFMax)]), longest), len(body) <= longest
	}
	var b []byte
	for i := 0; i < len(body); {
		if len(b) >= longest {
			return printable.Cut(string(b), longest), false
		}
		if body[i] != '\\' {
			b = append(b, body[i])
			i++
			continue
		}
		var n int
		b, n = appendEscape(b, body[i:])
		i += n
	}
	return string(b), true
}

// decoded returns a JSON document with its \u escapes replaced by their characters, as the receiver
// gets them. It does so for the whole text because a character that is part of an emoji counts as
// visible only beside its neighbours. Readable escapes, such as \n, stay.
func decoded(document []byte) []byte {
	if bytes.IndexByte(document, '\\') < 0 {
		return document
	}
	var b []byte
	for i := 0; i < len(document); {
		n := 1
		switch {
		case document[i] != '\\' || i+1 == len(document):
			b = append(b, document[i])
		case document[i+1] != 'u' || i+6 > len(document):
			b = append(b, document[i:i+2]...)
			n = 2
		default:
			b, n = appendEscape(b, document[i:])
		}
		i += n
	}
	return b
}

var shortEscapes = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// appendEscape reads the escape at the start of the text, of n bytes.
func appendEscape(b, text []byte) (_ []byte, n int) {
	if text[1] != 'u' {
		c, short := shortEscapes[text[1]]
		if !short {
			c = text[1]
		}
		return append(b, c), 2
	}
	r := codeUnit(text)
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(b, r), 6
	}
	if len(text) >= 12 && text[6] == '\\' && text[7] == 'u' {
		if pair := utf16.DecodeRune(r, codeUnit(text[6:])); pair != utf8.RuneError {
			return utf8.AppendRune(b, pair), 12
		}
	}
	return printable.AppendHalf(b, r), 6
}

// codeUnit returns the number of an escape \uXXXX.
func codeUnit(escape []byte) rune {
	n, _ := strconv.ParseUint(string(escape[2:6]), 16, 16) // the document is valid
	return rune(n)
}
