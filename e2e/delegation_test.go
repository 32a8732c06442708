package e2e_test

import (
	"testing"
	"time"
)

// TestDelegation: with plain links and forms somebody delegates; who has no role and no group then
// signs in their right, with both names on record, and declines what is left.
func TestDelegation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	leo := w.visitor(t, "leo")
	leo.open("/")
	leo.enter()
	leo.reads("body", "no role")

	mara := w.visitor(t, "mara")
	mara.runScripts(false)
	mara.open("/settings")
	mara.enter()
	mara.write("#who", "Le")
	mara.write("[name=until]", time.Now().AddDate(0, 0, 2).Format("01022006")) // as the browser's locale has it
	mara.submit("#new-delegation .solid")
	mara.reads("#who-fault", "Choose who you mean.")
	mara.inspect("settings-choice")
	mara.click("[name=queue][value=finance]")
	mara.submit("#new-delegation .solid")
	mara.reads("[data-testid=delegations]", "Leo Marchetti acts for you", "In force", "finance")
	mara.inspect("settings")

	leo.open(a.page())
	leo.comes("#freshness", "Live")
	leo.arm("approve")
	leo.confirm()
	leo.reaches("completed")
	leo.reads("main", "You approved this for Mara Okafor")
	leo.open("/settings")
	leo.reads("[data-testid=delegations]", "You act for Mara Okafor")
	leo.inspect("settings-delegate")
	leo.submit("[data-testid=delegations] form button")
	leo.reads("body", "no role")

	aiko := w.signIn(t, "aiko")
	aiko.open("/audit?action=delegation.made")
	aiko.reads("#list", "delegated", "Leo Marchetti acts for Mara Okafor in finance")
	aiko.open("/settings?q=mara")
	aiko.submit("[data-testid=found] a")
	aiko.reads("main", "As an admin you delegate for Mara Okafor", "Past delegations")
	aiko.inspect("settings-admin")
}
