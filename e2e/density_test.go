package e2e_test

import (
	"fmt"
	"testing"

	"countersign/internal/standin/demo"
)

// TestDensity: on a window of 900 px the list shows eleven rows and their groups, and what is at
// risk has rows of 64 px, whatever they say. Titles in the table of all callbacks have at least 340
// px.
func TestDensity(t *testing.T) {
	t.Parallel()
	const shown, atRisk = 11, 64
	w := newWorld(t)
	for i := range shown {
		w.ask(t, expense(func(q *demo.Question) {
			q.TimeoutSeconds = []int{600, 600, 3000, 3000, 3000, 7200}[min(i, 5)]
			q.Title = fmt.Sprintf("Change the bank account of vendor Kühne & Lindqvist Logistik GmbH & Co. KG before Friday’s payment run %d", i)
			if i == 0 {
				q.HeartbeatTimeoutSeconds = 500
			}
		}))
	}
	mara := w.signIn(t, "mara")
	mara.open("/?grouped=no") // they ask the same
	mara.comes("#freshness", "Live")
	heights := eval[[]float64](mara, `[...document.querySelectorAll(".row.risk")].map((row) => row.getBoundingClientRect().height)`)
	if len(heights) < 2 {
		t.Fatalf("%d rows at risk", len(heights))
	}
	for _, height := range heights {
		if height != atRisk {
			t.Errorf("a row at risk is %v px high", height)
		}
	}
	n := eval[int](mara, `(end => [...document.querySelectorAll(".row")].filter((row) => row.getBoundingClientRect().bottom <= end).length)(document.querySelector(".rows").getBoundingClientRect().bottom)`)
	if n < shown {
		t.Errorf("%d rows are in sight, want %d", n, shown)
	}
	mara.inspect("density")
	aiko := w.signIn(t, "aiko")
	aiko.open("/admin/callbacks")
	if width := eval[float64](aiko, `document.querySelector(".tbl .c-ttl").getBoundingClientRect().width`); width < 340 {
		t.Errorf("titles have %v px", width)
	}
	aiko.inspect("density-table")
}
