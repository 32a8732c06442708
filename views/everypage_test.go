package views_test

import (
	"maps"
	"time"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/notice"
	"countersign/internal/people"
	"countersign/internal/record"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/account"
	"countersign/views/admin"
	"countersign/views/assignments"
	"countersign/views/batches"
	"countersign/views/decisions"
	"countersign/views/lists"
	"countersign/views/pagetest"
	"countersign/views/palette"
	"countersign/views/review"
	"countersign/views/savedviews"
	"countersign/views/viewstest"

	"github.com/a-h/templ"
)

// pages are every page in every state, by the name of its file; see -pages.
func pages() map[string]templ.Component {
	all := listPages()
	for _, more := range []map[string]templ.Component{reviewPages(), assignmentPages(), savedPages(), batchPages(), recordPages(), deskPages(), problemPages()} {
		maps.Copy(all, more)
	}
	return all
}

// listPages are the inbox and the table of admins.
func listPages() map[string]templ.Component {
	mine := viewstest.Shell("mine", "/?scope=mine")
	onTable := viewstest.Shell(views.PlaceAdmin, "/admin/callbacks?state=pending&ends=15m-1h")
	open := pagetest.Inbox(desk.ScopeMine, viewstest.Rows())
	opened := pagetest.Review(viewstest.Pending())
	open.Open = &opened
	paged := pagetest.Inbox(desk.ScopeMine, viewstest.Rows())
	paged.Next, paged.Filter.After = "cursor", &desk.Cursor{}
	none := pagetest.Inbox(desk.ScopeAvailable, nil)
	stranded := pagetest.Inbox(desk.ScopeAttention, viewstest.EndedRows())
	stranded.Stranded = pagetest.Stranded("Okafor")
	filtered := pagetest.Inbox(desk.ScopeMine, nil)
	filtered.Filter.Search, filtered.Ends = "<b>osaka</b>", "1h"
	between, nothing := pagetest.Table(), pagetest.Table()
	between.Ends, between.Filter.Ends = "custom", desk.Ends{From: viewstest.Now, Before: viewstest.Now.Add(time.Hour)}
	nothing.Rows, nothing.Next, nothing.Filter.Search = nil, "", "nothing"
	return map[string]templ.Component{
		"inbox":          lists.InboxPage(mine, pagetest.Inbox(desk.ScopeMine, viewstest.Rows())),
		"inbox-open":     lists.InboxPage(mine, open),
		"inbox-paged":    lists.InboxPage(mine, paged),
		"inbox-stranded": lists.InboxPage(viewstest.Shell("attention", "/?scope=attention"), stranded),
		"inbox-empty":    lists.InboxPage(viewstest.Shell("available", "/"), none),
		"inbox-no-match": lists.InboxPage(viewstest.Shell("mine", "/?scope=mine&q=osaka&ends=1h"), filtered),
		"history":        lists.InboxPage(viewstest.Shell("history", "/?scope=history"), pagetest.Inbox(desk.ScopeHistory, viewstest.EndedRows())),
		"attention":      lists.InboxPage(viewstest.Shell("attention", "/?scope=attention"), pagetest.Inbox(desk.ScopeAttention, viewstest.EndedRows()[1:])),
		"admin":          lists.TablePage(onTable, pagetest.Table()),
		"admin-between":  lists.TablePage(viewstest.Shell(views.PlaceAdmin, "/admin/callbacks?ends=custom&from=2026-11-24T13:00:00Z&to=2026-11-24T15:00:00Z"), between),
		"admin-nothing":  lists.TablePage(viewstest.Shell(views.PlaceAdmin, "/admin/callbacks?q=nothing"), nothing),
	}
}

// recordPages are the record of decisions.
func recordPages() map[string]templ.Component {
	return map[string]templ.Component{
		"decisions":       decisions.Page(viewstest.Shell(views.PlaceRecord, "/decisions"), pagetest.Decisions()),
		"decisions-found": decisions.Page(viewstest.Shell(views.PlaceRecord, "/decisions?person=Dana&stance=for&from=2026-11-01&to=2026-11-24&zone=America%2FNew_York"), pagetest.DecisionsFound()),
		"palette":         palette.Page(viewstest.Shell("", "/palette"), pagetest.Palette("")),
		"palette-found":   palette.Page(viewstest.Shell("", "/palette?q=osaka"), pagetest.Palette("osaka")),
		"palette-none":    palette.Page(viewstest.Shell("", "/palette?q=%3Erotate"), pagetest.Palette(">rotate")),
		"decisions-none":  decisions.Page(viewstest.Shell(views.PlaceRecord, "/decisions?person=nobody"), decisions.Record{Filter: record.Filter{Person: "nobody"}}),
	}
}

