package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"countersign/internal/standin/demo"
)

// widths are windows of every layout. The last two are so low that nothing stays in place: a zoom
// of 400 %, and a laptop with a keyboard on its screen.
var widths = []look{
	desktop,
	{"laptop", "light", 1180, 700},
	{"tablet", "light", 820, 1000},
	phone,
	narrow,
	{"zoomed", "light", 320, 256},
	{"low", "light", 1280, 450},
}

// stop is where the focus came to.
type stop struct {
	Name    string
	Trouble string     // why it cannot be seen, empty when it can
	Box     [4]float64 // left, top, right, bottom in the page
	Seen    [2]float64 // left, right in the window
	Stuck   string     // what it stands in that does not scroll with the page
	Parent  string
}

// whereFocusIs describes the focused element, or gives null for none.
const whereFocusIs = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body || e === document.documentElement) return null;
	window.marks ??= new WeakMap();
	const mark = (node) => {
		if (!marks.has(node)) marks.set(node, "e" + (window.marked = (window.marked ?? 0) + 1));
		return marks.get(node);
	};
	const drawn = e.matches("[type=radio]") && e.labels?.[0] || e; // a radio button may be drawn as its label
	const r = drawn.getClientRects()[0] ?? drawn.getBoundingClientRect();
	let trouble = "";
	const inside = (from, to, most) => (to - from > most ? to > 0 && from < most : from >= -0.5 && to <= most + 0.5);
	if (r.width < 1 || r.height < 1) trouble = "has no size";
	else if (!inside(r.top, r.bottom, innerHeight)) trouble = "is from " + r.top + " to " + r.bottom + " px in a window of " + innerHeight;
	else if (!inside(r.left, r.right, innerWidth)) trouble = "is from " + r.left + " to " + r.right + " px in a window " + innerWidth + " wide";
	const x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
	for (const [px, py] of [[x, y], [x, r.top + 2], [x, r.bottom - 2], [r.left + 2, y], [r.right - 2, y]]) {
		if (trouble || px < 0 || py < 0 || px >= innerWidth || py >= innerHeight) continue;
		const hit = document.elementFromPoint(px, py);
		if (hit && !drawn.contains(hit) && !hit.contains(drawn)) trouble = "is covered by " + hit.outerHTML.slice(0, 120);
	}
	let stuck = "", dx = scrollX, dy = scrollY;
	for (let node = drawn; node && node !== document.body; node = node.parentElement) {
		const position = getComputedStyle(node).position;
		if (!stuck && (position === "sticky" || position === "fixed")) stuck = mark(node);
		if (node !== drawn) dx += node.scrollLeft, dy += node.scrollTop;
	}
	const label = e.getAttribute("aria-label") || e.textContent.trim().replace(/\s+/g, " ").slice(0, 40) || e.name;
	return {
		Name: e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + " “" + label + "” " + mark(e),
		Trouble: trouble, Stuck: stuck, Parent: mark(e.parentElement), Seen: [r.left, r.right],
		Box: [r.left + dx, r.top + dy, r.right + dx, r.bottom + dy],
	};
})()`

// shift is the bit of that key among the modifiers of a key event.
const shift = 8

// pressTab goes on to what gets the focus next, or back. The key comes up again before the page is
// asked: out of the browser's own bars the focus comes to the page late, and the page hears of the
// key only after that.
func pressTab(back bool) chromedp.Action[*stop] {
	return func(ctx context.Context, tab *chromedp.Target) (*stop, error) {
		for _, event := range kb.Encode('\t') {
			press := *event
			if press.Type == input.DispatchKeyEventTypeKeyDown {
				press.Type = input.DispatchKeyEventTypeRawKeyDown
			}
			if back {
				press.Modifiers = shift
			}
			if _, err := cdp.Call(ctx, tab, input.DispatchKeyEvent, press); err != nil {
				return nil, err
			}
		}
		return chromedp.Evaluate[*stop](whereFocusIs)(ctx, tab)
	}
}

// mostStops is more than any page of these tests has.
const mostStops = 200

// stops tabs through a page once, from its first stop to its last.
func (p *person) stops(back bool) (all []stop) {
	p.t.Helper()
	eval[bool](p, `document.activeElement.blur(), scrollTo(0, 0), true`)
	first := 0 // the stop that follows the browser's own bars
	for range mostStops {
		s := run(p, "press Tab", pressTab(back))
		switch {
		case s == nil:
			first = len(all)
		case len(all) > 0 && s.Name == all[0].Name:
			return append(all[first:], all[:first]...)
		default:
			all = append(all, *s)
		}
	}
	p.t.Fatalf("%s finds no end of the page: %v", p.name, all)
	return nil
}

// reachable fails the test unless everything that gets the focus is in sight, and comes in the
// order in which it is seen.
func (p *person) reachable(page string) {
	p.t.Helper()
	for _, back := range []bool{false, true} {
		all := p.stops(back)
		for i, s := range all {
			if s.Trouble != "" {
				p.t.Errorf("%s, back %t: %s %s", page, back, s.Name, s.Trouble)
			}
			for _, before := range all[:i] {
				if fault := disorder(before, s); fault != "" && !back {
					p.t.Errorf("%s: %s comes after %s and %s", page, s.Name, before.Name, fault)
				}
			}
		}
		if len(all) < 2 {
			p.t.Errorf("%s: the focus comes to %v only", page, all)
		}
	}
}

// disorder is what is wrong with b coming after a, empty for nothing. What stays in place while the
// page scrolls has no place in it.
func disorder(a, b stop) string {
	const slack = 1
	sameColumn := min(a.Seen[1], b.Seen[1])-max(a.Seen[0], b.Seen[0]) > slack
	sameRow := a.Parent == b.Parent && min(a.Box[3], b.Box[3])-max(a.Box[1], b.Box[1]) > slack
	switch {
	case a.Stuck != b.Stuck:
		return ""
	case sameColumn && b.Box[3] <= a.Box[1]+slack:
		return fmt.Sprintf("stands above it: %v, %v", a.Box, b.Box)
	case sameRow && b.Box[2] <= a.Box[0]+slack:
		return fmt.Sprintf("stands left of it: %v, %v", a.Box, b.Box)
	}
	return ""
}

// TestFocusIsSeen: nothing that gets the focus is under a bar, out of the window or out of order,
// at any size; and axe finds nothing at the sizes that other tests do not look at.
func TestFocusIsSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) {
		settings[deskText] = strings.Replace(settings[deskText], "sources:",
			"  several: {groups: [finance-approvers], rules: [{name: several, signatures: [{for: 2}]}]}\nsources:", 1)
	})
	a := w.ask(t, expense(threeWays))
	several := w.ask(t, expense(func(q *demo.Question) { q.Queue = "several" }))
	for range 3 {
		w.ask(t, expense())
	}
	done := w.ask(t, expense())
	visitor := w.visitor(t, "nobody")
	mara, aiko := w.signIn(t, "mara"), w.signIn(t, "aiko")
	mara.open(done.page())
	mara.arm("approve")
	mara.confirm()
	mara.reaches("completed")
	result := mara.selects(w.ask(t, deploy(0)), w.ask(t, deploy(1)))
	mara.leads("the first press", keyboard("a"))
	mara.leads("the second press", keyboard("a"))
	mara.comesWithin(time.Minute, "h1", "2 of 2 approved.")
	selection := mara.selects(w.ask(t, deploy(2)), w.ask(t, deploy(3)))
	for _, at := range []struct {
		name   string
		who    *person
		path   string
		ready  string
		narrow bool // whether it is a page of narrow windows, too
	}{
		{"signin", visitor, "/signin", "form", true},
		{"inbox", mara, "/", a.row(), true},
		{"pane", mara, "/?item=" + a.id, "decision-bar:defined", false},
		{"review", mara, a.page(), "decision-bar:defined", true},
		{"decided", mara, done.page(), "#receipt", true},
		{"signatures", mara, several.page(), "#signatures", true},
		{"selection", mara, selection, "#selection", true},
		{"result", mara, result, "#results", true},
		{"settings", mara, "/settings", "#who", true},
		{"policies", aiko, "/admin/policies", "#list", true},
		{"admin", aiko, "/admin/callbacks", "#list", true},
		{"decisions", aiko, "/decisions", "#list", true},
		{"assignments", aiko, "/admin/assignments", "main", true},
		// what the other tabs do adds no row here, which would move what has the focus
		{"audit", aiko, "/audit?action=received", "#list", true},
	} {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			reader := newPerson(at.who.tab, t, at.who.name, w.url) // a tab that is only this page's
			for _, l := range widths {
				if l.width <= 900 && !at.narrow {
					continue
				}
				reader.look(l)
				reader.open(at.path)
				reader.see(at.ready)
				name := at.name + ", " + l.name
				reader.reachable(name)
				if l != desktop && l != phone {
					reader.accessible(name)
				}
				reader.fits(name, l)
				reader.picture("focus-" + at.name + "-" + l.name)
			}
		})
	}
}

// TestFocusFollows: an item that is opened by key takes the focus, one that is pointed at is told,
// and a filter tells its number.
func TestFocusFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.ask(t, expense()), w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	mara.click(first.row() + " a")
	mara.see(`#item[data-callback="` + first.id + `"]`)
	mara.comes("#announce", "Expense report EXP-2291: $7,846.20, Osaka customer onsite, opened")
	mara.hasFocus(first.row() + " a")

	mara.click(`.pane [rel="next"], .pane [rel="prev"]`)
	mara.see(`#item[data-callback="` + second.id + `"]`)
	mara.hasFocus("#item h1")
	eval[bool](mara, `document.querySelector("`+first.row()+` a").focus(), true`)
	mara.press("\r")
	mara.see(`#item[data-callback="` + first.id + `"]`)
	mara.hasFocus("#item h1")

	mara.fill(`[name="q"]`, `"EXP-2291"`)
	mara.comes("#announce", "2 requests")
	mara.fill(`[name="q"]`, `"nothing like it"`)
	mara.comes("#announce", "0 requests")
	aiko := w.signIn(t, "aiko")
	aiko.open("/admin/callbacks")
	aiko.comes("#freshness", "Live")
	aiko.fill(`[name="q"]`, `"EXP-2291"`)
	aiko.comes("#announce", "2 callbacks on this page")
}
