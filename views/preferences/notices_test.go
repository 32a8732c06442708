package preferences_test

import (
	"strings"
	"testing"

	"countersign/internal/notice"
	"countersign/views"
	"countersign/views/pagetest"
	"countersign/views/preferences"
	"countersign/views/viewstest"
)

// TestSection: what was chosen, what became of a test, and what is wrong.
func TestSection(t *testing.T) {
	t.Parallel()
	doc := viewstest.HTML(t, preferences.Section(viewstest.Shell(views.PlaceNone, "/settings"), *pagetest.Notices()))
	for selector, want := range map[string]string{
		"#notices-said":                            "Saved ",
		"[data-testid=tested]":                     "The test was not taken: 550 5.1.1 No such user",
		"#switch-email[aria-checked=true]":         "On",
		"[data-browser='b2.old'] .badge.problem":   "Earlier key",
		"[data-testid=muted]":                      "Queue support until",
		"[role=alert]":                             "There is no time zone",
		"#ladder li:nth-child(3) option[selected]": "E-mailafter 10 min unless opened",
		"#ladder li:last-child option[selected]":   "Add a step…at once",
	} {
		if got := doc.Find(selector).Text(); !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
			t.Errorf("%s: got %q, want %q", selector, got, want)
		}
	}
	if text := doc.Text(); strings.Contains(text, "\u202e") {
		t.Error("the name of a browser turns the text")
	}
	if doc.Find("b:contains('Pixel')").Length() > 0 {
		t.Error("the name of a browser is HTML")
	}
}

// TestSection_Less: what the desk has no channel for, and what a reader has no address for, is not
// offered.
func TestSection_Less(t *testing.T) {
	t.Parallel()
	m := *pagetest.Notices()
	m.Book.Channels, m.Book.Address, m.PushKey = []string{notice.Email}, "", ""
	doc := viewstest.HTML(t, preferences.Section(viewstest.Shell(views.PlaceNone, "/settings"), m))
	if doc.Find("#switch-push, #this-browser, [data-browser], #switch-email, #test-email").Length() != 0 || !strings.Contains(doc.Text(), "vouches for no address") {
		t.Errorf("the page offers too much: %s", doc.Text())
	}
}
