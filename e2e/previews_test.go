package e2e_test

import "testing"

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
func (p *person) release(answer string) {
	p.t.Helper()
	eval[bool](p, answer+`(), new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
}

// TestArmingAtOnce: without an answer from the network, what is on the page is armed, also for another outcome than the one whose
// preview is open.
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

// TestArmingWaitsForTheBytes: what was typed since the preview is fetched first, and said. Presses meanwhile are not saved up, and
// what is armed is what was fetched.
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

// TestImpatientPresses: presses that follow each other without a pause confirm nothing, however long they go on.
func TestImpatientPresses(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	samePage := mara.keepsPage()
	presses := eval[int](mara, `new Promise((done) => {
		let n = 0;
		document.querySelector('`+restButton("approve")+`').click();
		const timer = setInterval(() => {
			document.querySelector('[data-bar="armed"] .confirm').click();
			if (++n === 12) clearInterval(timer), done(n);
		}, 90);
	})`)
	if presses != 12 {
		t.Fatal(presses)
	}
	samePage()
	mara.reaches("pending")
	mara.armed("approve")
	mara.confirm()
	mara.see("#verdict")
}

// TestSendingOnce: while a decision is on its way no press does anything, and Esc does not pretend to take it back.
func TestSendingOnce(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	mara.arm("approve")
	posts := eval[int](mara, `(() => {
		let posts = 0;
		const form = document.querySelector("#decide"), confirm = form.querySelector(".confirm");
		form.addEventListener("submit", (event) => { if (!event.defaultPrevented) posts++; event.preventDefault(); });
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

// TestArmingGivenUp: who goes on with something else before the bytes are there is not brought back.
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
