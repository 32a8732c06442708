package palette

import (
	"slices"
	"testing"

	"countersign/internal/callbacks"
	"countersign/views/viewstest"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]struct {
		kind  Kind
		words string
	}{
		"": {}, " osaka ": {Anything, "osaka"}, "@ dana": {People, "dana"}, "#EXP": {Callbacks, "EXP"}, ">": {Actions, ""}, "a@b": {Anything, "a@b"},
	} {
		if kind, words := Split(typed); kind != want.kind || words != want.words {
			t.Errorf("%q: %q and %q", typed, kind, words)
		}
	}
}

// TestSections: each prefix narrows to its kind.
func TestSections(t *testing.T) {
	t.Parallel()
	open := viewstest.Pending()
	for typed, want := range map[string][]string{
		"":         {"With the open item", "Go to"},
		"histor":   {"Go to", "People", "Also"},
		"@dana":    {"People"},
		"#dana":    {"Also"},
		">":        {"With the open item", "Go to"},
		">snooze":  {"With the open item"},
		">nothing": nil,
	} {
		m := Palette{Typed: typed, Item: &callbacks.Callback{ID: open.Callback.ID, State: callbacks.Pending, Request: callbacks.Request{Title: "Trip"}}}
		m.Kind, m.Search = Split(typed)
		var got []string
		for _, one := range sections(viewstest.Shell("", Path), m) {
			got = append(got, one.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", typed, got, want)
		}
	}
}
