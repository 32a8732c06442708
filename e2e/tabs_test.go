package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"countersign/internal/standin/demo"
	"countersign/internal/standin/locallambda"
)

// mostConnections is how many a browser opens to a host over HTTP/1.1.
const mostConnections = 6

// inTab opens an address in another tab.
func (p *person) inTab(path string) *person {
	p.t.Helper()
	tab := p.newTab()
	tab.open(path)
	return tab
}

// TestSevenTabs: more tabs than a browser has connections are all live over one stream, and whoever
// is in the last of them decides.
func TestSevenTabs(t *testing.T) {
	t.Parallel()
	g, behind := behindGateway(t)
	g.pass()
	w := newWorld(t, behind)
	last := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	a := w.ask(t, expense(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = 12 }))
	mara.open(a.page())
	mara.comes("#freshness", "Live")
	mara.write("#comment", "M")
	before := g.streams()
	list := mara.inTab("/")
	list.comes("#freshness", "Live")
	list.see(last.row())
	for range mostConnections - 2 {
		tab := mara.inTab(w.ask(t, expense()).page())
		tab.see("decision-bar:defined")
		tab.comes("#freshness", "Live")
	}
	seventh := mara.inTab(last.page())
	seventh.comes("#freshness", "Live")
	if more := g.streams() - before; more != 0 {
		t.Errorf("six tabs more asked for %d streams more", more)
	}
	seventh.write("#comment", "Agreed")
	seventh.arm("approve")
	seventh.confirm()
	seventh.reaches("completed")
	list.gone(last.row())

	beat := func(o locallambda.Observation) bool {
		return o.Kind == locallambda.HeartbeatReceived && o.ExecutionARN == a.executionARN
	}
	sent := w.seen.count(beat)
	w.seen.await(t, patience, "four beats more, longer than the timeout", func(locallambda.Observation) bool { return w.seen.count(beat) >= sent+4 })
	mara.reaches("pending")
}

// TestStreamMovesOn: when the tab that holds the stream is left or closed, another one goes on.
func TestStreamMovesOn(t *testing.T) {
	t.Parallel()
	g, behind := behindGateway(t)
	g.pass()
	w := newWorld(t, behind)
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	closed, last := mara.inTab("/"), mara.inTab("/")
	for _, tab := range []*person{closed, last} {
		tab.comes("#freshness", "Live")
	}
	end := map[string]func(){
		"left":   func() { mara.open("/signin") },
		"closed": func() { call(closed, page.Close, cdp.Empty{}) },
	}
	for _, how := range []string{"left", "closed"} {
		before := g.streams()
		end[how]()
		g.await(t, before+1, "GET /events")
		last.see(w.ask(t, expense()).row())
		last.comes("#freshness", "Live")
		if n := g.streams(); n != before+1 {
			t.Errorf("after the tab was %s, %d streams were opened, want one", how, n-before)
		}
	}
}

// openInBackground clicks a link as it is clicked to open it in a tab behind this one.
func (p *person) openInBackground(selector string) {
	p.t.Helper()
	p.see(selector)
	at := eval[[]float64](p, `(({ x, y, width, height }) => [x + width / 2, y + height / 2])(document.querySelector(`+quote(selector)+`).getBoundingClientRect())`)
	run(p, "open in the background", chromedp.MouseClickXY(at[0], at[1], chromedp.ButtonModifiers(chromedp.ModifierCtrl)))
}

// show comes to a tab that was opened in the background, and that no test has in hand yet.
func (p *person) show(path string) *person {
	p.t.Helper()
	all, err := chromedp.Targets(p.tab)
	if err != nil {
		p.t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(tab *target.Info) bool { return !tab.Attached && strings.HasPrefix(tab.URL, p.desk+path) })
	if i < 0 {
		p.t.Fatalf("no tab shows %s", path)
	}
	// who has the focus is seen
	return newPerson(p.tab, p.t, p.name, p.desk, chromedp.WithTargetID(all[i].TargetID))
}

// TestOpenedInBackground: tabs that nobody has looked at keep no stream and take no connection. One
// that is shown tells what happened meanwhile.
func TestOpenedInBackground(t *testing.T) {
	t.Parallel()
	g, behind := behindGateway(t)
	g.pass()
	w := newWorld(t, behind)
	var all []asked
	for range mostConnections + 1 {
		all = append(all, w.ask(t, expense()))
	}
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	mara.comes("#freshness", "Live")
	dana.comes("#freshness", "Live")
	before := g.streams()
	for _, a := range all[:mostConnections] {
		mara.openInBackground(a.row() + " a")
		g.await(t, 1, "POST "+a.page()+"/reviews")
		mara.comes(a.row(), "You") // the row may have another height now, and those below it another place
	}
	if more := g.streams() - before; more != 0 {
		t.Errorf("six tabs in the background asked for %d streams", more)
	}
	mara.click(all[mostConnections].row() + " a")
	mara.see(`#pane #item[data-callback="` + all[mostConnections].id + `"] decision-bar:defined`)

	first := all[0]
	dana.open(first.page())
	dana.arm("approve")
	dana.confirm()
	mara.see(first.row() + ".gone") // the list is in use, so that its rows stay in place
	shown := mara.show(first.page())
	shown.overtakenBy("Dana approved this")
	shown.comes("#freshness", "Live")
}

// TestHiddenTabKeepsItsReview: a browser slows the timers of a hidden tab down. Its review is
// renewed all the same.
func TestHiddenTabKeepsItsReview(t *testing.T) {
	t.Parallel()
	g, behind := behindGateway(t)
	g.pass()
	w := newWorld(t, behind)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	call(mara, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		const timeout = setTimeout;
		window.setTimeout = (f, ms, ...rest) => timeout(f, ms < 5000 ? ms : 60_000, ...rest);
		Object.defineProperty(document, "hidden", { get: () => true });`})
	mara.open(a.page())
	g.await(t, 2, "POST "+a.page()+"/reviews")
	if mara.text("#freshness") != "Connecting" || g.streams() > 1 {
		t.Error("a hidden tab listens")
	}
}

// TestSignOutInAnotherTab: every tab says so, whichever holds the stream.
func TestSignOutInAnotherTab(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	follower, leaver := mara.inTab("/"), mara.inTab("/")
	follower.comes("#freshness", "Live")
	leaver.comes("#freshness", "Live")
	leaver.submit(`.rail form[action="/auth/logout"] button`)
	w.ask(t, expense())
	mara.stripSays("You were signed out.")
	follower.stripSays("You were signed out.")
}

// TestNextPersonsStream: a tab of somebody else hears nothing of the next person's stream but that
// it should look again.
func TestNextPersonsStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	mara.loseSession()
	dana := mara.newTab()
	dana.name = "dana"
	dana.open("/")
	dana.enter()
	dana.comes("#freshness", "Live")
	w.ask(t, expense())
	mara.comes(".me", "Dana Fischer")
	mara.comes("#freshness", "Live")
}
