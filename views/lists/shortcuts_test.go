package lists

import (
	"net/url"
	"testing"

	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/viewstest"
)

func TestShortcutApply(t *testing.T) {
	t.Parallel()
	query := url.Values{"queue": {"finance"}, "ends": {"24h"}, "from": {"x"}, "after": {"cursor"}, "item": {"x"}}
	got := Ranges[2].Shortcut().Apply(query)
	if want := "ends=5m-15m&queue=finance&state=pending"; got.Encode() != want {
		t.Errorf("applied: %s, want %s", got.Encode(), want)
	}
	if query.Get("after") == "" {
		t.Error("Apply changed the page's own query")
	}
}

func TestShortcutToggles(t *testing.T) {
	t.Parallel()
	for _, s := range append(append([]Shortcut{}, InboxChips...), TableStates...) {
		off := views.Address{Path: "/", Query: url.Values{"queue": {"finance"}}}
		on := views.Address{Path: "/", Query: s.Apply(off.Query)}
		if isOn(off, s) || !isOn(on, s) {
			t.Errorf("%s: on without it %v, on with it %v", s.Label, isOn(off, s), isOn(on, s))
		}
		if got := toggled(on, s); got != "/?queue=finance" {
			t.Errorf("%s: pressed again leads to %s", s.Label, got)
		}
	}
}

func TestRangeEnds(t *testing.T) {
	t.Parallel()
	byKey := map[string]desk.Ends{}
	for _, r := range Ranges {
		byKey[r.Key] = r.Ends(viewstest.Now)
	}
	for key, want := range map[string]desk.Ends{
		"expired": {Before: viewstest.Now},
		"5m":      {From: viewstest.Now, Before: viewstest.Now.Add(Ranges[1].Before)},
		"7d":      {From: viewstest.Now.Add(7 * day)},
		"never":   {Never: true},
	} {
		if byKey[key] != want {
			t.Errorf("%s: %+v, want %+v", key, byKey[key], want)
		}
	}
	for i := 2; i < len(Ranges)-1; i++ {
		if Ranges[i].From != Ranges[i-1].Before {
			t.Errorf("between %s and %s there is a hole", Ranges[i-1].Key, Ranges[i].Key)
		}
	}
}
