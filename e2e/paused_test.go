package e2e_test

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// hurries makes the timers of the tab's next pages run twenty times as fast: nobody waits for them.
// It runs the script as well, first.
func (p *person) hurries(script string) {
	p.t.Helper()
	call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		const timeout = setTimeout;
		window.setTimeout = (f, ms, ...rest) => timeout(f, ms / 20, ...rest);` + script})
}

// stripSays waits until the strip is seen and says so. The text of what is not seen could be read
// as well.
func (p *person) stripSays(words string) {
	p.t.Helper()
	p.see("#strip")
	p.comes("#strip", words)
}

// TestHeldBack: a page whose stream is held back on the way reads by itself, says that updates are
// paused, and is live once the stream gets through.
func TestHeldBack(t *testing.T) {
	t.Parallel()
	g, behind := behindGateway(t)
	w := newWorld(t, behind)
	w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Connecting")
	mara.inspect("connecting")
	mara.hurries("")
	mara.open("/")
	mara.comes("#freshness", "Connecting")
	g.await(t, 1, "again /")
	mara.stripSays("Live updates paused. Reading again every 30 s.")
	if word := mara.text("#freshness"); word != "Updates paused" {
		t.Errorf("the page says %q", word)
	}
	mara.see(w.ask(t, expense()).row())
	if n := g.streams(); n > 2 {
		t.Errorf("%d streams were asked for", n)
	}
	g.pass()
	mara.comes("#freshness", "Live")
}

// TestWithoutLocks: a page that cannot share a stream opens none, and reads by itself.
func TestWithoutLocks(t *testing.T) {
	t.Parallel()
	for name, without := range map[string]string{"Locks": `delete Navigator.prototype.locks;`, "Channels": `delete window.BroadcastChannel;`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, behind := behindGateway(t)
			g.pass()
			w := newWorld(t, behind)
			mara := w.signIn(t, "mara")
			mara.comes("#freshness", "Live")
			mara.hurries(without)
			mara.open("/")
			before := g.streams()
			mara.stripSays("Live updates paused. Reading again every 30 s.")
			mara.see(w.ask(t, expense()).row())
			if more := g.streams() - before; more != 0 {
				t.Errorf("the page asked for %d streams", more)
			}
		})
	}
}

// TestDeskReturns: a page whose stream was refused, as while the desk starts again, asks once more
// within seconds.
func TestDeskReturns(t *testing.T) {
	t.Parallel()
	g, behind := behindGateway(t)
	g.pass()
	w := newWorld(t, behind)
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	g.away.Store(true)
	mara.hurries(`
		window.waits = [];
		const hurried = window.setTimeout;
		window.setTimeout = (f, ms, ...rest) => (waits.push(ms), hurried(f, ms, ...rest));`)
	mara.open("/")
	mara.stripSays("Live updates paused. Reading again every 30 s.")
	g.away.Store(false)
	mara.comes("#freshness", "Live")
	if waits := eval[[]float64](mara, "waits"); !slices.ContainsFunc(waits, func(ms float64) bool { return ms > 4_000 && ms < 6_000 }) {
		t.Errorf("the page waited %v ms, want five seconds among them", waits)
	}
}

// TestSilentStream: a page is not live any more once its stream falls silent. It reads by itself,
// asks for another stream, and is live again. The desk's beats are the slow ones here, the page's
// clock runs twenty times as fast.
func TestSilentStream(t *testing.T) {
	t.Parallel()
	g, behind := behindGateway(t)
	g.pass()
	w := newWorld(t, behind)
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	mara.hurries(`
		window.words = [];
		addEventListener("DOMContentLoaded", () => {
			const word = document.getElementById("freshness");
			new MutationObserver(() => words.at(-1) === word.textContent || words.push(word.textContent)).observe(word, { childList: true });
		});`)
	mara.open("/")
	mara.until(`words.includes("Live")`)
	before := g.streams()
	mara.until(`words.join().includes("Live,Connecting,Updates paused,Live")`)
	if g.streams() == before {
		t.Error("the silent stream was not given up")
	}
}
