package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// loseSession ends the session as time does: the browser keeps everything else.
func (p *person) loseSession() {
	p.t.Helper()
	call(p, network.ClearBrowserCookies, cdp.Empty{})
}

// comment is what stands in the field of the comment.
func (p *person) comment() string {
	p.t.Helper()
	return eval[string](p, `document.querySelector("#comment").value`)
}

// hasComment waits until the field of the comment has that text.
func (p *person) hasComment(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector("#comment")?.value === %s`, quote(text)))
}

// drafts is what the browser keeps.
func (p *person) drafts() string {
	p.t.Helper()
	return eval[string](p, `localStorage.getItem("drafts") ?? ""`)
}

// TestDrafts: what was typed is there again after another row, the whole page, a reload, going
// back, and a session that ended.
func TestDrafts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.ask(t, expense()), w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open("/?item=" + first.id)
	mara.see("decision-bar:defined")
	mara.write("#comment", "Ask Ines first")
	mara.click(second.row() + " a")
	mara.see(`#item[data-callback="` + second.id + `"] decision-bar:defined`)
	if got := mara.comment(); got != "" {
		t.Errorf("the comment for one callback is %q at another", got)
	}
	mara.click(first.row() + " a")
	mara.see(`#item[data-callback="` + first.id + `"] decision-bar:defined`)
	mara.hasComment("Ask Ines first")
	mara.reads("kept-draft", "Your comment from ", " is back.")
	mara.comes("#wire", "Ask Ines first")
	mara.picture("draft-back")

	mara.click(".pane [data-key=o]")
	mara.until(`location.pathname === "` + first.page() + `"`)
	mara.hasComment("Ask Ines first")
	mara.comes("#announce", "is back.")
	mara.leads("reload", chromedp.Reload())
	mara.hasComment("Ask Ines first")
	mara.open("/?scope=history")
	mara.leads("go back", chromedp.NavigateBack())
	mara.hasComment("Ask Ines first")

	mara.loseSession()
	mara.open(first.page())
	mara.reads("main", "the callback you opened")
	mara.enter()
	mara.hasComment("Ask Ines first")
	mara.inspect("draft")

	mara.click("kept-draft button")
	mara.hasComment("")
	mara.hasFocus("#comment")
	mara.gone("kept-draft button")
	mara.leads("reload", chromedp.Reload())
	mara.see("decision-bar:defined")
	mara.until(`customElements.get("kept-draft")`)
	if got := mara.comment() + mara.drafts(); strings.Contains(got, "Ines") {
		t.Errorf("a draft that was discarded is back: %s", got)
	}
}

// TestDraftsArePersonal: the next person at a browser gets nothing of what the one before typed, in
// no tab.
func TestDraftsArePersonal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.write("#comment", "Only for Mara")
	mara.until(`localStorage.getItem("drafts")?.includes("Only for Mara")`)
	if got := mara.drafts(); strings.Contains(got, `"mara"`) {
		t.Errorf("the browser keeps who typed: %s", got)
	}
	mara.loseSession()
	dana := mara.newTab()
	dana.name = "dana"
	dana.open("/")
	dana.enter()
	dana.until(`!(localStorage.getItem("drafts") ?? "").includes("Only for Mara")`)
	dana.open(a.page())
	dana.see("decision-bar:defined")
	dana.until(`customElements.get("kept-draft")`)
	if got := dana.comment() + eval[string](dana, `document.documentElement.outerHTML`); strings.Contains(got, "Only for Mara") {
		t.Error("the next person sees what the one before typed")
	}
	mara.comes(".me", "Dana Fischer") // the tab that was left open became the next person's
	mara.see("decision-bar:defined")
	if got := mara.comment(); got != "" {
		t.Errorf("the next person finds %q in a tab that was left open", got)
	}
}

// TestKeptPageOfAnother: a page that the browser kept from before somebody else signed in shows
// nothing that was typed.
func TestKeptPageOfAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.write("#comment", "Only for Mara")
	mara.until(`document.querySelector("#comment").dataset.kept`)
	typed := eval[string](mara, `(() => {
		const field = document.querySelector("#comment");
		localStorage.setItem("drafts", JSON.stringify({ person: "another", items: [] }));
		dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
		return field.value + field.autocomplete;
	})()`)
	if typed != "off" {
		t.Errorf("the kept page shows %q and lets the browser fill it in", typed)
	}
	mara.hasComment("")
}

