package e2e_test

import (
	"testing"

	"countersign/internal/standin/demo"
)

// TestStranded: an admin reads what a missing heartbeat will end, until somebody opens it.
func TestStranded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	aiko, mara := w.signIn(t, "aiko"), w.signIn(t, "mara") // first: nobody was seen here before
	item := w.ask(t, expense(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = 600 }))
	aiko.open("/?scope=attention")
	aiko.comes("#freshness", "Live")
	aiko.reads("#stranded", "A missing heartbeat ends it", "EXP-2291")
	aiko.inspect("stranded")
	mara.open(item.page())
	aiko.until(`document.querySelector("#stranded").hidden`)
	mara.open("/?scope=attention")
	mara.see("#list")
	mara.until(`document.querySelector("#stranded").hidden`)
}
