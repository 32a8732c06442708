package printable_test

import (
	"testing"

	"countersign/internal/printable"
)

func TestHasInk(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, " \t\r\n": false, "\u00a0\u2003\u3000": false, "\u200b\u200d\ufeff\u2060": false, "\u202e\u2066": false, "\x00\x1b": false,
		"\u3164\u115f\uffa0\u2800": false, "\u0301": false, "\U000E0041": false, "\u00ad": false,
		".": true, "no": true, "\u200bx\u200b": true, "😀": true, "承認": true, "é": true, "e\u0301": true, "\u2800⠓": true,
	} {
		if got := printable.HasInk(text); got != want {
			t.Errorf("HasInk(%+q) = %t", text, got)
		}
	}
}