// assignmentPages say whose work a callback is.
func assignmentPages() map[string]templ.Component {
	s, admin := viewstest.Shell("mine", "/callbacks/c/assignment"), viewstest.Shell(views.PlaceAdmin, assignments.MovePath)
	return map[string]templ.Component{
		"assignment":       assignments.AssignmentPage(s, pagetest.Assignment()),
		"assignment-none":  assignments.AssignmentPage(s, pagetest.Unassigned()),
		"assignments-move": assignments.MovePage(admin, pagetest.Move()),
	}
}

// savedPages are the pages of saved views, and lists that started from one.
func savedPages() map[string]templ.Component {
	list := viewstest.Shell("mine", "/?scope=mine&ends=1h&queue=platform")
	list.Saved = pagetest.Saved()
	table := viewstest.Shell(views.PlaceAdmin, "/admin/callbacks?scope=all")
	table.Saved = pagetest.SharedOpen()
	own := viewstest.Shell(views.PlaceViews, views.SavedPath)
	own.Saved = pagetest.Saved()
	own.Saved.Open = nil
	return map[string]templ.Component{
		"inbox-view":   lists.InboxPage(list, pagetest.Inbox(desk.ScopeMine, viewstest.Rows())),
		"admin-view":   lists.TablePage(table, pagetest.Table()),
		"views":        savedviews.Page(own),
		"views-none":   savedviews.Page(viewstest.Shell(views.PlaceViews, views.SavedPath)),
		"view-new":     savedviews.FormPage(own, pagetest.NewView()),
		"view-edit":    savedviews.FormPage(own, pagetest.EditedView()),
		"palette-view": palette.Page(own, pagetest.Palette("deploys")),
	}
}

// batchPages are decisions for many.
func batchPages() map[string]templ.Component {
	s := viewstest.Shell("available", "/batches/batch1")
	return map[string]templ.Component{
		"batch":           batches.SelectionPage(s, pagetest.Selection()),
		"batch-armed":     batches.SelectionPage(s, pagetest.ArmedSelection()),
		"batch-faults":    batches.SelectionPage(s, pagetest.SelectionWithFaults()),
		"batch-nothing":   batches.SelectionPage(s, pagetest.NothingSelected()),
		"batch-under-way": batches.ResultPage(s, pagetest.BatchUnderWay()),
		"batch-result":    batches.ResultPage(s, pagetest.BatchResult()),
	}
}

// reviewPages are a callback in each of its states.
func reviewPages() map[string]templ.Component {
	onReview := viewstest.Shell("mine", "/callbacks/exp2291?scope=mine")
	reviewer := onReview
	reviewer.Viewer = viewstest.Lena
	opened := pagetest.Review(viewstest.Pending())
	refused := pagetest.Review(viewstest.Pending())
	refused.Previews, refused.Refused = nil, &callbacks.Refusal{Code: "requester", Reason: "Queue finance requires a second person: you made this request, so someone else must decide it."}
	draft := pagetest.Review(viewstest.Pending())
	draft.Draft = review.Draft{Outcome: "reject", Faults: fault.List{{Pointer: "comment", Detail: "Reject needs a comment."}}}
	locked := pagetest.Review(viewstest.Pending())
	locked.Callback.Clocks.Timeout = viewstest.Now.Sub(locked.Callback.Clocks.StartedAt) + time.Second
	free := pagetest.Review(viewstest.Pending())
	free.Callback.Clocks = callbacks.Clocks{StartedAt: viewstest.Now.Add(-time.Hour)}
	free.Reviews, free.Content.Payload = nil, []byte("not JSON")
	confirm := review.Confirm{Callback: opened.Callback, Preview: opened.Previews[1], Comment: "Line 7 has no receipt.", List: opened.List}
	stale := confirm
	stale.Stale = true
	timedOut := pagetest.Review(viewstest.Ended(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, At: viewstest.Now.Add(-800 * time.Millisecond)}))
	return map[string]templ.Component{
		"review":          review.Page(onReview, opened),
		"review-reviewer": review.Page(reviewer, pagetest.Review(viewstest.Pending())),
		"review-refused":  review.Page(onReview, refused),
		"review-draft":    review.Page(onReview, draft),
		"review-locked":   review.Page(onReview, locked),
		"review-free":     review.Page(onReview, free),
		"review-answer":   review.Page(onReview, pagetest.Answering("{\"limit\": 01}")),
		"confirm-answer":  review.ConfirmPage(onReview, review.Confirm{Callback: opened.Callback, Preview: viewstest.FreePreviews(opened.Callback, callbacks.Answer{Format: answers.Empty})[1], List: opened.List}),
		"decided":         review.Page(onReview, pagetest.Review(viewstest.Decided())),
		"retrying":        review.Page(onReview, pagetest.Review(viewstest.Retrying())),
		"completed":       review.Page(onReview, pagetest.Review(viewstest.Completed())),
		"lost-timeout":    review.Page(onReview, pagetest.Review(viewstest.Lost(callbacks.EndedByClock, callbacks.CauseTimeout))),
		"lost-other":      review.Page(onReview, pagetest.Review(viewstest.Lost(callbacks.EndedByOther, callbacks.NoDeadline))),
		"undeliverable":   review.Page(onReview, pagetest.Review(viewstest.Troubled(callbacks.Undeliverable, replies.Invalid, 400, "InvalidParameterValueException"))),
		"without effect":  review.Page(onReview, pagetest.Review(viewstest.WithoutEffect())),
		"unconfirmed":     review.Page(onReview, pagetest.Review(viewstest.InDoubt(callbacks.DoubtDenied))),
		"timed-out":       review.Page(onReview, timedOut),
		"closed":          review.Page(onReview, pagetest.Review(viewstest.Ended(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByOther, At: viewstest.Now, Kind: callbacks.Success}))),
		"confirm":         review.ConfirmPage(onReview, confirm),
		"confirm-stale":   review.ConfirmPage(onReview, stale),
		"preview":         review.Preview(opened.Previews[0]),
		"preview-fault":   review.PreviewFault(fault.List{{Pointer: "comment", Detail: "At most 4000 characters, this has 5000."}}),
	}
}