// TestDraftsEnd: a decision and a sign-out clear them. What could not be sent is there to be
// copied.
func TestDraftsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, others := w.ask(t, expense()), w.ask(t, expense())
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	mara.open(own.page())
	mara.see("decision-bar:defined")
	mara.write("#comment", "Agreed in July,\nwith Lena")
	mara.arm("approve")
	mara.confirm()
	mara.reaches("completed")
	mara.until(`!(localStorage.getItem("drafts") ?? "").includes("Lena")`)
	mara.until(`customElements.get("kept-draft")`)
	if mara.shows("#kept-comment") {
		t.Error("a comment that was sent is offered as if it were not")
	}

	mara.open(others.page())
	mara.see("decision-bar:defined")
	mara.comes("#freshness", "Live")
	mara.write("#comment", "Not yet said")
	dana.open(others.page())
	dana.arm("approve")
	dana.confirm()
	mara.reaches("completed")
	if got := mara.kept(); got != "Not yet said" {
		t.Errorf("what was typed before somebody else decided is now %q", got)
	}
	mara.inspect("draft-unsent")
	mara.leads("reload", chromedp.Reload())
	if got := mara.kept(); got != "Not yet said" {
		t.Errorf("after a reload, what was typed before somebody else decided is %q", got)
	}
	dana.until(`customElements.get("kept-draft")`)
	if dana.shows("#kept-comment") || strings.Contains(eval[string](dana, `document.documentElement.outerHTML + document.querySelector("#kept-comment").value`), "Not yet") {
		t.Error("what one person typed is offered to another")
	}
	mara.click("kept-draft .textbtn")
	mara.gone("#kept-comment")
	if got := mara.drafts(); strings.Contains(got, "Not yet") {
		t.Errorf("a draft that was discarded is kept: %s", got)
	}

	third := w.ask(t, expense())
	mara.open(third.page())
	mara.see("decision-bar:defined")
	mara.write("#comment", "Before leaving")
	mara.until(`localStorage.getItem("drafts")?.includes("Before leaving")`)
	mara.submit(`.rail form[action="/auth/logout"] button`)
	mara.comes("h1", "You are signed out")
	if got := mara.drafts(); got != "" {
		t.Errorf("after signing out the browser keeps %s", got)
	}
}

// TestServersCommentWins: what a page shows again is what was posted, not an older draft.
func TestServersCommentWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.write("#comment", "Older")
	mara.until(`localStorage.getItem("drafts")?.includes("Older")`)
	eval[bool](mara, `(() => {
		document.querySelector("#comment").value = "n".repeat(4001);
		const outcome = document.querySelector("#decide input[name=outcome]");
		outcome.disabled = false;
		outcome.value = "reject";
		document.querySelector("#decide").submit();
		return true;
	})()`)
	mara.until(`performance.getEntriesByType("navigation")[0].responseStatus === 422`)
	mara.see("decision-bar:defined")
	mara.until(`localStorage.getItem("drafts").includes("nnnn")`)
	if got := mara.comment(); !strings.HasPrefix(got, "nnnn") || strings.Contains(got, "Older") {
		t.Errorf("the comment that was posted is now %q", got)
	}
}

