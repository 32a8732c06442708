package e2e_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver sqlite

	"countersign/internal/standin/demo"
)

// changeRules stops the desk and starts it with another text of countersign.yaml.
func (w *world) changeRules(t *testing.T, text string) {
	t.Helper()
	w.desk.stop(t)
	w.settings[deskText] = text
	w.writeDesk(t)
	w.start(t)
}

// groupsNotOlderThan lets the rule that binds a request ask for younger groups: so they are too old
// without anybody waiting. The desk stops meanwhile, because it need not look at its database for
// what it has not written.
func (w *world) groupsNotOlderThan(t *testing.T, a asked, age time.Duration) {
	t.Helper()
	w.desk.stop(t)
	db, err := sql.Open("sqlite", strings.TrimPrefix(w.settings["DATABASE_URL"], "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const bind = `update callbacks set requirement = json_set(requirement, '$.groupsNotOlderThan', ?) where id = ?`
	changed, err := db.ExecContext(t.Context(), bind, age.Nanoseconds(), a.id)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := changed.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%d requests changed (%v), want one", n, err)
	}
	w.start(t)
}

// TestGroupsTooOldForTheRule: somebody writes a comment, and their groups become older than the rule
// of the request allows. They sign in again from the bar, find what they wrote, and sign.
func TestGroupsTooOldForTheRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, threeSigners)
	a := w.ask(t, deposit())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.comes("#freshness", "Live")
	mara.write("#comment", "Compared with\nlast year")
	w.groupsNotOlderThan(t, a, time.Nanosecond)
	mara.comes(".decide", "a signature here needs groups read within")
	mara.inspect("rule-groups-too-old")
	w.groupsNotOlderThan(t, a, neverOld)
	mara.submit(`.decide form[action="/auth/login"] button`)
	mara.submit(`button[name="subject"][value="mara"]`)
	mara.until(`location.pathname === "` + a.page() + `"`)
	mara.hasComment("Compared with\nlast year")
	mara.signs("approve")
	mara.reads("#signatures", "1 of 3", "Compared with")
}

// TestApplyPresentRules: the rules change while a request waits. It keeps what binds it, until an admin
// applies the present rules for a reason. A signature without a place in them is void, and its person
// reads that on the page that they have open.
func TestApplyPresentRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, threeSigners)
	a := w.ask(t, deposit(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = 0 }))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.signs("approve")
	controllers := strings.NewReplacer("- {from: [finance-approvers], for: 2}\n", "", "for: 1}", "for: 2}").Replace(largeExpenses)
	w.changeRules(t, controllers)

	aiko := w.signIn(t, "aiko")
	aiko.open(a.page())
	aiko.reads("#policy", "The rules have changed since this arrived", "2 of controllers")
	aiko.reads("#signatures", "1 of 3")
	aiko.inspect("present-rules")
	mara.open(a.page())
	mara.comes("#freshness", "Live")
	if mara.has("#policy") {
		t.Error("somebody who is no admin could apply the present rules")
	}
	told := mara.listen()
	aiko.write("#asker-policy", "Finance signs no deposits any more.")
	aiko.submit("#policy button")
	if aiko.has("#policy") {
		t.Error("the present rules can be applied twice")
	}
	aiko.reads("#signatures", "0 of 2", "controllers")
	aiko.reads("#timeline", "Finance signs no deposits any more.")
	aiko.inspect("present-rules-applied")
	told.await(t, a.id)
	mara.comes("#signatures", "A signature does not count any more.")
	mara.reads("#signatures", "An admin applied another rule")
	mara.comes("#barred", "You cannot sign")
	mara.inspect("present-rules-void")
	mara.open("/")
	mara.reads(a.row(), "Yours is void")
	mara.inspect("present-rules-void-list")
	aiko.open("/audit?action=policy.applied")
	aiko.reads("#list", "Finance signs no deposits any more.")
}
