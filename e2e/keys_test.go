package e2e_test

import (
	"testing"

	"countersign/internal/standin/demo"
)

// threeWays is a question with an outcome of the sender's own beside the usual ones.
func threeWays(q *demo.Question) {
	q.Outcomes = []demo.Outcome{
		{Name: "approve", Label: "Approve", Kind: "success", Payload: map[string]bool{"approved": true}},
		{Name: "send-back", Label: "Send back", Kind: "success", Comment: "required", Payload: map[string]string{"back": "{{comment}}"}},
		{Name: "reject", Label: "Reject", Kind: "failure", Comment: "required", ErrorType: "Rejected"},
	}
}

// TestKeysDecideWhatIsOpen: with the focus on another row than the open one, the keys of a decision
// open that row first.
func TestKeysDecideWhatIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.ask(t, expense(threeWays, func(q *demo.Question) { q.TimeoutSeconds = 1800 }))
	second := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.see(second.row())
	mara.press("a")
	mara.press("j")
	mara.hasFocus(first.row() + " a")
	mara.press("a")
	mara.see(`#pane #item[data-callback="` + first.id + `"] decision-bar:defined`)
	mara.press("j")
	mara.hasFocus(second.row() + " a")
	mara.press("a")
	mara.see(`#pane #item[data-callback="` + second.id + `"] decision-bar:defined`)
	if mara.has(`[data-bar="armed"]:not([hidden])`) {
		t.Fatal("a key that opened a row has armed a decision")
	}
	mara.press("a")
	mara.armed("approve")
	mara.press("\x1b")
	mara.gone(`[data-bar="armed"]`)

	mara.press("u")
	mara.hasFocus(second.row() + " a")
	mara.press("k")
	mara.hasFocus(first.row() + " a")
	mara.press("s")
	mara.see(`#pane #item[data-callback="` + first.id + `"] decision-bar:defined`)
	mara.press("s") // needs a comment, and leads to it
	mara.hasFocus("#comment")
	mara.write("#comment", "Which project?")
	mara.press("\x1b")
	mara.press("s")
	if shown := mara.armed("send-back"); shown != `{"back":"Which project?"}` {
		t.Errorf("armed %s", shown)
	}
	mara.reads(`[data-bar="armed"]`, "Send back “Expense report EXP-2291: $7,846.20, Osaka customer onsite”?")
}

// TestThemeStays: the theme that a reader chooses is there on the next page, before any script.
func TestThemeStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	mara.click(".rail [data-theme-toggle]")
	mara.see(`html[data-theme="dark"]`)
	mara.runScripts(false)
	mara.open("/?scope=mine")
	mara.see(`html[data-theme="dark"]`)
}

// TestPhone: the decision is within reach of a thumb, in one row of buttons, and the clocks are one
// line that opens and stays open. Both leave the screen to what is decided.
func TestPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense(threeWays, func(q *demo.Question) {
		q.HeartbeatTimeoutSeconds = 600
		q.Outcomes[0].Label = "Approve $7,846.20"
	}))
	mara := w.signIn(t, "mara")
	mara.look(phone)
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.comes("#freshness", "Live")
	height := func(selector string) float64 {
		return eval[float64](mara, `document.querySelector(`+quote(selector)+`).offsetHeight`)
	}
	if h := height(".decide"); h > 110 {
		t.Errorf("the bar takes %v of %d px", h, phone.height)
	}
	mara.inView(`[data-bar="rest"] button`, phone)
	if h := height("#clocks"); h > 64 {
		t.Errorf("the clocks take %v px, folded", h)
	}
	mara.gone("#clocks .clock")
	mara.click(".clocks-fold label")
	mara.see("#clocks .clock")
	mara.picture("phone")
	dana := w.signIn(t, "dana")
	dana.open(a.page())
	mara.comes("#presence", "Dana is also reviewing")
	if !mara.shows("#clocks .clock") {
		t.Error("the clocks are folded again when the page reads itself")
	}
	mara.arm("approve")
	if h := height(".decide"); h > 150 {
		t.Errorf("the armed bar takes %v of %d px", h, phone.height)
	}
	mara.inView(armedBar+" button", phone)
	mara.picture("phone-armed")
}

// TestRowsStay: a request that arrives while a row has the focus waits behind a button, and moves
// no row.
func TestRowsStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	mara.see(first.row())
	mara.press("j")
	mara.hasFocus(first.row() + " a")
	top := `document.querySelector("` + first.row() + `").getBoundingClientRect().top`
	before := eval[float64](mara, top)
	second := w.ask(t, expense(func(q *demo.Question) { q.TimeoutSeconds = 1800 }))
	mara.comes("#fresh-rows", "1 new")
	if after := eval[float64](mara, top); after != before {
		t.Errorf("the row moved from %v to %v", before, after)
	}
	mara.click("#fresh-rows")
	mara.see(second.row())
}

// TestFreshRowsComeLater: the rows that a reader asked for come when the server is back, and
// nothing fails aloud.
func TestFreshRowsComeLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	mara.see(first.row())
	mara.press("j")
	mara.hasFocus(first.row() + " a")
	second := w.ask(t, expense(func(q *demo.Question) { q.TimeoutSeconds = 1800 }))
	mara.comes("#fresh-rows", "1 new")
	eval[bool](mara, `(() => {
		const real = fetch;
		window.fetch = () => { window.fetch = real; return Promise.reject(new TypeError("Failed to fetch")); };
		return true;
	})()`)
	mara.click("#fresh-rows")
	mara.see(second.row())
}

// TestMenusClose: a menu closes on Esc, which leads back to its name, and on a press outside of it.
func TestMenusClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.look(phone)
	mara.open("/")
	mara.see(".list")
	const menu = ".phone-top details.menu"
	for range 2 { // Esc does not forget how to open it
		mara.click(menu + " summary")
		mara.until(`document.querySelector("` + menu + `").open`)
		mara.press("\x1b")
		mara.until(`!document.querySelector("` + menu + `").open`)
		mara.hasFocus(menu + " summary")
	}
	mara.click(menu + " summary")
	mara.until(`document.querySelector("` + menu + `").open`)
	mara.click(".list-head h1")
	mara.until(`!document.querySelector("` + menu + `").open`)
}
