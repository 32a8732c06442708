package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/input"
)

// holdMinutes keeps timers of a minute until pass() is called.
const holdMinutes = `(() => {
	const real = setTimeout, held = [];
	window.setTimeout = (f, ms, ...more) => (ms === 60_000 ? -held.push(f) : real(f, ms, ...more));
	window.pass = () => held.splice(0).forEach((f) => f());
	return true;
})()`

const (
	armedBar = `[data-bar="armed"]`
	search   = `#list input[type="search"]`
)

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

// TestArmingEnds: what was armed is not confirmed by keys that are meant for something else.
func TestArmingEnds(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	eval[bool](mara, holdMinutes)

	mara.arm("approve")
	mara.press("\t")
	mara.see(armedBar) // the focus is in the bar
	mara.click("#wire .exact summary")
	mara.see(armedBar) // or at the bytes
	mara.click(search)
	mara.gone(armedBar)
	eval[bool](mara, "pass(), true")
	mara.press("a a ")
	mara.hasFocus(search)
	mara.until(`document.querySelector('` + search + `').value === "a a "`)
	mara.gone(armedBar)

	mara.arm("approve")
	eval[bool](mara, "pass(), true")
	mara.gone(armedBar)
	mara.hasFocus(`[data-bar="rest"] button[value="approve"]`)
	if said := mara.source("#announce p:last-child"); said != "Not confirmed for a minute. Nothing was sent." {
		t.Errorf("announced %q", said)
	}

	mara.arm("approve")
	eval[bool](mara, "document.activeElement.blur(), pass(), true") // as a click into the text does
	mara.gone(armedBar)
	mara.hasFocus("body")

	mara.arm("approve")
	eval[bool](mara, `Object.defineProperty(document, "hidden", { value: true, configurable: true }), document.dispatchEvent(new Event("visibilitychange"))`)
	mara.gone(armedBar)
}

// ctrl is the bit of that key in what the browser is told of a press.
const ctrl = 2

// enterDown presses Enter without letting go of it; held is the same key again, as a keyboard
// repeats it.
func (p *person) enterDown(modifiers int64, held bool) {
	p.t.Helper()
	event := input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, AutoRepeat: new(held), Modifiers: modifiers,
	}
	if modifiers == 0 {
		event.Text = "\r" // what makes a button take it for a press
	}
	call(p, input.DispatchKeyEvent, event)
}

// TestHeldEnter: a key that is held down is one press, however long.
func TestHeldEnter(t *testing.T) {
	t.Parallel()
	mara := atTheBar(t)
	for place, modifiers := range map[string]int64{`[data-bar="rest"] button[value="approve"]`: 0, "#comment": ctrl} {
		mara.click(tab("approve"))
		eval[bool](mara, `document.querySelector(`+quote(place)+`).focus(), true`)
		samePage := mara.keepsPage()
		mara.enterDown(modifiers, false)
		mara.armed("approve")
		mara.enterDown(modifiers, true)
		mara.enterDown(modifiers, true)
		mara.see(armedBar)
		samePage()
		mara.reaches("pending")
		mara.press("\x1b")
		mara.gone(armedBar)
	}
}
