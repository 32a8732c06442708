package views_test

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/lists"
	"countersign/views/pagetest"
	"countersign/views/viewstest"
)

func TestBounded(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		count views.Count
		text  string
		zero  bool
	}{
		{views.Count{}, "", false},
		{views.Bounded(0, 100), "0", true},
		{views.Bounded(99, 100), "99", false},
		{views.Bounded(100, 100), "99+", false},
		{views.Bounded(1312, 10_001), "1,312", false},
		{views.Bounded(10_000, 10_001), "10,000", false},
		{views.Bounded(10_001, 10_001), "10,000+", false},
	} {
		if tc.count.String() != tc.text || tc.count.Zero() != tc.zero {
			t.Errorf("%#v is %q, zero %v; want %q, %v", tc.count, tc.count.String(), tc.count.Zero(), tc.text, tc.zero)
		}
	}
}

func TestAddressWith(t *testing.T) {
	t.Parallel()
	query := url.Values{"scope": {"mine"}, "state": {"pending", "lost"}, "item": {"x"}}
	a := views.Address{Path: "/", Query: query}
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

func TestNavigationByRole(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name          string
		roles         callbacks.Roles
		lists, admins int
	}{
		{"None", callbacks.Roles{}, 0, 0},
		{"Reviewer", callbacks.Roles{Reviewer: true}, 5, 0},
		{"Auditor", callbacks.Roles{Auditor: true}, 5, 6},
		{"Admin", callbacks.Roles{Admin: true}, 5, 7},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := viewstest.Shell("mine", "/?scope=mine")
			s.Viewer.Roles = tc.roles
			doc := viewstest.HTML(t, lists.InboxPage(s, pagetest.Inbox(desk.ScopeMine, nil)))
			if got := doc.Find(".rail .nav").First().Find("a").Length(); tc.lists > 0 && got != tc.lists {
				t.Errorf("%d lists with the record, want %d", got, tc.lists)
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
	s := viewstest.Shell("mine", "/")
	if n := viewstest.HTML(t, lists.InboxPage(s, pagetest.Inbox(desk.ScopeMine, nil))).Find(".rail form[action='/demo/samples'] button").Length(); n != len(s.Samples) {
		t.Errorf("%d samples, want %d", n, len(s.Samples))
	}
	s.Samples = nil
	if n := viewstest.HTML(t, lists.InboxPage(s, pagetest.Inbox(desk.ScopeMine, nil))).Find("form[action='/demo/samples']").Length(); n != 0 {
		t.Errorf("%d forms for samples outside the demo", n)
	}
}

// TestTheme: the theme that a reader chose is in the page as it comes, so that no script has to run
// before it is painted.
func TestTheme(t *testing.T) {
	t.Parallel()
	for cookie, want := range map[string]string{"dark": "dark", "light": "light", "": "", `"><script>`: ""} {
		s := viewstest.Shell("mine", "/")
		s.Theme = views.Theme(cookie)
		doc := viewstest.HTML(t, lists.InboxPage(s, pagetest.Inbox(desk.ScopeMine, nil)))
		if got := doc.Find("html").AttrOr("data-theme", ""); got != want {
			t.Errorf("cookie %q gives theme %q, want %q", cookie, got, want)
		}
		if n := doc.Find("head script:not([defer]):not([type=module])").Length(); n != 0 {
			t.Errorf("%d scripts hold up the painting", n)
		}
	}
}

// TestEachDocumentHasItsIcon: a browser asks for /favicon.ico, which is not there, for each page
// that names no icon. All pages have their head from one template.
func TestEachDocumentHasItsIcon(t *testing.T) {
	t.Parallel()
	here, err := filepath.Glob("*.templ")
	below, more := filepath.Glob("*/*.templ")
	names := append(here, below...)
	if err := errors.Join(err, more); err != nil || len(here) == 0 || len(below) == 0 {
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
	if documents != 1 {
		t.Errorf("%d templates begin a document, want 1", documents)
	}
}
