package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/standin/demo"
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

// noFetch makes every further request of the page's scripts wait for ever.
const noFetch = `(() => { window.fetch = () => new Promise(() => {}); return true; })()`

// release lets an answer go and waits until the page has made of it what it makes.
func (p *person) release(reply string) {
	p.t.Helper()
	eval[bool](p, reply+`(), new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
}

// TestArmingAtOnce: without an answer from the network, what is on the page is armed, also for
// another outcome than the one whose preview is open.
func TestArmingAtOnce(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	mara.write("#comment", "Fly economy")
	mara.comes("#wire", "Fly economy")
	mara.until(`document.querySelector("#bytes-reject").textContent.includes("Fly economy")`)
	eval[bool](mara, noFetch)
	for _, outcome := range []string{"reject", "approve"} {
		mara.arm(outcome)
		mara.press("\x1b")
		mara.gone(armedBar)
	}
}

// TestArmingWaitsForTheBytes: what was typed since the preview is fetched first, and said. Presses
// meanwhile are not saved up, and what is armed is what was fetched.
func TestArmingWaitsForTheBytes(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	samePage := mara.keepsPage()
	eval[bool](mara, holdPreviews)
	mara.write("#comment", "Agreed")
	mara.click(restButton("approve"))
	mara.until("held.length === 1")
	for range 3 {
		mara.click(restButton("approve"))
	}
	mara.comes(state, "Fetching what Lambda will receive")
	// one does not replace the other
	for _, words := range []string{"“Approve” is chosen.", "Fetching what Lambda will receive"} {
		if got := mara.source("#announce"); !contains(got, words) {
			t.Errorf("announced is %q, want %q in it", got, words)
		}
	}
	mara.gone(armedBar)
	mara.release("held[0]")
	mara.see(armedBar)
	mara.until("held.length === 1")
	if shown := mara.source("#bytes-approve"); shown != mara.armed("approve") || !contains(shown, "Agreed") {
		t.Errorf("armed %s", shown)
	}
	samePage()
	mara.reaches("pending")
}

// TestImpatientPresses: presses that follow each other without a pause confirm nothing, however
// long they go on.
func TestImpatientPresses(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	samePage := mara.keepsPage()
	presses := eval[int](mara, `(async () => {
		const real = performance.now.bind(performance);
		let clock = real(), n = 0;
		performance.now = () => clock;
		document.querySelector('`+restButton("approve")+`').click();
		for (; n < 12; n++) {
			clock += 90;
			await null;
			document.querySelector('[data-bar="armed"] .confirm').click();
		}
		performance.now = () => real() + 12 * 90; // it never goes back
		return n;
	})()`)
	if presses != 12 {
		t.Fatal(presses)
	}
	samePage()
	mara.reaches("pending")
	mara.armed("approve")
	mara.confirm()
	mara.see("#verdict")
}

// TestSendingOnce: while a decision is on its way no press does anything, and Esc does not pretend
// to take it back.
func TestSendingOnce(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	mara.arm("approve")
	posts := eval[int](mara, `(() => {
		let posts = 0;
		const form = document.querySelector("#decide"), confirm = form.querySelector(".confirm"), real = window.fetch;
		window.fetch = (url, options) => { // beside a list, the script posts the decision
			if (!new URL(url, location).pathname.endsWith("/decision")) return real(url, options);
			posts++;
			return new Promise(() => {});
		};
		confirm.click();
		window.press = () => { confirm.click(); form.querySelector('[data-bar="rest"] [value="reject"]').click(); return posts; };
		return posts;
	})()`)
	mara.press("a")
	mara.press("\x1b")
	mara.press("r")
	if again := eval[int](mara, "press()"); posts != 1 || again != 1 {
		t.Errorf("%d posts, then %d", posts, again)
	}
	mara.reads(armedBar, "Sending…")
}

// TestArmingGivenUp: who goes on with something else before the bytes are there is not brought
// back.
func TestArmingGivenUp(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	eval[bool](mara, holdPreviews)
	mara.write("#comment", "Wait")
	mara.click(restButton("approve"))
	mara.until("held.length === 1")
	mara.click(search)
	mara.release("held[0]")
	mara.hasFocus(search)
	mara.gone(armedBar)
}

// TestLastPreviewCounts: an answer that comes late neither hides a later one nor arms what was
// pressed before.
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

	mara.write("#comment", " and three")
	mara.click(restButton("approve"))
	mara.until("held.length === 3")
	mara.click(restButton("reject"))
	mara.release("held[2]")
	mara.reads(armedBar, "Reject “Expense report EXP-2291", "Confirm rejection")
	mara.until("held.length === 3") // one answer is enough for both
}

// TestPreviewsLost: a server that does not answer is named, arms nothing, and is asked again.
func TestPreviewsLost(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	eval[bool](mara, `(window.real = fetch, window.fetch = () => Promise.reject(new TypeError("Failed to fetch")), true)`)
	mara.write("#comment", "Anybody there?")
	mara.comes(state, "No preview: the server does not answer. Nothing was sent.")
	mara.click(restButton("approve"))
	mara.comes(state, "No preview: the server does not answer. Nothing was sent.")
	mara.gone(armedBar)
	eval[bool](mara, "(window.fetch = window.real, true)")
	mara.arm("approve")
}

// TestPreviewsRefused: what the server says in the place of a preview is said, and a preview that
// was asked for too often comes by itself.
func TestPreviewsRefused(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	refuse := func(status int, words string) {
		eval[bool](mara, fmt.Sprintf(`(window.real ??= fetch, window.fetch = (url, options) => String(url).endsWith("/preview")
			? Promise.resolve(new Response(%q, { status: %d, headers: { "Content-Type": "text/plain", "Retry-After": "1" } })) : real(url, options), true)`, words, status))
	}
	refuse(503, "The database does not answer. Nothing was recorded.")
	mara.write("#comment", "One")
	mara.comes(state, "No preview. The database does not answer. Nothing was recorded.")
	refuse(429, "Too many requests. Wait a moment.")
	mara.write("#comment", " and two")
	mara.comes(state, "No preview yet: these are many in a row. It follows by itself in a moment.")
	if got := mara.text(state); contains(got, "does not answer") {
		t.Errorf("the bar says %q", got)
	}
	eval[bool](mara, "(window.fetch = window.real, true)")
	mara.comes("#wire", "One and two")
	mara.until(`!document.querySelector('` + state + `').textContent.includes("No preview")`)
}

// TestLongPreviews: of outcomes that send much, one preview is on the page, and another once it is
// chosen. What is armed is what is shown, also after typing.
func TestLongPreviews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense(func(q *demo.Question) {
		for _, name := range []string{"one", "two", "three"} {
			text := name + strings.Repeat(" long", 12_000) + " {{comment}}"
			q.Outcomes = append(q.Outcomes, demo.Outcome{Name: name, Label: "Way " + name, Kind: "success", Payload: map[string]string{"text": text}})
		}
	}))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.see("#preview-one[data-seen]")
	mara.click(tab("two"))
	mara.see("#preview-two[data-seen]")
	if !mara.has("#preview-one[data-later]") || !mara.has("#preview-three[data-later]") {
		t.Error("more is sent than what was chosen")
	}
	mara.write("#comment", "Fine")
	mara.until(`document.querySelector("#bytes-two").textContent.includes("Fine")`)
	shown := mara.arm("three")
	if !contains(shown, `three long`) || !contains(shown, ` Fine"`) {
		t.Errorf("armed is %.40s", shown)
	}
	mara.inspect("long-preview")
	mara.confirm()
	if got := w.result(t, a); got.Result != shown {
		t.Errorf("the function got %d bytes, the page showed %d", len(got.Result), len(shown))
	}
}
