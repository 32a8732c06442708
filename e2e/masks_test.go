package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"countersign/internal/standin/demo"
)

// withMasks is a request with two masked account numbers.
func withMasks(q *demo.Question) {
	q.Payload = map[string]any{"total": 7846.20, "vendor": map[string]any{"name": "Kranich", "iban": "DE02canary"}, "pin": 4711}
	q.Masked = []string{"/vendor/iban", "/pin"}
}

const reveal = `.tree button[aria-label="Reveal, logged: vendor.iban"]`

// TestReveal: a masked value is on the page from the press that reveals it until the reader leaves or
// reloads the page, and the record says who saw it.
func TestReveal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense(withMasks))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.reads("#payload", "2 values masked")
	if mara.has(`.tree .tr:has(.mask) [data-copy-value]`) {
		t.Error("a mask can be copied")
	}
	mara.write("#comment", "Called back.")
	mara.inspect("masked")
	mara.click(reveal)
	mara.comes("[data-revealed] .v", `"DE02canary"`)
	mara.hasFocus("[data-revealed] .v")
	mara.inspect("revealed")
	if mara.count(".tree .mask") != 1 {
		t.Error("more than one value is revealed")
	}
	if got := eval[string](mara, `document.querySelector("#comment").value`); got != "Called back." {
		t.Errorf("the comment is now %q", got)
	}
	mara.open("/")
	mara.leads("go back", chromedp.NavigateBack())
	mara.see(reveal)
	if text := mara.text("#payload"); strings.Contains(text, "canary") {
		t.Error("going back shows the revealed value")
	}
	mara.reads("#timeline", "You revealed a masked value", "“iban” at /vendor/iban of the payload")
}

// TestReveal_WithoutScripts: a form's answer has the value, and no page afterwards.
func TestReveal_WithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense(withMasks))
	mara := w.visitor(t, "mara")
	mara.runScripts(false)
	mara.open(a.page())
	mara.enter()
	if status := mara.submit(reveal); status != http.StatusOK {
		t.Fatalf("revealing answers %d", status)
	}
	mara.reads("[data-revealed] .v", "DE02canary")
	mara.inspect("noscript-revealed")
	mara.submit(".crumb a")
	mara.reads("#item", "revealed a masked value", "“iban” at /vendor/iban of the payload")
	if mara.count(".tree .mask") != 2 {
		t.Error("the value is still revealed")
	}
}
