package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/standin/demo"
)

// TestPayloadOpens: what a page does not show of a payload comes when it is opened, and the bar
// warns until then.
func TestPayloadOpens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var changes []any
	for i := range 150 {
		changes = append(changes, map[string]any{"address": fmt.Sprintf("aws_s3_object.f%d", i)})
	}
	a := w.ask(t, expense(func(q *demo.Question) { q.Payload = map[string]any{"changes": changes} }))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("#unopened")
	mara.click("#payload .tree summary")
	mara.click("#payload a.rest")
	mara.see(`#payload details:has([data-copy-value][aria-label="Copy changes.149.address"])`)
	mara.gone("#unopened") // the bar does not warn where everything is open or can be read
}

// TestLongPayload: a long text and a long value are capped, and shown to their end in their place, also
// without scripts.
func TestLongPayload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense(func(q *demo.Question) { q.Payload = map[string]any{"log": strings.Repeat("word ", 4000) + "END"} }))
	for name, scripts := range map[string]bool{"Scripts": true, "NoScripts": false} {
		t.Run(name, func(t *testing.T) {
			mara := w.visitor(t, "mara")
			mara.runScripts(scripts)
			mara.open(a.page())
			mara.enter()
			height := func() float64 {
				return eval[float64](mara, `document.querySelector("#payload").getBoundingClientRect().height`)
			}
			cut := height()
			mara.click("#payload .whole > summary")
			mara.reads("#payload .whole .v", "END")
			if whole := height(); whole < cut+500 {
				t.Errorf("the payload is %v px high, and %v px before it is opened", whole, cut)
			}
			if scripts {
				mara.gone("#unopened")
			}
			mara.inspect("payload-whole-" + name)
			mara.click("#payload .seg label:last-child")
			capped := height()
			mara.click("#payload .show-all > summary")
			if whole := height(); whole < capped+500 {
				t.Errorf("the text is %v px high, and %v px before it is opened", whole, capped)
			}
		})
	}
}
