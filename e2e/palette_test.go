package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

// ctrlK opens the palette.
func (p *person) ctrlK() {
	p.t.Helper()
	call(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeRawKeyDown, Key: "k", Code: "KeyK", WindowsVirtualKeyCode: 75, Modifiers: ctrl,
	})
}

// TestPalette goes everywhere by keyboard, and decides nothing: an action arms, as its key does.
func TestPalette(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.ctrlK()
	mara.see("dialog.jumping[open]")
	mara.hasFocus("dialog.jumping [role=combobox]")
	mara.reads("dialog.jumping", "With the open item", "Approve", "Reject", "Go to")
	for _, theme := range []string{"light", "dark"} {
		l := desktop
		l.theme = theme
		mara.look(l)
		mara.accessible("the palette, " + theme)
		mara.picture("palette-" + theme)
	}
	mara.look(phone)
	mara.accessible("the palette, on a phone")
	mara.picture("palette-phone")
	mara.look(desktop)

	mara.press(">appr")
	mara.until(`document.querySelectorAll("dialog.jumping [role=option]").length === 1`)
	mara.press(kb.Enter)
	mara.gone("dialog.jumping")
	mara.armed("approve")
	mara.press("\x1b")
	mara.gone(`[data-bar="armed"]`)

	mara.ctrlK()
	mara.see("dialog.jumping[open]")
	mara.press("\x1b")
	mara.gone("dialog.jumping")
	mara.ctrlK()
	mara.see("dialog.jumping[open]")
	mara.press("osaka")
	mara.see("dialog.jumping mark")
	mara.reads("dialog.jumping mark", "Osaka")
	mara.press(kb.ArrowDown)
	mara.until(`document.querySelector("dialog.jumping [role=combobox]").getAttribute("aria-activedescendant") === "jump-1"`)
	mara.accessible("what was found")
	mara.picture("palette-found")
	mara.press(kb.ArrowUp)
	mara.press(kb.Enter)
	mara.until(`location.pathname === "` + a.page() + `" && location.search === ""`)
}

// TestPalette_NoScript: the palette is a page.
func TestPalette_NoScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.runScripts(false)
	mara.open(a.page())
	mara.submit(".jump")
	mara.reads("#found", "Open Expense report", "Go to")
	mara.write("#palette input[type=search]", "osaka")
	mara.submit("#palette .btn")
	mara.reads("#found mark", "Osaka")
	mara.accessible("the page of the palette")
	mara.picture("palette-page")
}

// TestKeysOff: whoever switches single letters off presses none by accident, and reads of none.
func TestKeysOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open("/settings")
	mara.see("[data-keys-switch]")
	mara.click(".setkeys")
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.press("a")
	mara.gone(`[data-bar="armed"]`)
	mara.gone("decision-bar kbd")
	mara.ctrlK()
	mara.see("dialog.jumping[open]")
	mara.gone("dialog.jumping .opt kbd")
}