// TestDraftsAreBounded: there are few, none is old, and a foreign value breaks nothing.
func TestDraftsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.ask(t, expense()), w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	eval[bool](mara, fmt.Sprintf(`(() => {
		const items = Array.from({ length: 20 }, (_, i) => ({ callback: "other-" + i, text: "Draft", at: Date.now() - i * 1000 }));
		items[3].at = Date.now() - 40 * 86_400_000;
		items[4] = { callback: %s, text: "Forgotten", at: Date.now() - 40 * 86_400_000 };
		const person = document.querySelector("meta[name=person]").content;
		localStorage.setItem("drafts", JSON.stringify({ person, items }));
		return true;
	})()`, quote(b.id)))
	const ids = `JSON.parse(localStorage.getItem("drafts")).items.map((d) => d.callback).join(" ")`
	mara.write("#comment", "Newest")
	mara.until(`localStorage.getItem("drafts").includes("Newest")`)
	got := strings.Fields(eval[string](mara, ids))
	if len(got) != 19 || got[0] != a.id || strings.Contains(strings.Join(got, " "), "other-3 ") {
		t.Errorf("drafts are kept for %v, want the newest first and none that is old", got)
	}
	eval[bool](mara, `(() => {
		const kept = JSON.parse(localStorage.getItem("drafts"));
		for (let i = 0; i < 5; i++) kept.items.push({ callback: "more-" + i, text: "Draft", at: Date.now() });
		localStorage.setItem("drafts", JSON.stringify(kept));
		return true;
	})()`)
	mara.write("#comment", "!")
	mara.until(`localStorage.getItem("drafts").includes("Newest!")`)
	if got := strings.Fields(eval[string](mara, ids)); len(got) != 20 || got[0] != a.id {
		t.Errorf("%d drafts are kept, want 20: %v", len(got), got)
	}
	mara.open(b.page())
	mara.see("decision-bar:defined")
	mara.until(`customElements.get("kept-draft")`)
	if got := mara.comment(); got != "" {
		t.Errorf("a draft that is 40 days old is back: %q", got)
	}

	for _, foreign := range []string{`{`, `7`, `null`, `{"person":7,"items":7}`} {
		eval[bool](mara, fmt.Sprintf(`localStorage.setItem("drafts", %s), true`, quote(foreign)))
		mara.open(a.page())
		mara.see("decision-bar:defined")
		mara.write("#comment", "Again")
		mara.until(`localStorage.getItem("drafts").includes("Again")`)
		mara.until(`document.querySelector("#wire").textContent.includes("Again")`)
	}
}

// TestStorageDenied: where the browser keeps nothing, everything else works, and a comment lasts as
// long as the page.
func TestStorageDenied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.ask(t, expense()), w.ask(t, expense())
	mara := w.signIn(t, "mara")
	call(mara, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		for (const name of ["localStorage", "sessionStorage"]) {
			Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
		}`})
	mara.open("/?item=" + first.id)
	mara.see("decision-bar:defined")
	mara.comes("#freshness", "Live")
	mara.write("#comment", "Stays here")
	mara.click(second.row() + " a")
	mara.see(`#item[data-callback="` + second.id + `"] decision-bar:defined`)
	mara.click(first.row() + " a")
	mara.hasComment("Stays here")
	mara.loseSession()
	w.ask(t, expense())
	mara.comes(".signed-out", "You were signed out. Your comment stays on this page until you leave it.")
	mara.press("?")
}

// TestSignedOutMidComment: the page says so where one decides and at every width, truly, and leads
// back.
func TestSignedOutMidComment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page() + "?order=newest")
	mara.comes("#freshness", "Live")
	mara.see("decision-bar:defined")
	mara.write("#comment", "Half a sent")
	mara.until(`document.querySelector("#comment").dataset.kept`)
	mara.loseSession()
	w.ask(t, expense())
	mara.comes(".signed-out", "You were signed out. Your comment is kept in this browser.")
	for _, l := range widths {
		mara.look(l)
		mara.reads("#strip", "You were signed out.", "Sign in")
		mara.reads(".signed-out", "Sign in to go on")
		mara.fits("signed out", l)
		mara.accessible("signed out, " + l.name)
		mara.picture("signed-out-mid-comment-" + l.name)
	}
	mara.look(desktop)
	mara.submit(".signed-out a")
	mara.reads("main", "the callback you opened")
	mara.enter()
	mara.until(`location.pathname + location.search === "` + a.page() + `?order=newest"`)
	mara.hasComment("Half a sent")
}

// TestSignedInAgain: a page that was signed out goes on by itself once its person is signed in
// again, in another tab.
func TestSignedInAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.comes("#freshness", "Live")
	mara.loseSession()
	w.ask(t, expense())
	mara.stripSays("You were signed out.")
	other := mara.newTab()
	other.open("/")
	other.enter()
	eval[bool](mara, `document.dispatchEvent(new Event("visibilitychange"))`)
	mara.comes("#freshness", "Live")
	mara.gone("#strip")
}

// TestPausedIsVisible: lost live updates are told at every width, with a way to read again.
func TestPausedIsVisible(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(t, expense())
	mara := w.signIn(t, "mara")
	call(mara, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: w.url + "/events", Block: true}}})
	mara.open("/")
	for _, l := range widths {
		mara.look(l)
		mara.stripSays("Live updates paused. Reading again every 30 s.")
		mara.fits("paused", l)
		mara.accessible("paused, " + l.name)
		mara.picture("paused-" + l.name)
	}
	mara.look(desktop)
	second := w.ask(t, expense())
	mara.click("#strip [data-read-now]")
	mara.see(second.row())
}
