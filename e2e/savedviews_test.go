package e2e_test

import "testing"

// TestSavedViews: a list is saved, changes, is saved again and drops its changes; a colleague of
// the group sees it in the navigation, without scripts too.
func TestSavedViews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	mara.open("/?queue=finance&order=newest")
	mara.comes("#freshness", "Live")
	mara.submit("#save-view")
	mara.write("#name", "Finance, newest")
	mara.inspect("view-new")
	mara.submit(".box button.solid")
	mara.reads("h1", "Finance, newest")
	mara.reads("#saved-views [aria-current=page]", "Finance, newest")
	mara.see(a.row())
	mara.inspect("view-open")

	mara.write(".search input", "osaka")
	mara.reads("#view-changes", "1 difference")
	mara.comes("#saved-views [aria-current=page]", "Changed")
	mara.inspect("view-changed")
	mara.submit("#view-changes .solid")
	mara.gone("#view-changes")
	mara.reads("h1", "Finance, newest")

	mara.click("#order summary")
	mara.submit("#order a[href*=deadline]")
	mara.reads("#view-changes", "Ends first")
	mara.submit("#view-changes a.quiet")
	mara.gone("#view-changes")

	mara.submit("#edit-view")
	mara.fill("#group", quote("finance-approvers"))
	mara.inspect("view-edit")
	mara.submit(".box button.solid")
	mara.reads("#list", "Shared with finance-approvers")
	mara.inspect("views")

	dana.runScripts(false)
	dana.open("/views")
	dana.reads("#list", "Shared by Mara Okafor")
	dana.submit("#saved-views a")
	dana.reads("h1", "Finance, newest")
	dana.submit(".chips a")
	dana.reads("#view-changes", "Ends")
	if dana.has("#view-changes form") {
		t.Error("a colleague may save what is not theirs")
	}
	dana.submit("#view-changes .btn-row .btn:not(.quiet)")
	dana.write("#name", "Soon")
	dana.submit(".box button.solid")
	dana.reads("#saved-views [aria-current=page]", "Soon")

	mara.submit("#list .setrow .btn")
	mara.submit(`form[action$="/stop"] button`)
	mara.reads("#list", "For you alone")
	dana.open("/views")
	if dana.has("#shared") {
		t.Error("a view is shared that its owner shares no more")
	}
}
