package e2e_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/page"

	"countersign/internal/standin/demo"
)

// elsewhere makes pages believe that nobody looks at them, has their metronomes beat faster, and notes
// how often they read and what the browser would show.
const elsewhere = `
	Object.defineProperty(document, "hidden", { get: () => true });
	window.Worker = class extends EventTarget {
		beat = setInterval(() => this.dispatchEvent(new Event("message")), 50);
		terminate() { clearInterval(this.beat); }
	};
	window.readings = 0;
	const answered = window.fetch;
	window.fetch = async (...asked) => {
		const answer = await answered(...asked);
		readings++;
		return answer;
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
	w.ask(t, expense(soon))
	mara.open("/settings")
	mara.see(`#signals:not([hidden]) [data-signal="notify"]`)
	mara.click(`[data-signal="notify"]`)
	mara.see(`[data-signal="notify"][aria-checked="true"]`)
	mara.until(`document.title.startsWith("(1 at risk) Settings")`)
	mara.until(`document.querySelector("link[rel=icon]").href.includes("risk")`)
	mara.until(`readings > 0`) // what the first reading finds is not new
	for at := 2; at <= 3; at++ {
		w.ask(t, expense(soon))
		mara.until(fmt.Sprintf(`document.title.startsWith("(%d at risk) Settings")`, at))
	}
	mara.until(`told.join() === "1 request is newly at risk, Countersign,1 request is newly at risk, Countersign"`)

	mara.open("/settings")
	mara.see(`[data-signal="notify"][aria-checked="true"]`)
	mara.click(`[data-signal="notify"]`)
	mara.until(`localStorage.getItem("notify") === "off"`)
}
