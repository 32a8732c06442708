package views_test

import (
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/people"
	"countersign/static"
	"countersign/views"
	"countersign/views/account"
	"countersign/views/admin"
	"countersign/views/lists"
	"countersign/views/pagetest"
	"countersign/views/review"
	"countersign/views/viewstest"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
)

// pages are every page in every state, by the name of its file; see -pages.
func pages() map[string]templ.Component {
	mine, onReview := viewstest.Shell("mine", "/?scope=mine"), viewstest.Shell("mine", "/callbacks/exp2291?scope=mine")
	onConfig, alerted := viewstest.Shell(views.PlaceConfig, "/admin/configuration"), viewstest.Shell(views.PlaceAudit, "/audit")
	alerted.ConfigAlert = "2 replicas run 2 versions of the configuration."
	onTable := viewstest.Shell(views.PlaceAdmin, "/admin/callbacks?state=pending&ends=15m-1h")
	reviewer := onReview
	reviewer.Viewer = viewstest.Lena
	noRole := viewstest.Shell(views.PlaceNone, "/")
	noRole.Viewer.Roles = callbacks.Roles{}
	nobody := views.Shell{Moment: mine.Moment, Version: "0.9.2"}

	open := pagetest.Inbox(callbacks.ScopeMine, viewstest.Rows())
	opened := pagetest.Review(viewstest.Pending())
	open.Open = &opened
	paged := pagetest.Inbox(callbacks.ScopeMine, viewstest.Rows())
	paged.Next, paged.Filter.After = "cursor", &callbacks.Cursor{}
	none := pagetest.Inbox(callbacks.ScopeAvailable, nil)
	filtered := pagetest.Inbox(callbacks.ScopeMine, nil)
	filtered.Filter.Search, filtered.Ends = "<b>osaka</b>", "1h"
	refused := pagetest.Review(viewstest.Pending())
	refused.Previews, refused.Refused = nil, &callbacks.Refusal{Code: "requester", Reason: "Queue finance requires a second person: you made this request, so someone else must decide it."}
	draft := pagetest.Review(viewstest.Pending())
	draft.Draft = review.Draft{Outcome: "reject", Faults: callbacks.Invalid{{Pointer: "comment", Detail: "Reject needs a comment."}}}
	locked := pagetest.Review(viewstest.Pending())
	locked.Callback.Clocks.Timeout = viewstest.Now.Sub(locked.Callback.Clocks.StartedAt) + time.Second
	free := pagetest.Review(viewstest.Pending())
	free.Callback.Clocks = callbacks.Clocks{StartedAt: viewstest.Now.Add(-time.Hour)}
	free.Reviews, free.Content.Payload = nil, []byte("not JSON")
	confirm := review.Confirm{Callback: opened.Callback, Preview: opened.Previews[1], Comment: "Line 7 has no receipt.", List: opened.List}
	stale := confirm
	stale.Stale = true
	taken := pagetest.Review(viewstest.Decided()).Callback
	taken.Decision.By = viewstest.Dana
	timedOut := pagetest.Review(viewstest.Ended(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, At: viewstest.Now.Add(-800 * time.Millisecond)}))
	next := viewstest.Rows()[1]
	between, nothing := pagetest.Table(), pagetest.Table()
	between.Ends, between.Filter.Ends = "custom", callbacks.Ends{From: viewstest.Now, Before: viewstest.Now.Add(time.Hour)}
	nothing.Rows, nothing.Next, nothing.Filter.Search = nil, "", "nothing"
	return map[string]templ.Component{
		"inbox":                lists.InboxPage(mine, pagetest.Inbox(callbacks.ScopeMine, viewstest.Rows())),
		"inbox-open":           lists.InboxPage(mine, open),
		"inbox-paged":          lists.InboxPage(mine, paged),
		"inbox-empty":          lists.InboxPage(viewstest.Shell("available", "/"), none),
		"inbox-no-match":       lists.InboxPage(viewstest.Shell("mine", "/?scope=mine&q=osaka&ends=1h"), filtered),
		"history":              lists.InboxPage(viewstest.Shell("history", "/?scope=history"), pagetest.Inbox(callbacks.ScopeHistory, viewstest.EndedRows())),
		"attention":            lists.InboxPage(viewstest.Shell("attention", "/?scope=attention"), pagetest.Inbox(callbacks.ScopeAttention, viewstest.EndedRows()[1:])),
		"review":               review.Page(onReview, opened),
		"review-reviewer":      review.Page(reviewer, pagetest.Review(viewstest.Pending())),
		"review-refused":       review.Page(onReview, refused),
		"review-draft":         review.Page(onReview, draft),
		"review-locked":        review.Page(onReview, locked),
		"review-free":          review.Page(onReview, free),
		"decided":              review.Page(onReview, pagetest.Review(viewstest.Decided())),
		"retrying":             review.Page(onReview, pagetest.Review(viewstest.Retrying())),
		"completed":            review.Page(onReview, pagetest.Review(viewstest.Completed())),
		"lost-timeout":         review.Page(onReview, pagetest.Review(viewstest.Lost(callbacks.EndedByClock, callbacks.CauseTimeout))),
		"lost-other":           review.Page(onReview, pagetest.Review(viewstest.Lost(callbacks.EndedByOther, callbacks.NoDeadline))),
		"undeliverable":        review.Page(onReview, pagetest.Review(viewstest.Troubled(callbacks.Undeliverable, callbacks.ReplyInvalid, 400, "InvalidParameterValueException"))),
		"without effect":       review.Page(onReview, pagetest.Review(viewstest.WithoutEffect())),
		"unconfirmed":          review.Page(onReview, pagetest.Review(viewstest.InDoubt(callbacks.DoubtDenied))),
		"timed-out":            review.Page(onReview, timedOut),
		"closed":               review.Page(onReview, pagetest.Review(viewstest.Ended(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByOther, At: viewstest.Now, Kind: callbacks.Success}))),
		"confirm":              review.ConfirmPage(onReview, confirm),
		"confirm-stale":        review.ConfirmPage(onReview, stale),
		"preview":              review.Preview(opened.Previews[0]),
		"preview-fault":        review.PreviewFault(callbacks.Invalid{{Pointer: "comment", Detail: "At most 4000 characters, this has 5000."}}),
		"admin":                lists.TablePage(onTable, pagetest.Table()),
		"admin-between":        lists.TablePage(viewstest.Shell(views.PlaceAdmin, "/admin/callbacks?ends=custom&from=2026-11-24T13:00:00Z&to=2026-11-24T15:00:00Z"), between),
		"admin-nothing":        lists.TablePage(viewstest.Shell(views.PlaceAdmin, "/admin/callbacks?q=nothing"), nothing),
		"watches":              admin.WatchesPage(viewstest.Shell(views.PlaceWatches, "/admin/watches"), admin.Watches{Searched: viewstest.Searched()}),
		"watches-off":          admin.WatchesPage(viewstest.Shell(views.PlaceWatches, "/admin/watches"), admin.Watches{}),
		"sessions":             account.SessionsPage(viewstest.Shell(views.PlaceNone, "/sessions"), pagetest.Sessions(false)),
		"sessions-all":         account.SessionsPage(viewstest.Shell(views.PlaceSessions, "/admin/sessions?q=a"), pagetest.Sessions(true)),
		"sessions-none":        account.SessionsPage(viewstest.Shell(views.PlaceSessions, "/admin/sessions?q=zoe"), account.Sessions{All: true, Query: people.SessionQuery{Search: "zoe"}}),
		"configuration":        admin.ConfigurationPage(onConfig, pagetest.Configuration(1)),
		"configuration-many":   admin.ConfigurationPage(onConfig, pagetest.Configuration(3)),
		"configuration-bad":    admin.ConfigurationPage(onConfig, pagetest.Configuration(2, "/etc/countersign/countersign.yaml:4:9: queues.finance.groups[0]: there is no group \"finnace\": did you mean finance-approvers?", "countersign.yaml cannot be read")),
		"configuration-alert":  admin.AuditPage(alerted, admin.Audit{}),
		"audit":                admin.AuditPage(viewstest.Shell(views.PlaceAudit, "/audit"), admin.Audit{Entries: viewstest.Audit(opened.Callback), Older: 48104}),
		"signin":               account.SignInPage(nobody, account.SignIn{Provider: "Harborline SSO", Return: "/callbacks/exp2291"}),
		"signin-down":          account.SignInPage(nobody, account.SignIn{Provider: "Harborline SSO", Return: "/", Down: true, SignedOut: true, Problem: "The provider refused the sign-in."}),
		"hand-over":            account.HandOverPage(nobody, account.HandOver{Site: "Harborline SSO", Address: "https://sso.harborline.example/authorize?x=1"}),
		"403":                  views.ForbiddenPage(viewstest.Keeping(onReview, "Mine, fine."), views.Forbidden{Reason: "Queue finance requires a second person: you made this request, so someone else must decide it.", Code: "requester", Callback: "exp2291"}),
		"403-no-role":          views.NoRolePage(noRole, views.NoRole{Why: "None of your groups has a role here."}),
		"401":                  views.SignedOutPage(viewstest.Keeping(nobody, "Line 7 has no receipt."), views.Forbidden{Callback: "exp2291"}),
		"404":                  views.NotFoundPage(viewstest.Shell(views.PlaceNone, "/callbacks/nothing")),
		"405":                  views.WrongMethodPage(mine),
		"409":                  review.ConflictPage(viewstest.Keeping(onReview, "Line 7 has no itemised receipt."), review.Conflict{Callback: taken, Tried: "Reject", Next: &review.Next{Row: &next}, List: opened.List}),
		"409-clock":            review.ConflictPage(onReview, review.Conflict{Callback: timedOut.Callback, Tried: "Approve", List: opened.List}),
		"413":                  views.InvalidPage(viewstest.Keeping(mine, "Line 7 has no receipt."), views.BadRequest{Status: 413, Faults: callbacks.Invalid{{Pointer: "body", Detail: "is over 64 KB"}}, Back: views.Address{Path: "/"}}),
		"422":                  views.InvalidPage(mine, views.BadRequest{Faults: callbacks.Invalid{{Pointer: "from", Detail: "is not a time such as 2026-11-24T13:00"}}, Back: views.Address{Path: "/"}}),
		"429":                  views.TooManyPage(nobody, views.TooMany{RetryAfter: 20 * time.Second}),
		"429-form":             views.TooManyPage(mine, views.TooMany{RetryAfter: time.Second, Posted: true}),
		"500":                  views.FailurePage(mine, views.Failure{RequestID: "01JD9K4T9B"}),
		"403-old-groups":       review.SignInAgainPage(viewstest.Keeping(onReview, "Mine, fine."), review.SignInAgain{Age: 8*time.Hour + 5*time.Minute, Limit: 8 * time.Hour, Tried: "Approve", Return: views.Address{Path: "/callbacks/exp2291"}}),
		"403-old-groups-asker": review.SignInAgainPage(onReview, review.SignInAgain{Age: 8*time.Hour + 5*time.Minute, Limit: 8 * time.Hour, Return: views.Address{Path: "/callbacks/exp2291"}, Asker: callbacks.Statement{Requester: "Ines Calloway <ines@example.com>", Reason: "I asked her."}}),
		"503":                  views.UnavailablePage(nobody, views.Unavailable{RequestID: "01JD9K4T9B"}),
		"503-with-comment":     views.UnavailablePage(viewstest.Keeping(onReview, "Line 7 has no receipt."), views.Unavailable{RequestID: "01JD9K4T9B", Decision: &views.Unrecorded{Callback: "exp2291", Outcome: "reject"}}),
	}
}

