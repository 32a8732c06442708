package e2e_test

import "testing"

// TestDecideWhileAway: a decision that cannot reach the desk leaves the page, its comment and the
// choice where they are, and goes with the next try.
func TestDecideWhileAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.comes("#freshness", "Live")
	shown := mara.arm("approve", "Agreed in “July”")
	samePage := mara.keepsPage()
	w.desk.kill(t)
	mara.until(`document.querySelector("#freshness").textContent !== "Live"`)
	mara.click(armedBar + " .confirm")
	mara.comes(armedBar, "Not sent: the server does not answer. Your comment is kept.")
	mara.reads(armedBar, "Try again")
	if got := mara.comment(); got != "Agreed in “July”" {
		t.Errorf("the comment is %q", got)
	}
	mara.picture("away")
	samePage()

	w.start(t)
	mara.armed("approve")
	mara.confirm()
	mara.reaches("completed")
	if got := w.result(t, a); got.Result != shown {
		t.Errorf("the function got %s, the page showed %s", got.Result, shown)
	}
}

// TestAnswerLost: nobody knows whether a decision without an answer is recorded, and the page says
// so. Both another try and a newer reading show what came of it, once.
func TestAnswerLost(t *testing.T) {
	t.Parallel()
	for name, goOn := range map[string]func(mara *person){
		"TryAgain": func(mara *person) { mara.confirm() },
		"ReadNow":  func(mara *person) { mara.click("#strip [data-read-now]") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, behind := behindGateway(t)
			g.away.Store(true)
			w := newWorld(t, behind)
			a := w.ask(t, expense())
			mara := w.signIn(t, "mara")
			mara.open(a.page())
			mara.comes("#freshness", "Updates paused")
			mara.arm("approve", "Agreed in “July”")
			g.loses.Store(true)
			mara.click(armedBar + " .confirm")
			mara.comes(armedBar, "No answer: it is perhaps recorded.")
			mara.armed("approve")
			g.loses.Store(false)
			goOn(mara)
			mara.see("#verdict")
			mara.gone("overtaken-bar")
			w.result(t, a)
			if closed := w.closings(t, a); len(closed) != 1 {
				t.Errorf("the callback was closed %d times", len(closed))
			}
		})
	}
}

// TestIdentityProxyAsks: a redirect to anywhere but the callback is no answer of the desk. The
// decision stays armed with its comment, and goes with the next try.
func TestIdentityProxyAsks(t *testing.T) {
	t.Parallel()
	g, behind := behindGateway(t)
	g.away.Store(true)
	w := newWorld(t, behind)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.comes("#freshness", "Updates paused")
	mara.arm("approve", "Agreed in “July”")
	g.asks.Store(true)
	samePage := mara.keepsPage()
	mara.click(armedBar + " .confirm")
	mara.comes(armedBar, "No answer: it is perhaps recorded.")
	mara.hasComment("Agreed in “July”")
	samePage()
	g.asks.Store(false)
	mara.armed("approve")
	mara.confirm()
	mara.reaches("completed")
}
