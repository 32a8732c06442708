package views

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/callbacks"
)

func TestBounded(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		count Count
		text  string
		zero  bool
	}{
		{Count{}, "", false},
		{Bounded(0, 100), "0", true},
		{Bounded(99, 100), "99", false},
		{Bounded(100, 100), "99+", false},
	} {
		if tc.count.String() != tc.text || tc.count.Zero() != tc.zero {
			t.Errorf("%#v is %q, zero %v; want %q, %v", tc.count, tc.count.String(), tc.count.Zero(), tc.text, tc.zero)
		}
	}
}

func TestAddressWith(t *testing.T) {
	t.Parallel()
	query := url.Values{"scope": {"mine"}, "state": {"pending", "lost"}, "item": {"x"}}
	a := Address{Path: "/", Query: query}
	if got, want := a.With("item", "", "q", "ä&b").String(), "/?q=%C3%A4%26b&scope=mine&state=pending&state=lost"; got != want {
		t.Errorf("with: %s, want %s", got, want)
	}
	if got := a.String(); got != "/?item=x&scope=mine&state=pending&state=lost" {
		t.Errorf("the address itself changed: %s", got)
	}
	if got := a.With("item", "", "scope", "", "state", "").String(); got != "/" {
		t.Errorf("without anything: %s, want /", got)
	}
	a.With("new", "1").Query["state"][0] = "changed"
	if query.Get("state") != "pending" {
		t.Error("With shares values with the address it came from")
	}
}

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
	for _, s := range append(append([]Shortcut{}, InboxChips...), AdminStates...) {
		off := Address{Path: "/", Query: url.Values{"queue": {"finance"}}}
		on := Address{Path: "/", Query: s.Apply(off.Query)}
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
	byKey := map[string]callbacks.Ends{}
	for _, r := range Ranges {
		byKey[r.Key] = r.Ends(now)
	}
	for key, want := range map[string]callbacks.Ends{
		"expired": {Before: now},
		"5m":      {From: now, Before: now.Add(Ranges[1].Before)},
		"7d":      {From: now.Add(7 * day)},
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

func TestNavigationByRole(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name          string
		roles         callbacks.Roles
		lists, admins int
	}{
		{"None", callbacks.Roles{}, 0, 0},
		{"Reviewer", callbacks.Roles{Reviewer: true}, 4, 0},
		{"Auditor", callbacks.Roles{Auditor: true}, 4, 3},
		{"Admin", callbacks.Roles{Admin: true}, 4, 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := shellAt("mine", "/?scope=mine")
			s.Viewer.Roles = tc.roles
			doc := html(t, InboxPage(s, inboxOf(callbacks.ScopeMine, nil)))
			if got := doc.Find(".rail .nav").First().Find("a").Length(); tc.lists > 0 && got != tc.lists {
				t.Errorf("%d lists, want %d", got, tc.lists)
			}
			if got := doc.Find(".rail a[href^='/admin'], .rail a[href^='/audit']").Length(); got != tc.admins {
				t.Errorf("%d entries for admins, want %d", got, tc.admins)
			}
			if got := doc.Find(".rail [aria-current=page]").Length(); tc.lists > 0 && got != 1 {
				t.Errorf("%d entries are current, want 1", got)
			}
		})
	}
}

// TestDemoMenuOnlyInTheDemo: nobody starts samples at work.
func TestDemoMenuOnlyInTheDemo(t *testing.T) {
	t.Parallel()
	s := shellAt("mine", "/")
	if n := html(t, InboxPage(s, inboxOf(callbacks.ScopeMine, nil))).Find(".rail form[action='/demo/samples'] button").Length(); n != len(s.Samples) {
		t.Errorf("%d samples, want %d", n, len(s.Samples))
	}
	s.Samples = nil
	if n := html(t, InboxPage(s, inboxOf(callbacks.ScopeMine, nil))).Find("form[action='/demo/samples']").Length(); n != 0 {
		t.Errorf("%d forms for samples outside the demo", n)
	}
}

// TestTheme: the theme that a reader chose is in the page as it comes, so that no script has to run before it is painted.
func TestTheme(t *testing.T) {
	t.Parallel()
	for cookie, want := range map[string]string{"dark": "dark", "light": "light", "": "", `"><script>`: ""} {
		s := shellAt("mine", "/")
		s.Theme = Theme(cookie)
		doc := html(t, InboxPage(s, inboxOf(callbacks.ScopeMine, nil)))
		if got := doc.Find("html").AttrOr("data-theme", ""); got != want {
			t.Errorf("cookie %q gives theme %q, want %q", cookie, got, want)
		}
		if n := doc.Find("head script:not([defer]):not([type=module])").Length(); n != 0 {
			t.Errorf("%d scripts hold up the painting", n)
		}
	}
}

// TestEachDocumentHasItsIcon: a browser asks for /favicon.ico, which is not there, for each page that names no icon.
func TestEachDocumentHasItsIcon(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.templ")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	documents := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n, icons := strings.Count(string(text), "<!DOCTYPE html>"), strings.Count(string(text), `<link rel="icon" href={ static.URL("favicon.svg") }`)
		if n != icons {
			t.Errorf("%s has %d documents and %d icons", name, n, icons)
		}
		documents += n
	}
	if documents < 2 {
		t.Errorf("%d documents were found", documents)
	}
}