var pagesDir = flag.String("pages", "", "write every page in every state into this folder, to look at")

// TestPagesToLookAt writes the pages and the static files that they name, when it is asked to.
func TestPagesToLookAt(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`/static/[^"]+`)
	for name, page := range pages() {
		body := viewstest.Text(t, page)
		if len(body) == 0 {
			t.Errorf("%s is empty", name)
		}
		if *pagesDir == "" {
			continue
		}
		write(t, name+".html", body)
		for _, path := range named.FindAllString(body, -1) {
			reply := httptest.NewRecorder()
			static.Handler().ServeHTTP(reply, httptest.NewRequest("GET", path, nil))
			write(t, path, reply.Body.String())
		}
	}
}

func write(t *testing.T, name, body string) {
	t.Helper()
	name = filepath.Join(*pagesDir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNothingInline: the content security policy has no unsafe-inline, so an inline style or script
// would not work.
func TestNothingInline(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		doc := viewstest.HTML(t, page)
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
					t.Errorf("%s: <%s %s=%q>", name, goquery.NodeName(s), a.Key, a.Val)
				}
			}
		})
		if n := doc.Find("style, script:not([src])").Length(); n > 0 {
			t.Errorf("%s has %d inline styles or scripts", name, n)
		}
	}
}

// TestControlsHaveNames: what has no text of its own is named for those who do not see its drawing.
func TestControlsHaveNames(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		doc := viewstest.HTML(t, page)
		doc.Find("button, a, summary").Each(func(_ int, s *goquery.Selection) {
			label, _ := s.Attr("aria-label")
			// a script writes their text before they are shown
			filled := s.Is(".confirm, #fresh-rows")
			if viewstest.Words(s) == "" && strings.TrimSpace(label) == "" && !filled {
				out, _ := goquery.OuterHtml(s)
				t.Errorf("%s: no name for %s", name, out)
			}
		})
		doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
			id, label := s.AttrOr("id", ""), s.AttrOr("aria-label", "")
			if label == "" && s.Closest("label").Length() == 0 && doc.Find("label[for='"+id+"']").Length() == 0 {
				out, _ := goquery.OuterHtml(s)
				t.Errorf("%s: no label for %s", name, out)
			}
		})
	}
}

