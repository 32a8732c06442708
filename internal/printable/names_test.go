package printable

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/runenames"
)

// TestName: the names are Unicode's own, but for controls, which have none there.
func TestName(t *testing.T) {
	t.Parallel()
	for r, name := range names {
		if official := runenames.Name(r); official != "<control>" && !strings.EqualFold(name, official) {
			t.Errorf("%s is called %q, Unicode says %q", Code(r), name, official)
		}
	}
	for r, want := range map[rune]string{
		'\u202e': "U+202E (right-to-left override)", 1: "U+0001 (a control character)", 0xFE0F: "U+FE0F (a variation selector)",
		0xE0061: "U+E0061 (a tag)", 0xD800: "U+D800 (half of a surrogate pair)", 0x1D173: "U+1D173 (an invisible character)",
	} {
		if got := Name(r); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text  string
		bytes int
		want  string
	}{{"aé", 2, "a"}, {"aé", 3, "aé"}, {"a€", 3, "a"}, {"\x80\x80\x80\x80\x80", 4, "\x80\x80\x80\x80"}, {"", 0, ""}} {
		if got := Cut(tc.text, tc.bytes); got != tc.want {
			t.Errorf("%+q to %d: got %+q", tc.text, tc.bytes, got)
		}
	}
}
