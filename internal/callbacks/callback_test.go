package callbacks

import (
	"errors"
	"strings"
	"testing"
)

func TestParseID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		string(NewID()): true, "a": true, "0": true, strings.Repeat("z", 64): true,
		"": false, strings.Repeat("z", 65): false, "A": false, "a/b": false, "..": false, "a b": false, "' or 1=1 --": false, "ä": false, "a\n": false,
	} {
		id, err := ParseID(text)
		switch {
		case (err == nil) != want:
			t.Errorf("%q: %v", text, err)
		case err != nil && !errors.Is(err, ErrNotFound):
			t.Errorf("%q: %v, want that it is not found", text, err)
		case err == nil && id.Path() != "/callbacks/"+text:
			t.Errorf("the page of %q is %q", text, id.Path())
		}
	}
}

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