// TestNothingTicksAloud: what changes each second is in no live region, or a screen reader would
// read it out each second.
func TestNothingTicksAloud(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		for _, region := range []string{"[role=alert]", "[role=status]", "[role=log]", "[aria-live]"} {
			if n := viewstest.HTML(t, page).Find(region + " count-down").Length(); n > 0 {
				t.Errorf("%s: %d times count down in %s", name, n, region)
			}
		}
	}
}

// TestIDsAreUnique: scripts and labels find things by their ID.
func TestIDsAreUnique(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		seen := map[string]bool{}
		viewstest.HTML(t, page).Find("[id]").Each(func(_ int, s *goquery.Selection) {
			id := s.AttrOr("id", "")
			if seen[id] {
				t.Errorf("%s has two elements with the ID %q", name, id)
			}
			seen[id] = true
		})
	}
}

// TestReferencesLead: what names another element by its ID finds it on the page.
func TestReferencesLead(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		doc := viewstest.HTML(t, page)
		for _, attr := range []string{"for", "aria-labelledby", "aria-describedby", "data-copy", "form"} {
			doc.Find("[" + attr + "]").Each(func(_ int, s *goquery.Selection) {
				if id := s.AttrOr(attr, ""); id != "" && doc.Find("#"+id).Length() == 0 {
					t.Errorf("%s: %s=%q leads nowhere", name, attr, id)
				}
			})
		}
		doc.Find("a[href^='#']").Each(func(_ int, s *goquery.Selection) {
			if doc.Find(s.AttrOr("href", "")).Length() == 0 {
				t.Errorf("%s: %s leads nowhere", name, s.AttrOr("href", ""))
			}
		})
	}
}

// TestCallbackIDStaysOutOfAddresses: whoever holds it can complete the callback, and addresses end
// up in logs.
func TestCallbackIDStaysOutOfAddresses(t *testing.T) {
	t.Parallel()
	secret := string(pagetest.Review(viewstest.Pending()).Callback.CallbackID)
	for name, page := range pages() {
		viewstest.HTML(t, page).Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if strings.Contains(a.Val, secret) {
					t.Errorf("%s: <%s %s>", name, goquery.NodeName(s), a.Key)
				}
			}
		})
	}
}
