package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"

	"countersign/internal/standin/demo"
)

// TestReject: a rejection needs a comment, and reaches the function as an error that says
// everything.
func TestReject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.click(`[data-bar="rest"] button[value="reject"]`)
	mara.comes("#comment-fault", "Reject needs a comment.")
	mara.hasFocus("#comment")
	mara.inspect("comment-missing")

	mara.write("#comment", "Fly economy")
	shown := mara.arm("reject")
	mara.picture("armed-reject")
	mara.confirm()
	mara.reaches("completed")
	mara.reads("#verdict", "Rejected.")
	mara.inspect("rejected")
	got := w.result(t, a).Failed
	if got == nil || got.ErrorType != "Rejected" || got.Message != "Fly economy" || !strings.Contains(got.ErrorData, `"approved":false`) {
		t.Errorf("the function got %+v", got)
	}
	if !strings.Contains(shown, quote(got.ErrorData)) {
		t.Errorf("the page showed %s, the function got %s", shown, got.ErrorData)
	}
}

// TestTypedEarly: a comment that is there before the page's scripts are is in the preview all the
// same.
func TestTypedEarly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	call(mara, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		document.addEventListener("DOMContentLoaded", () => { document.querySelector("#comment").value = "Typed early"; })`})
	mara.open(a.page())
	mara.comes("#wire", "Typed early")
}

// TestTwoReviewers: the first decision wins. Whoever comes second, with a page that did not hear of
// it, reads who, what and when, and keeps what they typed.
func TestTwoReviewers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	stream := &network.BlockPattern{URLPattern: w.url + "/events", Block: true}
	call(dana, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{stream}})
	dana.open(a.page())
	dana.comes("#freshness", "paused")
	// else she reads of it before she decides
	readings := &network.BlockPattern{URLPattern: w.url + a.page(), Block: true}
	call(dana, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{stream, readings}})
	dana.write("#comment", "No budget left")
	dana.arm("reject")

	mara.open(a.page())
	mara.arm("approve")
	mara.confirm()
	if status := dana.confirm(); status != http.StatusConflict {
		t.Errorf("the second decision answers %d, want 409", status)
	}
	dana.reads("#problem", "409", "Mara approved this", "Yours was not sent.", "Approved by Mara Okafor", "Reject")
	if got := dana.kept(); got != "No budget left" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	dana.inspect("conflict")
	w.result(t, a)
	if closed := w.closings(t, a); len(closed) != 1 {
		t.Errorf("the callback was closed %d times: %v", len(closed), closed)
	}
}

// TestKeyboard: a decision with an outcome of the sender's own needs no pointer, and no key decides
// by accident.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.ask(t, expense(func(q *demo.Question) { q.TimeoutSeconds = 1800 }))
	second := w.ask(t, expense(func(q *demo.Question) {
		q.Title = "Refund $1,318.40 for order A-77120"
		q.Outcomes = []demo.Outcome{
			{Name: "refund", Label: "Refund in full", Kind: "success", Payload: map[string]string{"refund": "full", "by": "{{reviewer.email}}"}},
			{Name: "reject", Label: "Reject", Kind: "failure", Comment: "required", ErrorType: "NotRefunded"},
		}
	}))
	mara := w.signIn(t, "mara")
	mara.see(second.row())
	for _, move := range []struct {
		key string
		to  asked
	}{{"j", first}, {"j", second}, {"k", first}, {"j", second}} {
		mara.press(move.key)
		mara.hasFocus(move.to.row() + " a")
	}
	mara.picture("inbox-focus")
	mara.press("\r")
	mara.see("#pane #item")
	mara.until(`location.search.includes("item=` + second.id + `")`)
	mara.inspect("inbox-open")

	mara.press("o")
	mara.until(`location.pathname === "` + second.page() + `"`)
	mara.see("decision-bar:defined")
	mara.press("r")
	mara.hasFocus("#comment")
	mara.press("a") // a letter in a field, not a decision
	mara.until(`document.querySelector("#comment").value === "a"`)
	mara.press("\b\x1b")
	mara.hasFocus("body")

	mara.press("s")
	mara.armed("refund")
	mara.press("\x1b")
	mara.gone(`[data-bar="armed"]`)
	mara.press("s")
	shown := mara.armed("refund")
	mara.leads("confirm", keyboard("s"))
	mara.reaches("completed")
	if got := w.result(t, second); got.Result != shown || !strings.Contains(shown, `"mara.okafor@harborline.example"`) {
		t.Errorf("the function got %s, the page showed %s", got.Result, shown)
	}
	mara.inspect("decided-own-outcome")
	mara.press("?")
	mara.see("#keys")
	mara.inspect("keys")
	for _, l := range []look{phone, {"zoomed", "light", 320, 256}} { // the second is a desktop at 400 %
		mara.look(l)
		if hidden := eval[int64](mara, `[...document.querySelectorAll("#keys kbd")].filter((key) => !key.checkVisibility()).length`); hidden > 0 {
			t.Errorf("%s: %d keys are hidden", l.name, hidden)
		}
		mara.until(`(({ bottom }) => bottom <= innerHeight)(document.querySelector("#keys").getBoundingClientRect())`)
		mara.until(`(keys => { keys.scrollTop = 1e4; const { bottom } = keys.querySelector(".check").getBoundingClientRect(); return bottom <= innerHeight })(document.querySelector("#keys"))`)
	}
}
