package e2e_test

import (
	"net/http"
	"testing"

	"countersign/internal/standin/demo"
)

// TestAccess: what one sees and may decide follows from one's groups alone.
func TestAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	finance := w.ask(t, expense())
	release := w.ask(t, expense(func(q *demo.Question) { q.Queue, q.Title = "releases", "Deploy checkout 4.12" }))

	t.Run("WithoutRole", func(t *testing.T) {
		t.Parallel()
		leo := w.signIn(t, "leo")
		leo.reads("#problem", "403", "have no role here", "the platform team", "leo.marchetti@harborline.example")
		leo.inspect("no-role")
		if leo.has("#strip") || leo.has("#freshness") {
			t.Error("a page that follows nothing says how fresh it is")
		}
		if status := leo.open(finance.page()); status != http.StatusForbidden {
			t.Errorf("the page of a callback answers %d, want 403", status)
		}
		if leo.has("#item") {
			t.Error("somebody without a role sees a callback")
		}
	})
	t.Run("OtherQueue", func(t *testing.T) {
		t.Parallel()
		teo := w.signIn(t, "teo")
		teo.see(release.row())
		if teo.has(finance.row()) {
			t.Error("a callback of another queue is listed")
		}
		if status := teo.open(finance.page()); status != http.StatusNotFound {
			t.Errorf("the page of a callback of another queue answers %d, want 404", status)
		}
		teo.reads("#problem", "404", "not yours to see")
		teo.inspect("not-found")
		if status := teo.open("/admin/callbacks"); status != http.StatusForbidden {
			t.Errorf("the table of all callbacks answers a reviewer %d, want 403", status)
		}
		teo.inspect("forbidden")
	})
	t.Run("Auditor", func(t *testing.T) {
		t.Parallel()
		priya := w.signIn(t, "priya")
		priya.open("/admin/callbacks")
		priya.see(finance.row())
		priya.see(release.row())
		priya.inspect("admin")
		priya.open(finance.page())
		priya.reads("#item", "EXP-2291", "Kansai Precision", "You can see this, but not decide it")
		if priya.has(`button[name="outcome"]`) || priya.has("#comment") {
			t.Error("an auditor has something to decide with")
		}
		priya.inspect("review-auditor")
		priya.open("/audit?callback=" + finance.id)
		priya.reads("#list", "finance")
		priya.inspect("audit")
		priya.open("/admin/watches")
		priya.inspect("watches-none")
	})
	t.Run("BadAddress", func(t *testing.T) {
		t.Parallel()
		mara := w.signIn(t, "mara")
		if status := mara.open("/?ends=soon"); status != http.StatusUnprocessableEntity {
			t.Errorf("a filter that does not exist answers %d, want 422", status)
		}
		mara.reads("#problem", "Ends")
		mara.inspect("bad-address")
	})
}