// deskPages are what admins and auditors read of the desk, and the pages of an account.
func deskPages() map[string]templ.Component {
	onConfig := viewstest.Shell(views.PlaceConfig, "/admin/configuration")
	alerted := viewstest.Shell(views.PlaceAudit, "/audit")
	alerted.ConfigAlert = "2 replicas run 2 versions of the configuration."
	alerted.SignersAlert = admin.SignersAlert(map[string]int{"finance": 2})
	nobody := views.Shell{Moment: alerted.Moment, Version: "0.9.2"}
	return map[string]templ.Component{
		"watches":             admin.WatchesPage(viewstest.Shell(views.PlaceWatches, "/admin/watches"), admin.Watches{Searched: viewstest.Searched()}),
		"watches-off":         admin.WatchesPage(viewstest.Shell(views.PlaceWatches, "/admin/watches"), admin.Watches{}),
		"sessions":            account.SessionsPage(viewstest.Shell(views.PlaceNone, "/sessions"), pagetest.Sessions(false)),
		"sessions-all":        account.SessionsPage(viewstest.Shell(views.PlaceSessions, "/admin/sessions?q=a"), pagetest.Sessions(true)),
		"sessions-none":       account.SessionsPage(viewstest.Shell(views.PlaceSessions, "/admin/sessions?q=zoe"), account.Sessions{All: true, Query: people.SessionQuery{Search: "zoe"}}),
		"policies":            admin.PoliciesPage(viewstest.Shell(views.PlacePolicies, "/admin/policies"), pagetest.Policies("")),
		"policies-asked":      admin.PoliciesPage(viewstest.Shell(views.PlacePolicies, "/admin/policies"), pagetest.PoliciesAsked("")),
		"policies-refused":    admin.PoliciesPage(viewstest.Shell(views.PlacePolicies, "/admin/policies"), pagetest.PoliciesRefused("")),
		"channels":            admin.ChannelsPage(viewstest.Shell(views.PlaceChannels, "/admin/channels"), pagetest.Channels("answers 503: not ready")),
		"channels-tested":     admin.ChannelsPage(viewstest.Shell(views.PlaceChannels, "/admin/channels"), pagetest.ChannelsTested("is_archived")),
		"slack-link":          account.SlackLinkPage(viewstest.Shell(views.PlaceNone, "/settings/slack"), account.SlackLink{Address: "mara@harborline.example", SentTo: "mara", Code: "AAAAAAAA", CodeFault: "The code is wrong."}),
		"slack-linked":        account.SlackLinkPage(viewstest.Shell(views.PlaceNone, "/settings/slack"), account.SlackLink{Address: "mara@harborline.example", Linked: &notice.Account{Name: "mara", LinkedAt: viewstest.Now}}),
		"channels-none":       admin.ChannelsPage(viewstest.Shell(views.PlaceChannels, "/admin/channels"), admin.Channels{Admin: true}),
		"settings":            account.SettingsPage(viewstest.Shell(views.PlaceNone, "/settings"), pagetest.Settings()),
		"settings-faults":     account.SettingsPage(viewstest.Shell(views.PlaceNone, "/settings"), pagetest.SettingsWithFaults()),
		"configuration":       admin.ConfigurationPage(onConfig, pagetest.Configuration(1)),
		"configuration-many":  admin.ConfigurationPage(onConfig, pagetest.Configuration(3)),
		"configuration-bad":   admin.ConfigurationPage(onConfig, pagetest.Configuration(2, "/etc/countersign/countersign.yaml:4:9: queues.finance.groups[0]: there is no group \"finnace\": did you mean finance-approvers?", "countersign.yaml cannot be read")),
		"configuration-alert": admin.AuditPage(alerted, admin.Audit{}),
		"audit":               admin.AuditPage(viewstest.Shell(views.PlaceAudit, "/audit"), admin.Audit{AuditPage: record.AuditPage{Stretches: viewstest.Stretched(viewstest.Audit(pagetest.Review(viewstest.Pending()).Callback)), Next: 48104}}),
		"signin":              account.SignInPage(nobody, account.SignIn{Provider: "Harborline SSO", Return: "/callbacks/exp2291"}),
		"signin-down":         account.SignInPage(nobody, account.SignIn{Provider: "Harborline SSO", Return: "/", Down: true, SignedOut: true, Problem: "The provider refused the sign-in."}),
		"hand-over":           account.HandOverPage(nobody, account.HandOver{Site: "Harborline SSO", Address: "https://sso.harborline.example/authorize?x=1"}),
	}
}

