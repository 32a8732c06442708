package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/standin/demo"
)

const (
	state = `[data-bar="rest"] .state`
	said  = `document.querySelector("#announce").textContent`
)

func contains(text, part string) bool { return strings.Contains(text, part) }

// tab is the tab of an outcome's preview, restButton its button in the bar.
func tab(outcome string) string { return fmt.Sprintf(`#wire label:has([value=%q])`, outcome) }
func restButton(outcome string) string {
	return fmt.Sprintf(`[data-bar="rest"] button[value=%q]`, outcome)
}

// ctrlEnter presses both keys where the focus is.
func (p *person) ctrlEnter() {
	p.t.Helper()
	p.enterDown(ctrl, false)
}

// chose waits until bar, preview and live region say that an outcome is chosen.
func (p *person) chose(outcome, label, tone string) {
	p.t.Helper()
	p.until(`document.querySelector("decision-bar").dataset.tone === ` + quote(tone))
	p.until(fmt.Sprintf(`document.querySelector("#wire [name=preview]:checked").value === %q`, outcome))
	p.until(said + `.includes(` + quote("“"+label+"” is chosen.") + `)`)
	p.comes(state, "“"+label+"” is chosen.")
	if n := p.count("[data-bar=rest] .chosen"); n != 1 || !p.has(restButton(outcome)+".chosen") {
		p.t.Errorf("%d buttons are marked, want that of %s", n, outcome)
	}
}

// choseNothing waits until nothing is chosen and the first preview is back.
func (p *person) choseNothing() {
	p.t.Helper()
	p.until(`!document.querySelector("decision-bar").dataset.tone`)
	p.until(`document.querySelector("#wire [name=preview]:checked").defaultChecked`)
	if p.has("[data-bar=rest] .chosen") {
		p.t.Error("a button is still marked")
	}
}

// TestCtrlEnterSendsWhatWasChosen: R, a reason and Ctrl Enter twice reject.
func TestCtrlEnterSendsWhatWasChosen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.press("r")
	mara.hasFocus("#comment")
	mara.chose("reject", "Reject", "reject")
	mara.write("#comment", "Fly economy")
	mara.ctrlEnter()
	mara.armed("reject")
	mara.reads(armedBar, "Reject “Expense report EXP-2291: $7,846.20, Osaka customer onsite”?", "left")
	mara.picture("armed-reject-by-key")
	mara.ctrlEnter()
	mara.reaches("completed")
	if got := w.result(t, a).Failed; got == nil || got.Message != "Fly economy" {
		t.Errorf("the function got %+v", got)
	}
}

// hasColour fails the test unless an element's ground has a colour of the palette.
func (p *person) hasColour(selector, token string) {
	p.t.Helper()
	same := eval[bool](p, fmt.Sprintf(`(() => {
		const of = (element) => getComputedStyle(element).backgroundColor, probe = document.createElement("i");
		probe.style.backgroundColor = "var(%s)";
		document.body.append(probe);
		const wanted = of(probe);
		probe.remove();
		return [...document.querySelectorAll(%s)].every((element) => of(element) === wanted);
	})()`, token, quote(selector)))
	if !same {
		p.t.Errorf("the ground of %s is not %s", selector, token)
	}
}

// opensAnew opens a callback beside the list, without what was typed before.
func (p *person) opensAnew(a asked) {
	p.t.Helper()
	eval[bool](p, `localStorage.removeItem("drafts"), true`)
	p.open("/?item=" + a.id)
	p.see("decision-bar:defined")
}

// armsFromField arms what was chosen from the comment, and takes it back.
func (p *person) armsFromField(outcome, question, colour string) {
	p.t.Helper()
	p.click("#comment")
	p.ctrlEnter()
	p.armed(outcome)
	p.reads(armedBar, question)
	p.hasColour(armedBar+" .confirm", colour)
	p.press("\x1b")
	p.gone(armedBar)
	p.choseNothing()
}

