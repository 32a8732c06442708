package views_test

import (
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/views/viewstest"
)

// TestNamesWithoutKeys: the key of a control is no part of its name, "Open", not "Open O". Who cannot
// see the key is told of it beside the name.
func TestNamesWithoutKeys(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		doc := viewstest.HTML(t, page)
		doc.Find("a kbd, button kbd, summary kbd, label kbd").Each(func(_ int, key *goquery.Selection) {
			if key.AttrOr("aria-hidden", "") != "true" {
				t.Errorf("%s: the name of a control is %q", name, viewstest.Words(key.Parent()))
			}
		})
		doc.Find("a[data-key], button[data-key]").Each(func(_ int, control *goquery.Selection) {
			if control.AttrOr("aria-keyshortcuts", "") == "" {
				t.Errorf("%s: %q does not say its key", name, viewstest.Words(control))
			}
		})
	}
}
