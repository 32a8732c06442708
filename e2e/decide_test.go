package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"

	"countersign/internal/demo"
	"countersign/internal/locallambda"
)

// TestReject: a rejection needs a comment, and reaches the function as an error that says everything.
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

// TestTypedEarly: a comment that is there before the page's scripts are is in the preview all the same.
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

// TestTimeout: an open page shows that its callback ended. A decision that comes later is refused, and keeps its comment.
func TestTimeout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mara, dana := w.signIn(t, "mara"), w.visitor(t, "dana")
	dana.withoutScripts()
	dana.open("/")
	dana.enter()
	const timeout = 12 // seconds: enough to open a page on a busy machine
	a := w.ask(t, expense(func(q *demo.Question) { q.TimeoutSeconds = timeout }))
	mara.open(a.page())
	samePage := mara.keepsPage()
	mara.write("#comment", "Nearly there")
	dana.open(a.page())
	dana.write("#comment", "Almost in time")

	mara.reaches("timed_out")
	samePage()
	mara.reads("#verdict", "Timed out.")
	if got := mara.kept(); got != "Nearly there" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	mara.inspect("timed-out")
	if w.result(t, a).Late == nil {
		t.Error("the function did not get a timeout")
	}
	if status := dana.submit(`button[value="approve"]`); status != http.StatusConflict {
		t.Errorf("a decision after the end answers %d, want 409", status)
	}
	dana.reads("#problem", "409", "The callback timed out")
	if got := dana.kept(); got != "Almost in time" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	dana.inspect("conflict-timeout")
}

// TestTwoReviewers: the first decision wins. Whoever comes second, with a page that did not hear of it, reads who, what and
// when, and keeps what they typed.
func TestTwoReviewers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	call(dana, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: w.url + "/events", Block: true}}})
	dana.open(a.page())
	dana.comes("#freshness", "paused")
	dana.write("#comment", "No budget left")
	dana.arm("reject")

	mara.open(a.page())
	mara.arm("approve")
	mara.confirm()
	if status := dana.confirm(); status != http.StatusConflict {
		t.Errorf("the second decision answers %d, want 409", status)
	}
	dana.reads("#problem", "409", "Mara approved this", "Approved by Mara Okafor", "Reject")
	if got := dana.kept(); got != "No budget left" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	dana.inspect("conflict")
	w.result(t, a)
	if closed := w.closings(t, a); len(closed) != 1 {
		t.Errorf("the callback was closed %d times: %v", len(closed), closed)
	}
}

// TestKeyboard: a decision with an outcome of the sender's own needs no pointer, and no key decides by accident.
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

	mara.press("a")
	mara.armed("refund")
	mara.press("\x1b")
	mara.gone(`[data-bar="armed"]`)
	mara.press("a")
	shown := mara.armed("refund")
	mara.leads("confirm", keyboard("a"))
	mara.reaches("completed")
	if got := w.result(t, second); got.Result != shown || !strings.Contains(shown, `"mara.okafor@harborline.example"`) {
		t.Errorf("the function got %s, the page showed %s", got.Result, shown)
	}
	mara.inspect("decided-own-outcome")
	mara.press("?")
	mara.see("#keys")
	mara.inspect("keys")
}

// TestLeaving: heartbeats go out while a page is open, and stop when it is left.
func TestLeaving(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const timeout = 9 // seconds, a beat every three
	mara := w.signIn(t, "mara")
	a := w.ask(t, expense(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = timeout }))
	beat := func(o locallambda.Observation) bool {
		return o.Kind == locallambda.HeartbeatReceived && o.ExecutionARN == a.executionARN
	}
	mara.open(a.page())
	w.seen.await(t, patience, "four beats, more than the timeout", func(locallambda.Observation) bool { return w.seen.count(beat) >= 4 })
	mara.open("/")
	left := time.Now()
	end := w.await(t, locallambda.CallbackClosed, a.executionARN)
	if took := end.At.Sub(left); end.Status != "TIMED_OUT" || took > (timeout+1)*time.Second {
		t.Errorf("the callback ended %s %v after the page was left, want a timeout within %d s: no beat may follow", end.Status, took, timeout)
	}
	mara.open(a.page())
	mara.comes("#verdict", "Ended by heartbeat.")
	mara.inspect("ended-by-heartbeat")
}

// TestThrottled: Lambda being busy delays a delivery and says so on the page.
func TestThrottled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	w.engine.SetFaults(nil, locallambda.Fault{Kind: locallambda.FaultThrottled, Operation: sendSuccess, RetryAfter: 20 * time.Second})
	mara.arm("approve")
	mara.confirm()
	samePage := mara.keepsPage()
	mara.comes("#verdict", "not delivered yet")
	mara.reads("#verdict", "throttled", "Second attempt in")
	mara.reads("#receipt", "throttled")
	mara.inspect("throttled")
	aiko := w.signIn(t, "aiko")
	aiko.open("/?scope=attention")
	aiko.see(a.row())
	aiko.inspect("attention")
	aiko.open(a.page())
	w.engine.SetFaults(nil)
	aiko.submit(`form[action$="/delivery"] button`)
	mara.reaches("completed")
	samePage()
	w.result(t, a)
}