// TestChoices: whatever leads to the comment, Ctrl Enter arms that and nothing else.
func TestChoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, other := w.ask(t, expense(threeWays)), w.ask(t, expense())
	mara := w.signIn(t, "mara")
	for _, tc := range []struct {
		name                 string
		choose               func()
		outcome, label, asks string
		tone                 string
	}{
		{"KeyR", func() { mara.press("r") }, "reject", "Reject", "Reject “", "reject"},
		{"KeyS", func() { mara.press("s") }, "send-back", "Send back", "Send back “", "other"},
		{"Tab", func() { mara.click(tab("reject")) }, "reject", "Reject", "Reject “", "reject"},
		{"TabThatIsShown", func() { mara.click(tab("approve")) }, "approve", "Approve", "Approve “", "approve"},
		{"TabOfOther", func() { mara.click(tab("send-back")) }, "send-back", "Send back", "Send back “", "other"},
		{"ButtonWithoutComment", func() { mara.click(restButton("reject")); mara.comes("#comment-fault", "Reject needs a comment.") }, "reject", "Reject", "Reject “", "reject"},
		{"KeyThenMouse", func() { mara.press("r\x1b"); mara.click(tab("send-back")) }, "send-back", "Send back", "Send back “", "other"},
		{"MouseThenKey", func() { mara.click(tab("send-back")); mara.press("\x1br") }, "reject", "Reject", "Reject “", "reject"},
		{"KeyAThenR", func() { mara.press("a"); mara.armed("approve"); mara.press("r"); mara.gone(armedBar) }, "reject", "Reject", "Reject “", "reject"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			mara.opensAnew(a)
			tc.choose()
			mara.chose(tc.outcome, tc.label, tc.tone)
			mara.write("#comment", "Which project?")
			mara.armsFromField(tc.outcome, tc.asks, map[string]string{"approve": "--approved-solid", "reject": "--rejected", "other": "--solid"}[tc.tone])
		})
	}
	choicesEnd(t, mara, a, other)
}

// choicesEnd are the ways in which nothing is chosen any more, or was not yet.
func choicesEnd(t *testing.T, mara *person, a, other asked) {
	t.Helper()
	t.Run("Nothing", func(t *testing.T) {
		mara.opensAnew(a)
		mara.write("#comment", "Which project?")
		mara.ctrlEnter()
		mara.comes(state, "Nothing was sent: choose an outcome first")
		mara.until(said + `.includes("Nothing was sent")`)
		mara.gone(armedBar)
		mara.press("\x1b")
		mara.press("s") // typed first, then the key: armed
		mara.armed("send-back")
	})
	t.Run("Esc", func(t *testing.T) {
		mara.opensAnew(a)
		mara.press("r")
		mara.hasFocus("#comment")
		mara.press("\x1b")
		mara.choseNothing()
		mara.hasFocus("body")
		mara.click("#comment")
		mara.ctrlEnter()
		mara.comes(state, "Nothing was sent")
		mara.gone(armedBar)
	})
	t.Run("AnotherRow", func(t *testing.T) {
		mara.opensAnew(a)
		mara.press("r")
		mara.hasFocus("#comment")
		mara.click(other.row() + " a")
		mara.see(`#pane #item[data-callback="` + other.id + `"] decision-bar:defined`)
		mara.choseNothing()
		mara.write("#comment", "Fine")
		mara.ctrlEnter()
		mara.comes(state, "Nothing was sent")
		mara.gone(armedBar)
	})
	t.Run("FieldOfTheList", func(t *testing.T) {
		mara.opensAnew(a)
		mara.click(tab("approve"))
		mara.chose("approve", "Approve", "approve")
		mara.click(search)
		mara.ctrlEnter()
		mara.press("\x1b")
		mara.gone(armedBar)
		mara.chose("approve", "Approve", "approve")
	})
}

