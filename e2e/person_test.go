package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// glances are looks for an element that is not there yet. To look more often takes from the page
// what it needs to change.
var glances = chromedp.RetryInterval(25 * time.Millisecond)

// person is somebody at a browser of their own, in one tab. What they do fails the test when it
// cannot be done.
type person struct {
	t    *testing.T
	name string
	desk string // its address
	tab  context.Context

	scriptless bool
}

// visitor opens a browser in which nobody is signed in. What the pages complain about fails the
// test.
func (w *world) visitor(t *testing.T, name string) *person {
	t.Helper()
	return newPerson(browser, t, name, w.url, chromedp.WithNewBrowserContext())
}

// newTab opens another tab of the same browser.
func (p *person) newTab() *person {
	p.t.Helper()
	return newPerson(p.tab, p.t, p.name, p.desk)
}

func newPerson(parent context.Context, t *testing.T, name, desk string, options ...chromedp.ContextOption) *person {
	t.Helper()
	tab, closeTab := chromedp.NewContext(parent, options...)
	t.Cleanup(closeTab)
	p := &person{t: t, name: name, desk: desk, tab: tab}
	// what opens the tab must not have a deadline: the tab would close with it
	if err := chromedp.Do(tab); err != nil {
		t.Fatal(err)
	}
	p.heedComplaints()
	// no authority signed the certificate of a proxy on loopback
	if strings.HasPrefix(desk, "https://") {
		call(p, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true})
	}
	// Several tabs are in use at once, and each person looks at theirs.
	call(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	p.look(desktop)
	return p
}

// signIn opens a browser and signs somebody in.
func (w *world) signIn(t *testing.T, subject string) *person {
	t.Helper()
	p := w.visitor(t, subject)
	p.open("/")
	p.enter()
	return p
}

// enter goes from the sign-in page through the provider's.
func (p *person) enter() {
	p.t.Helper()
	p.click(`form[action="/auth/login"] button`)
	p.submit(fmt.Sprintf(`button[name="subject"][value=%q]`, p.name))
}

// run does something in the tab.
func run[T any](p *person, what string, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		p.give(what, err)
	}
	return v
}

// give up: say who failed at what, and what they had before them.
func (p *person) give(what string, err error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	if picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
		p.save("failed-"+p.t.Name(), picture)
	}
	page, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	p.t.Fatalf("%s cannot %s: %v\nThe page is %s", p.name, what, err, page)
}

// open goes to an address and returns its status. If the page itself navigates meanwhile, as after a
// sign-in, the browser drops one of the two and tells no response: then open goes there again.
func (p *person) open(path string) int {
	p.t.Helper()
	for range 5 {
		if r := run(p, "open "+path, chromedp.NavigateResponse(p.desk+path)); r != nil {
			return int(r.Status)
		}
	}
	p.t.Fatalf("%s gets no response from %s", p.name, path)
	return 0
}

