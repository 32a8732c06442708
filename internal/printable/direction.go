package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const lri, rli, fsi, pdi = '\u2066', '\u2067', '\u2068', '\u2069'

// none stands for a letter that is not there.
const none rune = -1

// Isolate keeps a text of right-to-left letters from moving what stands around it in a sentence.
// Elements do that in markup; this is for sentences that are one string.
func Isolate(s string) string {
	if !strings.ContainsFunc(s, rightToLeft) {
		return s
	}
	return string(fsi) + s + string(pdi)
}

// agrees reports whether a mark of direction says what a visible letter beside it says already, so
// that it turns nothing. Beside digits a mark does turn them: after one of right-to-left, "98 7654"
// is read "7654 98".
func agrees(toRight bool, before, after string) bool {
	says := func(r rune) bool { return r != none && unicode.IsLetter(r) && rightToLeft(r) != toRight }
	next := nearestAfter(after)
	if says(nearestBefore(before)) || says(next) {
		return true
	}
	// At the end of a text that is laid out this way anyway, it only repeats that.
	return next == none && len(after) <= far && says(leading(before))
}

// far is how many characters are looked at for a letter: what stands between two words is short.
const far = 64

// nearestBefore is the last letter or digit of a text.
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

// nearestAfter is the first letter or digit of a text.
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

// leading is the first letter of a text: it says in which direction the text is laid out.
func leading(s string) rune {
	for _, r := range s {
		if unicode.IsLetter(r) {
			return r
		}
	}
	return none
}

// rightToLeft reports whether a letter is of a script that runs to the left: Unicode keeps blocks
// for them.
func rightToLeft(r rune) bool {
	return r >= 0x0590 && unicode.IsLetter(r) && (r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFF ||
		r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF)
}

// closedIsolates are the places where isolates begin and end that are closed on their line and run
// as their first letter says. They keep a name apart from its sentence and turn nothing.
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

// natural reports whether an isolate runs as it would if it said nothing of its direction.
func natural(isolate string) bool {
	kind, size := utf8.DecodeRuneInString(isolate)
	if len(isolate) > maxIsolate {
		return false
	}
	letter := leading(isolate[size:])
	return kind == fsi || letter != none && rightToLeft(letter) == (kind == rli)
}

// maxIsolate is how long an isolated name is at most, in bytes. It keeps nested isolates from being
// read again and again.
const maxIsolate = 1000
