package e2e_test

import (
	"net/http"
	"testing"
)

// TestConfiguration: an auditor reads what is in force, and finds its version with the decisions
// that were made under it. A reviewer sees neither.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.arm("approve")
	mara.confirm()
	mara.reaches("completed")
	if status := mara.open("/admin/configuration"); status != http.StatusForbidden {
		t.Errorf("the configuration answers a reviewer %d, want 403", status)
	}
	priya := w.visitor(t, "priya")
	priya.runScripts(false)
	priya.open("/admin/configuration")
	priya.enter()
	priya.reads("#list", "In force as it is", "1 replica, this one", "finance", "Decided by members of finance-approvers", source, "1 secret")
	priya.inspect("configuration")
	version := eval[string](priya, `document.querySelector(".tiles code").textContent`)
	priya.open("/audit?action=decided")
	priya.reads("#list", "under configuration "+version)
	priya.open(a.page())
	priya.reads("#timeline", "Made under configuration "+version)
}