// click presses what is visible, or will be.
func (p *person) click(selector string) {
	p.t.Helper()
	run(p, "click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible, glances))
}

// submit clicks what leads to another page, and returns the status of that page.
func (p *person) submit(selector string) int {
	p.t.Helper()
	p.see(selector)
	return p.leads("press "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// leads does something that leads to another page, and returns the status of that page.
func (p *person) leads(what string, a chromedp.Action[chromedp.Void]) int {
	p.t.Helper()
	return int(run(p, what, func(ctx context.Context, _ *chromedp.Target) (status int64, err error) {
		reply, err := chromedp.RunResponse(ctx, a)
		if reply != nil {
			status = reply.Status
		}
		return status, err
	}))
}

// see waits until something is visible, gone until nothing is.
func (p *person) see(selector string) {
	p.t.Helper()
	if p.scriptless { // a page without scripts has no timer that could look
		run(p, "see "+selector, chromedp.WaitVisible(chromedp.CSS(selector), glances))
		return
	}
	p.until(fmt.Sprintf("document.querySelector(%s)?.getClientRects().length", quote(selector)))
}

func (p *person) gone(selector string) {
	p.t.Helper()
	p.until(fmt.Sprintf("![...document.querySelectorAll(%s)].some(e => e.checkVisibility())", quote(selector)))
}

// has reports whether something is on the page now.
func (p *person) has(selector string) bool {
	p.t.Helper()
	return p.count(selector) > 0
}

// shows reports whether something can be seen on the page now.
func (p *person) shows(selector string) bool {
	p.t.Helper()
	return eval[bool](p, fmt.Sprintf("[...document.querySelectorAll(%s)].some(e => e.checkVisibility())", quote(selector)))
}

func (p *person) count(selector string) int {
	p.t.Helper()
	return eval[int](p, fmt.Sprintf("document.querySelectorAll(%s).length", quote(selector)))
}

// text is what is written in something, as it is shown.
func (p *person) text(selector string) string {
	p.t.Helper()
	p.see(selector)
	return eval[string](p, fmt.Sprintf("document.querySelector(%s).innerText", quote(selector)))
}

// source is the text of something as the page holds it, shown or not.
func (p *person) source(selector string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf("document.querySelector(%s).textContent", quote(selector)))
}

// reads fails the test unless all words are written in something.
func (p *person) reads(selector string, words ...string) {
	p.t.Helper()
	text := p.text(selector)
	for _, w := range words {
		if !strings.Contains(text, w) {
			p.t.Errorf("%s reads %q in %s, want %q in it", p.name, text, selector, w)
		}
	}
}

// comes waits until words are written in something.
func (p *person) comes(selector, words string) {
	p.t.Helper()
	p.comesWithin(patience, selector, words)
}

func (p *person) comesWithin(within time.Duration, selector, words string) {
	p.t.Helper()
	p.untilWithin(within, fmt.Sprintf("document.querySelector(%s)?.innerText.includes(%s)", quote(selector), quote(words)))
}

// until waits until an expression is true, over changes of the page.
func (p *person) until(expression string) {
	p.t.Helper()
	p.untilWithin(patience, expression)
}

func (p *person) untilWithin(within time.Duration, expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab, within)
	defer cancel()
	// The browser evaluates it every now and then, until a load of another page ends that. To do it
	// before each paint, which is chromedp's default, makes the page paint all the time.
	poll := chromedp.Poll[chromedp.Void]("!!("+expression+")", chromedp.WithPollingTimeout(0), chromedp.WithPollingInterval(40*time.Millisecond))
	for {
		_, err := chromedp.Run(ctx, poll)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			p.give(fmt.Sprintf("wait %v until %s", within, expression), err)
		}
	}
}

// write types into a field. chromedp.SendKeys would read what it keeps of the field while the page
// changes it, which is a data race.
func (p *person) write(selector, text string) {
	p.t.Helper()
	p.see(selector)
	eval[bool](p, fmt.Sprintf("(document.querySelector(%s).focus(), true)", quote(selector)))
	run(p, "write into "+selector, chromedp.KeyEvent(text))
}

// press presses keys where the focus is.
func (p *person) press(keys string) {
	p.t.Helper()
	run(p, fmt.Sprintf("press %q", keys), keyboard(keys))
}

// keyboard presses keys as a keyboard does: what a page does not want to be typed is not typed.
// With chromedp.KeyEvent it is.
func keyboard(keys string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		for _, key := range keys {
			for _, event := range kb.Encode(key) {
				if event.Type == input.DispatchKeyEventTypeKeyDown {
					event.Type = input.DispatchKeyEventTypeRawKeyDown
				}
				if _, err := cdp.Call(ctx, tab, input.DispatchKeyEvent, *event); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// eval evaluates an expression in the page.
func eval[T any](p *person, expression string) T {
	p.t.Helper()
	return run(p, "evaluate "+expression, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// quote is a string as JavaScript has it.
func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