// sixWays is a question with as many outcomes as a request may have.
func sixWays(q *demo.Question) {
	q.Outcomes = []demo.Outcome{
		{Name: "approve", Label: "Approve", Kind: "success", Payload: map[string]string{"answer": "approve", "why": "{{comment}}"}},
		{Name: "reject", Label: "Reject", Kind: "failure", Comment: "optional", ErrorType: "Rejected"},
	}
	for _, o := range [][2]string{{"partly", "Approve the flight only"}, {"back", "Send back"}, {"escalate", "Hand over to the head of finance"}, {"split", "Split over two cost centres"}} {
		q.Outcomes = append(q.Outcomes, demo.Outcome{Name: o[0], Label: o[1], Kind: "success", Payload: map[string]string{"answer": o[0], "why": "{{comment}}"}})
	}
}

// TestMoreWays: of six outcomes two have a button; the others are reached by S and a number, by
// pointer, and without scripts.
func TestMoreWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.ask(t, expense(sixWays)), w.ask(t, expense(sixWays))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	const menu = "details.ways .menu-list"
	mara.press("3")
	mara.choseNothing()
	mara.press("s")
	mara.see(menu)
	mara.hasFocus(`button[value="partly"]`)
	mara.inspect("more-ways")
	mara.press("\x1b")
	mara.gone(menu)
	mara.hasFocus("details.ways summary")
	mara.press("s")
	mara.see(menu)
	mara.press("3")
	mara.gone(menu)
	mara.armed("escalate")
	mara.press("3") // the menu is closed: this is no second press
	mara.armed("escalate")
	mara.press("\x1b")
	mara.gone(armedBar)
	mara.choseNothing()

	for _, l := range []look{phone, narrow} {
		mara.look(l)
		mara.click("details.ways summary")
		mara.see(menu)
		mara.inView(menu+" button", l)
		mara.picture("more-ways-" + l.name)
		mara.click(menu + ` button[value="split"]`)
		mara.armed("split")
		mara.inView(`[data-bar="armed"] button`, l)
		mara.press("\x1b")
		mara.gone(armedBar)
		mara.inView(`[data-bar="rest"] .acts > *`, l)
	}
	mara.look(desktop)

	dana := w.visitor(t, "dana")
	dana.runScripts(false)
	dana.open("/")
	dana.enter()
	dana.open(b.page())
	dana.click("details.ways summary")
	dana.submit(menu + ` button[value="back"]`)
	dana.reads("#main", "Send back “Expense report EXP-2291")
	dana.submit("#confirm button")
	if got := w.result(t, b); !contains(got.Result, `"answer":"back"`) {
		t.Errorf("the function got %+v", got)
	}
}

// inView fails the test unless each of these can be seen and pressed as a whole.
func (p *person) inView(selector string, l look) {
	p.t.Helper()
	outside := eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll(%s)].filter((e) => {
		const box = e.getBoundingClientRect(), over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
		return box.width < 24 || box.height < 24 || box.x < 0 || box.right > innerWidth || box.y < 0 || box.bottom > innerHeight || !(e.contains(over) || over?.contains(e));
	}).map((e) => e.innerText)`, quote(selector)))
	if len(outside) > 0 {
		p.t.Errorf("%s: %q cannot be pressed", l.name, outside)
	}
}

// TestLongTitleLeavesTheButtons: a title as long as they come pushes nothing out of the bar.
func TestLongTitleLeavesTheButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense(threeWays, func(q *demo.Question) {
		q.Title = strings.Repeat("Donaudampfschifffahrtsgesellschaft ", 5) + "EXP-2296"
		q.Payload = map[string]any{"currency": "USD", "total": 18420}
	}))
	mara := w.signIn(t, "mara")
	for _, l := range []look{desktop, phone, narrow} {
		mara.look(l)
		mara.open(a.page())
		mara.see("decision-bar:defined")
		mara.reads(`[data-bar="rest"]`, "Donaudampf", "USD", "18,420", "left")
		mara.inView(`[data-bar="rest"] button`, l)
		mara.arm("approve")
		mara.reads(armedBar, "Approve “Donaudampf", "18,420", "left")
		mara.inView(`[data-bar="armed"] button`, l)
		mara.fits("armed", l)
		mara.picture("long-title-" + l.name)
	}
}
