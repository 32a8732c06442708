package e2e_test

import (
	"testing"
)

// holdPreviews keeps the answers to previews in held until they are released, each by calling it.
const holdPreviews = `(() => {
	const real = fetch;
	window.held = [];
	window.fetch = async (url, options) => {
		const answer = await real(url, options);
		if (!String(url).endsWith("/preview")) return answer;
		const text = await answer.text();
		return new Promise((resolve) => held.push(() => resolve(new Response(text, answer))));
	};
	return true;
})()`

// release lets an answer go and waits until the page has made of it what it makes.
func (p *person) release(answer string) {
	p.t.Helper()
	eval[bool](p, answer+`(), new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
}

const armedBar = `[data-bar="armed"]`

// atTheBar is somebody before a request that is open beside the list.
func atTheBar(t *testing.T) *person {
	t.Helper()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open("/?item=" + a.id)
	mara.see("decision-bar:defined")
	return mara
}

// TestLastPreviewCounts: an answer that comes late neither hides a later one nor arms what was pressed before.
func TestLastPreviewCounts(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	eval[bool](mara, holdPreviews)
	mara.write("#comment", "One")
	mara.until("held.length === 1")
	mara.write("#comment", " and two")
	mara.until("held.length === 2")
	mara.release("held[1]")
	mara.comes("#wire", "One and two")
	mara.release("held[0]")
	mara.reads("#wire", "One and two")

	mara.click(`[data-bar="rest"] button[value="approve"]`)
	mara.until("held.length === 3")
	mara.click(`[data-bar="rest"] button[value="reject"]`)
	mara.until("held.length === 4")
	mara.release("held[3]")
	mara.reads(armedBar, "Reject what Ines Calloway asks for?")
	mara.release("held[2]")
	mara.reads(armedBar, "Reject what Ines Calloway asks for?", "Confirm rejection")
}
