package e2e_test

import (
	"strings"
	"testing"

	"countersign/internal/standin/demo"
)

// TestHostile: what a stranger sends is shown, never run, and does not break the page. The browser
// complains when the content policy has to hold something back, and that fails the test: nothing
// should get so far.
func TestHostile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const script = `<img src=x onerror="window.ran=1"><script>window.ran=2</script>`
	long := strings.Repeat("unbreakable", 12)
	a := w.ask(t, expense(func(q *demo.Question) {
		q.Title, q.Name, q.Function = script+long, script, long
		q.Requester = script + " <a@b.example>"
		q.Description = script + "\n\n[a](javascript:window.ran=3) ![b](https://elsewhere.example/pixel.png) " + long +
			"\n\n| a |\n| - |\n| " + long + " |\n\n```\n" + long + "\n```"
		q.Payload = map[string]any{script: script, "long": long, "deep": []any{[]any{[]any{[]any{[]any{long}}}}}}
		q.Tags = []string{`"><script>window.ran=4`, long[:40]}
		q.Links = []demo.Link{{Title: script + long, URL: "https://elsewhere.example/" + long}}
		q.Outcomes = []demo.Outcome{
			{Name: "approve", Label: `<b>Approve</b>" onclick="x`, Kind: "success", Payload: map[string]string{script: "{{comment}}"}},
			{Name: "reject", Label: strings.Repeat("W", 40), Kind: "failure", ErrorType: "X<script>"},
		}
	}))
	mara := w.signIn(t, "mara")
	mara.see(a.row())
	mara.inspect("hostile-inbox")
	mara.click(a.row() + " a")
	mara.see("#pane #item")
	mara.inspect("hostile-pane")
	mara.open(a.page())
	mara.reads("#item h1", script)
	mara.write("#comment", script)
	shown := mara.arm("approve")
	mara.confirm()
	mara.reaches("completed")
	mara.inspect("hostile-decided")
	if ran := eval[any](mara, "window.ran ?? null"); ran != nil {
		t.Errorf("script %v of a stranger ran", ran)
	}
	if got := w.result(t, a); got.Result != shown {
		t.Errorf("the function got %s, the page showed %s", got.Result, shown)
	}
}