// problemPages are what people read instead of what they asked for.
func problemPages() map[string]templ.Component {
	mine := viewstest.Shell("mine", "/?scope=mine")
	onReview := viewstest.Shell("mine", "/callbacks/exp2291?scope=mine")
	noRole := viewstest.Shell(views.PlaceNone, "/")
	noRole.Viewer.Roles = callbacks.Roles{}
	nobody := views.Shell{Moment: mine.Moment, Version: "0.9.2"}
	opened := pagetest.Review(viewstest.Pending())
	taken := pagetest.Review(viewstest.Decided()).Callback
	taken.Decision.By = viewstest.Dana
	timedOut := pagetest.Review(viewstest.Ended(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, At: viewstest.Now.Add(-800 * time.Millisecond)}))
	next := viewstest.Rows()[1]
	return map[string]templ.Component{
		"403":                  views.ForbiddenPage(viewstest.Keeping(onReview, "Mine, fine."), views.Forbidden{Reason: "Queue finance requires a second person: you made this request, so someone else must decide it.", Code: "requester", Callback: "exp2291"}),
		"403-no-role":          views.NoRolePage(noRole, views.NoRole{Why: "None of your groups has a role here."}),
		"401":                  views.SignedOutPage(viewstest.Keeping(nobody, "Line 7 has no receipt."), views.Forbidden{Callback: "exp2291"}),
		"404":                  views.NotFoundPage(viewstest.Shell(views.PlaceNone, "/callbacks/nothing")),
		"405":                  views.WrongMethodPage(mine),
		"409":                  review.ConflictPage(viewstest.Keeping(onReview, "Line 7 has no itemised receipt."), review.Conflict{Callback: taken, Tried: "Reject", Next: &review.Next{Row: &next}, List: opened.List}),
		"409-clock":            review.ConflictPage(onReview, review.Conflict{Callback: timedOut.Callback, Tried: "Approve", List: opened.List}),
		"413":                  views.InvalidPage(viewstest.Keeping(mine, "Line 7 has no receipt."), views.BadRequest{Status: 413, Faults: fault.List{{Pointer: "body", Detail: "is over 64 KB"}}, Back: views.Address{Path: "/"}}),
		"422":                  views.InvalidPage(mine, views.BadRequest{Faults: fault.List{{Pointer: "from", Detail: "is not a time such as 2026-11-24T13:00"}}, Back: views.Address{Path: "/"}}),
		"429":                  views.TooManyPage(nobody, views.TooMany{RetryAfter: 20 * time.Second}),
		"429-form":             views.TooManyPage(mine, views.TooMany{RetryAfter: time.Second, Posted: true}),
		"500":                  views.FailurePage(mine, views.Failure{RequestID: "01JD9K4T9B"}),
		"403-old-groups":       review.SignInAgainPage(viewstest.Keeping(onReview, "Mine, fine."), review.SignInAgain{Age: 8*time.Hour + 5*time.Minute, Limit: 8 * time.Hour, Tried: "Approve", Return: views.Address{Path: "/callbacks/exp2291"}}),
		"403-old-groups-asker": review.SignInAgainPage(onReview, review.SignInAgain{Age: 8*time.Hour + 5*time.Minute, Limit: 8 * time.Hour, Return: views.Address{Path: "/callbacks/exp2291"}, Asker: desk.Statement{Requester: "Ines Calloway <ines@example.com>", Reason: "I asked her."}}),
		"503":                  views.UnavailablePage(nobody, views.Unavailable{RequestID: "01JD9K4T9B"}),
		"503-with-comment":     views.UnavailablePage(viewstest.Keeping(onReview, "Line 7 has no receipt."), views.Unavailable{RequestID: "01JD9K4T9B", Decision: &views.Unrecorded{Callback: "exp2291", Outcome: "reject"}}),
	}
}
