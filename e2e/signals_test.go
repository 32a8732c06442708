package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/page"

	"countersign/internal/standin/demo"
)

// elsewhere makes pages believe that nobody looks at them, has their metronomes beat faster, and notes
// what the browser would show.
const elsewhere = `
	Object.defineProperty(document, "hidden", { get: () => true });
	window.Worker = class extends EventTarget {
		beat = setInterval(() => this.dispatchEvent(new Event("message")), 50);
		terminate() { clearInterval(this.beat); }
	};
	window.told = [];
	window.Notification = class extends EventTarget {
		static permission = "granted";
		static requestPermission = async () => "granted";
		constructor(title, { body }) { super(); told.push(title + ", " + body); }
	};`

// TestRiskIsToldElsewhere: a hidden tab says in its title and icon what is at risk. A reader who asked
// for it is told of what is newly at risk, without a word of the request.
func TestRiskIsToldElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	soon := func(q *demo.Question) { q.TimeoutSeconds = 600 }
	mara := w.signIn(t, "mara")
	call(mara, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: elsewhere})
	mara.open("/settings")
	mara.see(`#signals:not([hidden]) [data-signal="notify"]`)
	mara.click(`[data-signal="notify"]`)
	mara.see(`[data-signal="notify"][aria-checked="true"]`)
	w.ask(t, expense(soon))
	mara.until(`document.title.startsWith("(1 at risk) Settings")`)
	mara.until(`document.querySelector("link[rel=icon]").href.includes("risk")`)
	w.ask(t, expense(soon))
	mara.until(`document.title.startsWith("(2 at risk) Settings")`)
	mara.until(`told.join() === "1 request is newly at risk, Countersign,1 request is newly at risk, Countersign"`)

	mara.open("/settings")
	mara.see(`[data-signal="notify"][aria-checked="true"]`)
	mara.click(`[data-signal="notify"]`)
	mara.until(`localStorage.getItem("notify") === "off"`)
}
