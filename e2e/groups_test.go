package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// restart stops the desk and starts it with another limit for the age of groups: so they grow old
// without anybody waiting.
func (w *world) restart(t *testing.T, groupsMaxAge time.Duration) {
	t.Helper()
	w.desk.stop(t)
	w.settings["GROUPS_MAX_AGE"] = groupsMaxAge.String()
	w.start(t)
}

// What groups are after any time at all, and never in a test.
const (
	oldAtOnce = time.Millisecond
	neverOld  = 8 * time.Hour
)

// TestGroupsTooOld: the person writes a comment, and their groups become too old. The bar then offers
// no way to decide, but to sign in again; they find what they wrote, and decide.
func TestGroupsTooOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.comes("#freshness", "Live")
	mara.write("#comment", "Not in “July”\nwith <Lena>")
	w.restart(t, oldAtOnce)
	mara.comes(".decide", "Your groups were read")
	mara.reads(".decide", "Sign in again to sign", "What you typed is kept")
	if mara.has(".decide button[name=outcome]") {
		t.Error("there is a button that could only be refused")
	}
	mara.inspect("groups-too-old")

	w.restart(t, neverOld)
	mara.submit(`.decide form[action="/auth/login"] button`)
	mara.submit(`button[name="subject"][value="mara"]`)
	mara.until(`location.pathname === "` + a.page() + `"`)
	mara.hasComment("Not in “July”\nwith <Lena>")
	mara.arm("reject")
	mara.confirm()
	mara.reaches("completed")
}

// TestGroupsTooOldAtThePress: a press meets groups that became too old meanwhile. The person signs in
// again, finds what they wrote and chose, and decides.
func TestGroupsTooOldAtThePress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	stream := &network.BlockPattern{URLPattern: w.url + "/events", Block: true}
	call(mara, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{stream}})
	mara.open(a.page())
	mara.comes("#freshness", "paused")
	// else the page reads of it before the press
	readings := &network.BlockPattern{URLPattern: w.url + a.page(), Block: true}
	call(mara, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{stream, readings}})
	mara.write("#comment", "Not in “July”\nwith <Lena>")
	mara.arm("reject")
	w.restart(t, oldAtOnce)
	if status := mara.confirm(); status != http.StatusForbidden {
		t.Fatalf("a decision by old groups answers %d", status)
	}
	call(mara, network.SetBlockedURLs, network.SetBlockedURLsParams{})
	mara.reads("#problem", "Sign in again to sign", "You chose", "Reject")
	if got := mara.kept(); got != "Not in “July”\nwith <Lena>" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	mara.inspect("groups-too-old-at-the-press")
	if closed := w.closings(t, a); len(closed) > 0 {
		t.Fatalf("it was decided: %v", closed)
	}

	w.restart(t, neverOld)
	mara.enter()
	mara.until(`location.pathname === "` + a.page() + `" && !location.search.includes("draft")`)
	mara.hasComment("Not in “July”\nwith <Lena>")
	mara.chose("reject", "Reject", "reject")
	mara.inspect("signed-in-again")

	mara.write("#comment", " And more")
	mara.leads("reload", chromedp.Reload())
	mara.until(`document.querySelector("#comment")?.value.includes("And more")`)
	mara.arm("reject")
	mara.confirm()
	mara.reaches("completed")
}

// TestGroupsTooOldWithoutScripts: the way is the same where the browser keeps nothing.
func TestGroupsTooOldWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.visitor(t, "mara")
	mara.runScripts(false)
	mara.open("/")
	mara.enter()
	mara.open(a.page())
	mara.write("#comment", "Agreed\nin July")
	w.restart(t, oldAtOnce)
	if status := mara.submit(`button[value="approve"]`); status != http.StatusForbidden {
		t.Fatalf("the first step answers %d", status)
	}
	if got := mara.kept(); got != "Agreed\nin July" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	w.restart(t, neverOld)
	mara.enter()
	if got := mara.comment(); got != "Agreed\nin July" {
		t.Errorf("after the sign-in the comment is %q", got)
	}
	mara.submit(`button[value="approve"]`)
	shown := mara.source("#bytes-approve")
	mara.submit("#confirm button")
	if got := w.result(t, a); got.Result != shown {
		t.Errorf("the function got %s, the page showed %s", got.Result, shown)
	}
}
