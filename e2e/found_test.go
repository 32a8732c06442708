package e2e_test

import (
	"strings"
	"testing"
)

// TestFound: a callback that nobody announced is found in the histories of a function that is watched, and decided like any
// other.
func TestFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) { settings["WATCH"] = `{"` + silent + `": {}}` })
	w.registerSilent()
	arn := w.begin(t, silent, expense())
	mara := w.signIn(t, "mara")
	mara.comes("#list", "sign-off")
	mara.inspect("found-inbox")
	mara.click("#list .row")
	mara.see("#pane #item")
	mara.reads("#pane", silent, "sign-off")
	mara.inspect("found")
	shown := mara.arm("approve")
	mara.confirm()
	mara.reaches("completed")
	a := asked{executionARN: arn}
	if got := w.result(t, a); got.Result != shown || !strings.Contains(shown, `"approved":true`) {
		t.Errorf("the function got %s, the page showed %s", got.Result, shown)
	}
	priya := w.signIn(t, "priya")
	priya.open("/admin/watches")
	priya.reads("#list", silent)
	priya.inspect("watches")
}
