package linediff_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"countersign/internal/linediff"
)

var signs = map[linediff.Kind]string{linediff.Both: " ", linediff.Removed: "-", linediff.Added: "+"}

func TestOf(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ was, is, want string }{
		"Empty":    {"", "", ""},
		"Same":     {"a b", "a b", " a  b"},
		"Added":    {"a c", "a b c", " a +b  c"},
		"Removed":  {"a b c", "a c", " a -b  c"},
		"Changed":  {"a b c", "a x c", " a -b +x  c"},
		"Moved":    {"a b c", "b c a", "-a  b  c +a"},
		"AtFirst":  {"", "a", "+a"},
		"AtLast":   {"a", "", "-a"},
		"Repeated": {"a a", "a a a", " a  a +a"},
	} {
		var got []string
		for _, line := range linediff.Of(strings.Fields(tt.was), strings.Fields(tt.is)) {
			got = append(got, signs[line.Kind]+line.Text)
		}
		if said := strings.Join(got, " "); said != tt.want {
			t.Errorf("%s: got %q, want %q", name, said, tt.want)
		}
	}
}

// TestOf_Whole: a comparison has each line of both texts once, in its order and at its place, also of
// texts that are too long to compare.
func TestOf_Whole(t *testing.T) {
	t.Parallel()
	check := func(fail func(string, ...any), was, is []string) {
		var before, after []string
		for _, line := range linediff.Of(was, is) {
			if line.Kind != linediff.Added {
				if line.Was != len(before) {
					fail("line %d of the first text is said to be %d", len(before), line.Was)
				}
				before = append(before, line.Text)
			}
			if line.Kind != linediff.Removed {
				if line.Is != len(after) {
					fail("line %d of the second text is said to be %d", len(after), line.Is)
				}
				after = append(after, line.Text)
			}
		}
		if !slices.Equal(before, was) || !slices.Equal(after, is) {
			fail("%q and %q became %q and %q", was, is, before, after)
		}
	}
	text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", ""}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		check(t.Fatalf, text.Draw(t, "was"), text.Draw(t, "is"))
	})
	var was, is []string
	for i := range 3000 {
		was, is = append(was, strings.Repeat("x", i%7)), append(is, strings.Repeat("y", i%5+1))
	}
	check(t.Fatalf, was, is)
}

// TestChanged: changes that are near each other are one group, and no line is in two.
func TestChanged(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ was, is, want string }{
		"Nothing": {"a b c", "a b c", ""},
		"One":     {"a b c d e", "a b x d e", "[ b -c +x  d]"},
		"Near":    {"a b c d e", "a x c y e", "[ a -b +x  c -d +y  e]"},
		"Far":     {"a b c d e f g", "x b c d e f y", "[-a +x  b] [ f -g +y]"},
	} {
		var groups []string
		for _, group := range linediff.Changed(linediff.Of(strings.Fields(tt.was), strings.Fields(tt.is)), 1) {
			var lines []string
			for _, line := range group {
				lines = append(lines, signs[line.Kind]+line.Text)
			}
			groups = append(groups, "["+strings.Join(lines, " ")+"]")
		}
		if got := strings.Join(groups, " "); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}
