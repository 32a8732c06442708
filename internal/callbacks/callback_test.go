package callbacks

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
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

// TestNewIDAt: IDs sort by their time, differ within it, and are IDs to everybody else.
func TestNewIDAt(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	var all []string
	for n := range 200 {
		id := NewIDAt(begin.Add(time.Duration(n*n) * time.Millisecond))
		if parsed, err := ParseID(string(id)); err != nil || parsed != id || len(id) != 26 {
			t.Fatalf("%q is no ID: %v", id, err)
		}
		all = append(all, string(id))
	}
	if !slices.IsSorted(all) {
		t.Errorf("not in the order of their times: %v", all)
	}
	if first, second := NewIDAt(begin), NewIDAt(begin); first == second {
		t.Error("two IDs of one millisecond are the same")
	}
}
