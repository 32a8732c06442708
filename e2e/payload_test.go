package e2e_test

import (
	"fmt"
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
