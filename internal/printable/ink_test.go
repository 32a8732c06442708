package printable_test

import (
	"testing"

	"countersign/internal/printable"
)

func TestHasInk(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, " \t\r\n": false, "\u00a0\u2003\u3000": false, "\u200b\u200d\ufeff\u2060": false, "\u202e\u2066": false, "\x00\x1b": false,
		"\u3164\u115f\uffa0\u2800": false, "\u0301": false, "\U000E0041": false, "\u00ad": false, "\ufe0f\u034f\u180e": false, "\ufffe": false, "\ue000": false,
		"\U0001D159": false, "\U00013441\U00013442": false,
		".": true, "no": true, "\u200bx\u200b": true, "😀": true, "承認": true, "é": true, "e\u0301": true, "\u2800⠓": true, "…": true, "\U00013441\U00013000": true,
	} {
		if got := printable.HasInk(text); got != want {
			t.Errorf("HasInk(%+q) = %t", text, got)
		}
	}
}

// TestInvisible: what takes no place is left out of what is compared; what parts words stays.
func TestInvisible(t *testing.T) {
	t.Parallel()
	for r, want := range map[rune]bool{
		'\u200b': true, '\u00ad': true, '\u3164': true, '\u2800': true, '\U000E0041': true, '\x00': true, '\u202e': true, '\U0001D159': true,
		' ': false, '\t': false, '\n': false, '\u2028': false, '\u00a0': false, 'a': false, '\u0301': false, '\u0600': false,
	} {
		if got := printable.Invisible(r); got != want {
			t.Errorf("Invisible(%U) = %t", r, got)
		}
	}
}
