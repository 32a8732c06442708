package spelling

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"countersign/internal/printable"
)

// Plain returns a text in its normal form for comparison (NFKC), without invisible characters.
func Plain(s string) string {
	if plainASCII(s) {
		return s // it is its own normal form
	}
	return strings.Map(func(r rune) rune {
		if printable.Invisible(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
}

// folded returns a text in a form that is equal for texts that differ only in case, width or
// invisible characters.
func folded(s string) string {
	if plainASCII(s) {
		return strings.ToLower(s) // the same, at a tenth of the cost
	}
	return foldedUnicode(s)
}

func foldedUnicode(s string) string {
	return undotted(norm.NFKC.String(cases.Fold().String(Plain(s))))
}

// plainASCII reports whether a text has only ASCII characters that are visible or blank, as most do.
func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' && c != '\n' && c != '\r' || c >= 0x7f {
			return false
		}
	}
	return true
}

// Key is a text as it is looked up: the same for texts that differ only in case, width, spaces or
// invisible characters.
func Key(s string) string { return Spaced(folded(s)) }

// undotted replaces every kind of i with one: a machine set to Turkish turns i into the capital İ,
// and I into the small ı.
func undotted(s string) string { return dottedAndNot.Replace(s) }

var dottedAndNot = strings.NewReplacer("i\u0307", "i", "ı", "i", "İ", "i")
