package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// newFound is a world in which a callback that nobody announced has been found, and a person who has
// its page open.
func newFound(t *testing.T) (w *world, a asked, mara *person) {
	t.Helper()
	w = newWorld(t, func(settings map[string]string) { settings[deskText] += "functions: {" + silent + ": {watch: {}}}\n" })
	w.registerSilent()
	a.executionARN = w.begin(t, silent, expense())
	mara = w.signIn(t, "mara")
	mara.comes("#list", "sign-off")
	a.id = eval[string](mara, `document.querySelector("#list .row").closest("[id^=row-]").id.slice(4)`)
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.see("answer-boxes:defined")
	return w, a, mara
}

// fieldHas waits until a field holds a text.
func (p *person) fieldHas(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector(%s)?.value === %s`, quote(selector), quote(text)))
}

// TestAnswerNumber: a person answers a found callback with a number, which the function receives as it
// was typed.
func TestAnswerNumber(t *testing.T) {
	t.Parallel()
	w, a, mara := newFound(t)
	mara.inspect("answer")
	t.Run("Mistake", func(*testing.T) {
		mara.write("#result", "{\"a\": 1,\r\"a\": 2}")
		mara.comes("#wire", "this name stands twice in its object")
		if mara.shows("#result-fault") {
			t.Error("a field that is being written has an error")
		}
		mara.ctrlEnter()
		mara.reads("#result-fault", "Line 2, column 1: this name stands twice in its object.")
		mara.inspect("answer-fault")
	})
	eval[bool](mara, `(document.querySelector("#result").select(), true)`)
	mara.write("#result", "1.50e2")
	mara.gone("#result-fault")
	mara.reads(`[data-bar="rest"]`, "Send result")
	mara.ctrlEnter()
	if shown := mara.armed(`freeResult`); shown != "1.50e2" {
		t.Errorf("the page shows %q", shown)
	}
	mara.reads(`[data-bar="armed"]`, "Send this result to “"+silent+": sign-off”?", "6 bytes go to Lambda")
	mara.inspect("answer-armed")
	mara.confirm()
	mara.reaches("completed")
	if got := w.result(t, a); got.Result != "1.50e2" {
		t.Errorf("the function got %q", got.Result)
	}
	mara.inspect("answer-sent")
	if kept := mara.drafts(); strings.Contains(kept, "1.50e2") {
		t.Errorf("what was sent is kept: %s", kept)
	}
}

// TestAnswerFailure: a person fails a found callback with a type, a message and data. What they wrote
// outlives a reload and a session that ended, and a rejection needs no valid result.
func TestAnswerFailure(t *testing.T) {
	t.Parallel()
	w, a, mara := newFound(t)
	mara.write("#result", "{")
	mara.click(`[data-bar="rest"] button[value="reject"]`)
	mara.reads("#comment-fault", "Reject needs a comment.")
	mara.click(`input[value="freeFailure"]`)
	eval[bool](mara, `(document.querySelector("#errorType").select(), true)`)
	mara.write("#errorType", "ApprovalDenied")
	mara.write("#errorMessage", "Price clause missing")
	mara.write("#errorData", `{"limit": 0.10}`)
	mara.comes(`[data-bar="rest"]`, "Fail with ApprovalDenied")
	mara.open(a.page())
	mara.fieldHas("#errorType", "ApprovalDenied")
	mara.fieldHas("#result", "{")
	mara.loseSession()
	mara.open(a.page())
	mara.enter()
	mara.open(a.page())
	mara.fieldHas("#errorData", `{"limit": 0.10}`)
	mara.see("decision-bar:defined")
	mara.click(`input[value="freeFailure"]`)
	mara.comes(`[data-bar="rest"]`, "Fail with ApprovalDenied")
	mara.inspect("answer-failure")
	mara.click(`[data-bar="rest"] button[value="freeFailure"]`)
	mara.armed(`freeFailure`)
	mara.confirm()
	mara.reaches("completed")
	got := w.result(t, a).Failed
	if got == nil || got.ErrorType != "ApprovalDenied" || got.Message != "Price clause missing" || got.ErrorData != `{"limit": 0.10}` {
		t.Errorf("the function got %+v", got)
	}
}

// TestAnswerWithoutScripts: both boxes are plain forms; mistakes and texts come back in their fields.
func TestAnswerWithoutScripts(t *testing.T) {
	t.Parallel()
	w, a, mara := newFound(t)
	mara.runScripts(false)
	mara.open(a.page())
	mara.write("#result", "{\"a\": 01}")
	if status := mara.submit(`button[value="freeResult"]`); status != http.StatusUnprocessableEntity {
		t.Errorf("a mistake answers %d", status)
	}
	mara.reads("#result-fault", "Line 1, column 7: a number does not begin with 0 and another digit.")
	mara.inspect("noscript-answer-fault")
	mara.click(`input[name="format"][value="text"]`)
	if status := mara.submit(`button[value="freeResult"]`); status != http.StatusOK {
		t.Fatalf("the first step answers %d", status)
	}
	mara.reads("#main", "Send text to “"+silent+": sign-off”?")
	mara.inspect("noscript-answer-confirm")
	mara.submit("#confirm [name=back]")
	mara.fieldHas("#result", "{\"a\": 01}")
	mara.submit(`button[value="freeResult"]`)
	mara.submit("#confirm button")
	if got := w.result(t, a); got.Result != "{\"a\": 01}" {
		t.Errorf("the function got %q", got.Result)
	}
}

// TestAnswerOfOthers: under a rule that asks for two people, somebody sees the answer that the first
// signed and signs the same. It is an empty result.
func TestAnswerOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) {
		settings[deskText] = strings.Replace(settings[deskText], "queues:\n",
			"queues:\n  pairs: {groups: [finance-approvers], rules: [{name: two people, signatures: [{for: 2}]}]}\n", 1) +
			"functions: {" + silent + ": {watch: {queue: pairs}}}\n"
	})
	w.registerSilent()
	a := asked{executionARN: w.begin(t, silent, expense())}
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	mara.comes("#list", "sign-off")
	a.id = eval[string](mara, `document.querySelector("#list .row").closest("[id^=row-]").id.slice(4)`)
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.see("answer-boxes:defined")
	mara.click(`input[name="format"][value="empty"]`)
	mara.reads(".answer-boxes", "None in Python")
	mara.comes(`[data-bar="rest"]`, "Sign “Send empty result”, 1 of 2")
	mara.click(`[data-bar="rest"] button[value="freeResult"]`)
	mara.armed(`freeResult`)
	mara.confirm()
	mara.reads("#signatures", "1 of 2")

	dana.open(a.page())
	dana.reads("[data-others-answer]", "Mara Okafor’s answer has 1 of 2", "0 bytes")
	dana.inspect("answer-others")
	dana.submit("[data-others-answer] button")
	dana.reads("#main", "Send empty result to “"+silent+": sign-off”?")
	dana.inspect("answer-others-confirm")
	dana.submit("#confirm button")
	dana.reaches("completed")
	dana.comes("#verdict", "Decided “Send empty result”")
	if got := w.result(t, a); got.Result != "" || got.Failed != nil {
		t.Errorf("the function got %+v", got)
	}
}
