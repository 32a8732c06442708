package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const lri, rli, fsi, pdi = '\u2066', '\u2067', '\u2068', '\u2069'

// none means that there is no letter.
const none rune = -1

// Isolate keeps right-to-left letters in a text from moving the text around it in a sentence. In
// markup, elements do that; this is for sentences that are a single string.
func Isolate(s string) string {
	if !strings.ContainsFunc(s, rightToLeft) {
		return s
	}
	return string(fsi) + s + string(pdi)
}

// agrees reports whether a mark of direction only repeats the direction of a visible letter beside
// it, so that it turns nothing. Beside digits a mark does turn text: after a right-to-left mark,
// "98 7654" is displayed as "7654 98".
func agrees(toRight bool, before, after string) bool {
	says := func(r rune) bool { return r != none && unicode.IsLetter(r) && rightToLeft(r) != toRight }
	next := nearestAfter(after)
	if says(nearestBefore(before)) || says(next) {
		return true
	}
	// At the end of a text that is laid out in that direction anyway, a mark changes nothing.
	return next == none && len(after) <= far && says(leading(before))
}

// far is how many characters are searched for a letter. Text between two words is short.
const far = 64

// nearestBefore returns the last letter or digit of a text.
func nearestBefore(s string) rune {
	for range far {
		r, size := utf8.DecodeLastRuneInString(s)
		if size == 0 || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return orNone(r, size)
		}
		s = s[:len(s)-size]
	}
	return none
}

// nearestAfter returns the first letter or digit of a text.
func nearestAfter(s string) rune {
	for range far {
		r, size := utf8.DecodeRuneInString(s)
		if size == 0 || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return orNone(r, size)
		}
		s = s[size:]
	}
	return none
}

func orNone(r rune, size int) rune {
	if size == 0 {
		return none
	}
	return r
}

// leading returns the first letter of a text. It determines the direction in which the text is laid
// out.
func leading(s string) rune {
	for _, r := range s {
		if unicode.IsLetter(r) {
			return r
		}
	}
	return none
}

// rightToLeft reports whether a letter is of a script that is written from right to left. Unicode
// reserves blocks for them.
func rightToLeft(r rune) bool {
	return r >= 0x0590 && unicode.IsLetter(r) && (r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFF ||
		r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF)
}

// closedIsolates returns the places where isolates begin and end, of those that are closed on the
// same line and run in the direction of their first letter. They separate a name from its sentence
// and turn nothing.
func closedIsolates(s string) map[int]bool {
	closed := map[int]bool{}
	var open []int
	for i, r := range s {
		switch {
		case r == lri || r == rli || r == fsi:
			open = append(open, i)
		case r == pdi && len(open) > 0:
			begin := open[len(open)-1]
			open = open[:len(open)-1]
			if natural(s[begin:i]) {
				closed[begin], closed[i] = true, true
			}
		case r == '\n' || r == '\u2029':
			open = open[:0]
		}
	}
	return closed
}

// natural reports whether an isolate runs in the direction that it would have without a mark.
func natural(isolate string) bool {
	kind, size := utf8.DecodeRuneInString(isolate)
	if len(isolate) > maxIsolate {
		return false
	}
	letter := leading(isolate[size:])
	return kind == fsi || letter != none && rightToLeft(letter) == (kind == rli)
}

// maxIsolate bounds an isolated name, in bytes. It keeps nested isolates from being read again and
// again.
const maxIsolate = 1000
