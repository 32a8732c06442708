package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"countersign/internal/standin/demo"
)

// TestForcedColours: where the system forces its colours on pages, lines say what fills and shadows say
// elsewhere: what is at risk, what a row stands for, that the bar is armed, and which text is an escape
// of ours.
func TestForcedColours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	risky := w.ask(t, expense(func(q *demo.Question) {
		q.TimeoutSeconds = 600
		q.Payload = map[string]any{"account": "DE75\u202e5121"}
	}))
	for n := range 3 {
		w.ask(t, alike(n))
	}
	mara := w.signIn(t, "mara")
	call(mara, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "forced-colors", Value: "active"}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	hasLine := func(selector, property string) {
		t.Helper()
		mara.see(selector)
		switch got := eval[string](mara, `getComputedStyle(document.querySelector("`+selector+`")).`+property); got {
		case "", "0px", "none", "rgba(0, 0, 0, 0)":
			t.Errorf("%s has the %s %q", selector, property, got)
		}
	}
	mara.open("/")
	mara.click(".folded")
	hasLine(".rows > .member", "borderLeftWidth")
	hasLine(".row.risk", "borderLeftWidth")
	mara.picture("forced-list")
	mara.open("/?item=" + risky.id)
	mara.see("decision-bar:defined")
	mara.arm("approve")
	hasLine(".decide.armed", "outlineStyle")
	hasLine("#payload .esc", "borderTopWidth")
	hasLine(".badge", "borderTopColor")
	hasLine(`.row[aria-current=true]`, "outlineStyle")
	mara.accessible("an armed bar in forced colours")
	mara.picture("forced-armed")
}
