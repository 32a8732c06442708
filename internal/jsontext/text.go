package jsontext

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"countersign/internal/printable"
)

// Text returns the text of a JSON string, up to about the given number of bytes. whole is false
// if the string is longer. Half of a surrogate pair stays an escape, so that it can be seen.
func Text(literal []byte, longest int) (text string, whole bool) {
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

// Decoded returns a JSON document with its \u escapes replaced by their characters, as the receiver
// gets them. It does so for the whole text because a character that is part of an emoji counts as
// visible only beside its neighbours. Readable escapes, such as \n, stay.
func Decoded(document []byte) []byte {
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
