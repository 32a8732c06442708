package e2e_test

import (
	"strings"
	"testing"

	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
)

// TestFound: a callback that nobody announced is found in the histories of a function that is
// watched, and decided like any other.
func TestFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) { settings[deskText] += "functions: {" + silent + ": {watch: {}}}\n" })
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

// TestAnnouncedGone: a callback that was announced, and that something else ended before anybody
// decided, is counted beside its function. The number leads to a list of that alone, whose filter
// can be seen and taken away.
func TestAnnouncedGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) {
		settings[deskText] += "functions: {" + function + ": {watch: {queue: finance}}}\n"
	})
	a, waiting := w.ask(t, expense(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = 30 })), w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	w.await(t, locallambda.HeartbeatReceived, a.executionARN)
	w.failElsewhere(t, a)
	mara.reaches("closed")
	priya := w.signIn(t, "priya")
	priya.open("/admin/watches")
	priya.inspect("watches-gone")
	priya.click(`.watches a[href*="ends=gone"]`)
	priya.see(a.row())
	priya.reads(".adm-filters", "Announced", "Ended elsewhere")
	if priya.count(waiting.row()) != 0 {
		t.Error("what waits is listed as gone")
	}
	priya.inspect("admin-gone")
	priya.click(".adm-filters a.btn")
	priya.see(waiting.row())
}
