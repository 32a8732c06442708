package pagetest

import (
	"net/url"

	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/savedviews"
)

// Saved are views of every kind. The list that is open started from one and changed.
func Saved() views.Saved {
	deploys := views.SavedView{
		ID: "v1", Name: "Deploys", Path: "/?queue=releases&scope=mine&view=v1", Group: "releases",
		Query: url.Values{"scope": {"mine"}, "queue": {"releases"}, "grouped": {"no"}},
	}
	return views.Saved{
		Views: []views.SavedView{
			deploys,
			{ID: "v2", Name: "Finance, due today", Path: "/?ends=24h&scope=available&view=v2", Query: url.Values{"scope": {"available"}, "ends": {"24h"}}},
			{ID: "v3", Name: "<b>Everything</b>"},
			{ID: "v4", Name: "Night shift", Path: "/?order=newest&scope=history&view=v4", Group: "night", Owner: "Dana Fischer", Query: url.Values{"scope": {"history"}, "order": {"newest"}}},
		},
		Open: &views.OpenView{SavedView: deploys, Now: url.Values{"scope": {"mine"}, "queue": {"platform"}, "ends": {"1h"}}},
	}
}

// SharedOpen are the same, and the open table started from a view of Dana's.
func SharedOpen() views.Saved {
	saved := Saved()
	all := views.SavedView{
		ID: "v5", Name: "Lost or late", Path: "/admin/callbacks?scope=all&state=lost&view=v5", Group: "audit", Owner: "Dana Fischer",
		Query: url.Values{"scope": {"all"}, "state": {"lost", "timed_out"}, "source": {"discovery"}, "received_from": {"2026-11-01T00:00:00Z"}},
	}
	saved.Views = append(saved.Views, all)
	saved.Open = &views.OpenView{SavedView: all, Now: url.Values{"scope": {"all"}, "q": {"osaka"}}}
	return saved
}

// NewView is the form of a new view with faults in every field.
func NewView() savedviews.Draft {
	return savedviews.Draft{
		Name: "deploys", Group: "sales", Groups: []string{"finance-approvers", "night"}, Back: "/?scope=mine",
		Query:  url.Values{"scope": {"mine"}, "q": {"osaka"}},
		Faults: fault.List{{Pointer: "name", Detail: "You have a view of this name."}, {Pointer: "group", Detail: "You are not in this group."}, {Pointer: "list", Detail: "The filter is too long."}},
	}
}

// EditedView is the form of a view that is shared.
func EditedView() savedviews.Draft {
	return savedviews.Draft{ID: "v1", Name: "Deploys", Group: "releases", Groups: []string{"releases"}, Back: "/?scope=mine", Query: url.Values{"scope": {"mine"}}}
}
