package announcement

import (
	"strings"
	"testing"
)

func FuzzParseCallbackID(f *testing.F) {
	for _, seed := range []string{"", "YWJj", "a/b+c==", "a===", "=", "../x", "ä", strings.Repeat("A", 1025)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseCallbackID(s)
		if err == nil && (string(id) != s || len(s) == 0 || len(s) > maxCallbackIDLength || strings.ContainsAny(s, " \n<>\"'%?#.")) {
			t.Errorf("accepted %q", s)
		}
	})
}
