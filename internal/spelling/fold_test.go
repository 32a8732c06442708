package spelling

import "testing"

// TestFolded_ASCII: the quick way for ASCII gives what Unicode's rules give.
func TestFolded_ASCII(t *testing.T) {
	t.Parallel()
	for c := range rune(0x80) {
		s := "I" + string(c) + "i"
		if got, want := folded(s), foldedUnicode(s); got != want {
			t.Errorf("%q is folded to %q, want %q", s, got, want)
		}
	}
}
