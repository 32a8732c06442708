package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/page"
)

// holdReadings makes a page keep its own readings of itself back until release() is called.
const holdReadings = `
	const fetched = window.fetch;
	const released = new Promise((resolve) => (window.release = resolve));
	window.held = 0;
	window.fetch = async (url, options) => {
		const answer = await fetched(url, options);
		if (!options?.headers?.["Countersign-Background"]) return answer;
		window.held++;
		await released;
		return answer;
	};`

// TestLateReading: a reading of the page that was on its way while another item was opened does not
// bring the first one back.
func TestLateReading(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.ask(t, expense()), w.ask(t, expense())
	mara := w.signIn(t, "mara")
	call(mara, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: holdReadings})
	mara.open("/?item=" + first.id)
	mara.see(`#pane #item[data-callback="` + first.id + `"]`)
	third := w.ask(t, expense())
	mara.until("held > 0")
	mara.click(second.row() + " a")
	mara.see(`#pane #item[data-callback="` + second.id + `"]`)
	eval[bool](mara, "release(), true")
	mara.until(`document.querySelector("` + third.row() + `") || !document.querySelector("#fresh-rows").hidden`)
	if !mara.has(`#pane #item[data-callback="` + second.id + `"]`) {
		t.Error("a late reading put the item back that was open before")
	}
}
