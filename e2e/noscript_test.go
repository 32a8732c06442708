package e2e_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"countersign/internal/standin/demo"
)

// runScripts makes the browser run scripts, or none, from the next page on.
func (p *person) runScripts(run bool) {
	p.t.Helper()
	p.scriptless = !run
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run})
}

// TestWithoutScripts: list, filter, page and decision are plain links and forms.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	other := w.ask(t, expense(func(q *demo.Question) { q.Title = "Laptops for the new team" }))
	mara := w.visitor(t, "mara")
	mara.runScripts(false)
	mara.open("/")
	mara.enter()

	mara.see(other.row())
	if mara.shows(other.row()+" count-down > *") || mara.shows(other.row()+" .tb") {
		t.Error("a time stands still")
	}
	if clock := eval[string](mara, `getComputedStyle(document.querySelector(".row count-down"), "::before").content`); !regexp.MustCompile(`^"(\d+ \w+, )?\d\d:\d\d"$`).MatchString(clock) {
		t.Errorf("in its place stands %s", clock)
	}
	mara.write(`input[name="q"]`, "Osaka")
	mara.submit(`.filters button`)
	mara.see(a.row())
	if mara.has(other.row()) {
		t.Error("the filter leaves in what does not match")
	}
	mara.submit(a.row() + " a")
	mara.reads("#item", "EXP-2291", "Kansai Precision")
	for _, dead := range []string{"[data-copy]", "[data-copy-link]", "[data-theme-toggle]", "kbd"} {
		if !mara.has(dead) || mara.shows(dead) {
			t.Errorf("%s is shown, and does nothing without scripts", dead)
		}
	}
	mara.inspect("noscript-review")

	t.Run("CommentMissing", func(*testing.T) {
		if status := mara.submit(`button[value="reject"]`); status != http.StatusUnprocessableEntity {
			t.Errorf("a rejection without a comment answers %d, want 422", status)
		}
		mara.reads("#comment-fault", "comment")
		mara.inspect("noscript-fault")
	})
	mara.write("#comment", "Agreed in “July”\nwith <Lena>")
	if status := mara.submit(`button[value="approve"]`); status != http.StatusOK {
		t.Fatalf("the first step answers %d, want 200", status)
	}
	mara.reads("#main", "Approve “Expense report EXP-2291: $7,846.20, Osaka customer onsite”?", "Agreed in “July”")
	mara.inspect("noscript-confirm")
	if closed := w.closings(t, a); len(closed) > 0 {
		t.Fatalf("the first step closed the callback: %v", closed)
	}
	mara.submit("#confirm [name=back]")
	mara.reads("#item", "EXP-2291")
	if got := mara.comment(); got != "Agreed in “July”\nwith <Lena>" {
		t.Errorf("after going back the comment is %q", got)
	}
	mara.submit(`button[value="approve"]`)
	shown := mara.source("#bytes-approve")
	mara.submit("#confirm button")
	if got := w.result(t, a); got.Result != shown {
		t.Errorf("the function got %s, the page showed %s", got.Result, shown)
	}
	w.desk.log.await(t, patience, "the delivery to be noted", func(line string) bool {
		return strings.Contains(line, a.id) && strings.Contains(line, `"state":"completed"`)
	})
	mara.open(a.page())
	mara.reads("#verdict", "Approved. Lambda")
}
