package e2e_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// TestPaper: a printed page says who asked and who decided, when and in which zone, and how to find it
// again; controls stay off it.
func TestPaper(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	if mara.shows(".on-paper") {
		t.Error("the screen shows what is for paper")
	}
	mara.arm("approve")
	mara.confirm()
	mara.reaches("completed")
	call(mara, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	shown := mara.text("#item dl.on-paper") + mara.text("p.on-paper")
	for _, want := range []string{"Ines Calloway", "Approved by Mara Okafor (", "Callback ID", w.url + a.page(), "arn:aws:lambda", "Times in "} {
		if !strings.Contains(shown, want) {
			t.Errorf("paper does not say %q: %q", want, shown)
		}
	}
	for _, control := range []string{".rail", ".topbar", ".btn", ".phone-tabs"} {
		if mara.shows(control) {
			t.Errorf("%s is on paper", control)
		}
	}
}
