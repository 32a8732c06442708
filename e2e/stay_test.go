package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/standin/demo"
)

// askMany asks many questions, each ending a minute after the one before, and returns them in that
// order.
func (w *world) askMany(t *testing.T, n int) (all []asked) {
	t.Helper()
	for i := range n {
		all = append(all, w.ask(t, expense(func(q *demo.Question) {
			q.Title, q.TimeoutSeconds = fmt.Sprintf("Expense report EXP-%d", 3000+i), 7200+60*i
		})))
	}
	return all
}

// TestStayInList: a decision beside the list leaves a line of receipt there and opens the next
// item. The list keeps its place, the page is not loaded again, and the receipt follows the
// delivery.
func TestStayInList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := w.askMany(t, 14)
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	samePage := mara.keepsPage()
	mara.click(all[9].row() + " a")
	mara.see(`#pane #item[data-callback="` + all[9].id + `"]`)
	mara.reads("#pane .topbar", "10 of 14")
	eval[bool](mara, `(document.querySelector(".rows").scrollTop = 40, true)`)
	shown := mara.arm("approve", "Agreed in July")
	mara.click(armedBar + " .confirm")
	mara.see(`#pane #item[data-callback="` + all[10].id + `"] decision-bar:defined`)
	mara.hasFocus("#item h1")
	mara.comes("#done", "Approved")
	mara.reads("#done", "EXP-3009")
	mara.comes("#announce", "Approved")
	mara.until(`document.querySelector(".rows").scrollTop === 40`)
	mara.until(`document.querySelector(` + quote(all[10].row()+" a") + `).getAttribute("aria-current") === "true"`)
	mara.comes("#done", "Approved by you")
	mara.reads(".list-head .count", "13")
	if got := w.result(t, all[9]); got.Result != shown {
		t.Errorf("the function got %s, the page showed %s", got.Result, shown)
	}
	mara.until(`!(localStorage.getItem("drafts") ?? "").includes("July")`)
	samePage()
	mara.inspect("stay")
	mara.look(look{"stay-dark", "dark", 1440, 900})
	mara.picture("stay-dark")
}

// TestTwentyByKeyboard: twenty approvals one after the other take three keys each at most.
func TestTwentyByKeyboard(t *testing.T) {
	t.Parallel()
	const n, most = 20, 60
	w := newWorld(t)
	all := w.askMany(t, n)
	mara := w.signIn(t, "mara")
	mara.comes("#freshness", "Live")
	pressed, begun := 0, time.Now()
	press := func(key string) {
		mara.press(key)
		pressed++
	}
	press("j")
	press("\r")
	for _, a := range all {
		mara.see(`#pane #item[data-callback="` + a.id + `"] decision-bar:defined`)
		mara.hasFocus("#item h1, a.row")
		press("a")
		mara.armed("approve")
		press("a")
		mara.see(`#done [data-done="` + a.id + `"]`)
	}
	if t.Logf("%d keys in %v", pressed, time.Since(begun).Round(time.Second)); pressed > most {
		t.Errorf("%d keys for %d approvals, want at most %d", pressed, n, most)
	}
	for _, a := range all {
		if got := w.result(t, a); got.Failed != nil || got.Result == "" {
			t.Errorf("%s got %+v", a.id, got)
		}
	}
}

// TestStepsOnPage: the whole page says where it stands in the list that it was opened from, and J
// and K lead along that list, on a phone too.
func TestStepsOnPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := w.askMany(t, 3)
	other := w.ask(t, expense(func(q *demo.Question) { q.Title = "Laptops for the new team" }))
	mara := w.signIn(t, "mara")
	for _, l := range []look{desktop, phone} {
		mara.look(l)
		mara.open(all[1].page() + "?q=EXP-3&order=newest&scope=available")
		mara.reads("#stands", "2 of 3")
		mara.comes("#freshness", "Live")
		mara.press("j")
		mara.until(`location.pathname === "` + all[0].page() + `" && location.search.includes("order=newest")`)
		mara.reads("#stands", "3 of 3")
		mara.comes("#freshness", "Live")
		mara.press("k")
		mara.until(`location.pathname === "` + all[1].page() + `"`)
		mara.submit("#stands a[rel=prev]")
		mara.reads("#stands", "1 of 3")
		mara.picture("stands-" + l.name)
	}
	mara.open(other.page())
	mara.reads("#stands", "of 4")
}
