package views

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
	"countersign/static"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
)

// pages are every page in every state, by the name of its file; see -pages.
func pages() map[string]templ.Component {
	mine, review := shellAt("mine", "/?scope=mine"), shellAt("mine", "/callbacks/exp2291?scope=mine")
	admin := shellAt(PlaceAdmin, "/admin/callbacks?state=pending&ends=15m-1h")
	reviewer := review
	reviewer.Viewer = lena
	noRole := shellAt(PlaceNone, "/")
	noRole.Viewer.Roles = callbacks.Roles{}
	nobody := Shell{Moment: mine.Moment, Version: "0.9.2"}

	open := inboxOf(callbacks.ScopeMine, sampleRows())
	opened := sampleReview()
	open.Open = &opened
	paged := inboxOf(callbacks.ScopeMine, sampleRows())
	paged.Next, paged.Filter.After = "cursor", &callbacks.Cursor{}
	none := inboxOf(callbacks.ScopeAvailable, nil)
	filtered := inboxOf(callbacks.ScopeMine, nil)
	filtered.Filter.Search, filtered.Ends = "<b>osaka</b>", "1h"
	refused := sampleReview()
	refused.Previews, refused.MayDecide = nil, &callbacks.Refusal{Code: "requester", Reason: "Queue finance requires a second person: you made this request, so someone else must decide it."}
	draft := sampleReview()
	draft.Draft = Draft{Outcome: "reject", Faults: callbacks.Invalid{{Pointer: "comment", Detail: "Reject needs a comment."}}}
	locked := sampleReview()
	locked.Callback.Clocks.Timeout = now.Sub(locked.Callback.Clocks.StartedAt) + time.Second
	free := sampleReview()
	free.Callback.Clocks = callbacks.Clocks{StartedAt: now.Add(-time.Hour)}
	free.Reviews, free.Content.Payload = nil, []byte("not JSON")
	confirm := Confirm{Callback: opened.Callback, Preview: opened.Previews[1], Comment: "Line 7 has no receipt.", List: opened.List}
	stale := confirm
	stale.Stale = true
	taken := decidedReview().Callback
	taken.Decision.By = dana
	timedOut := endedReview(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, At: now.Add(-800 * time.Millisecond), Detail: "The callback's timeout ran out."})
	next := sampleRows()[1]
	between, nothing := sampleAdmin(), sampleAdmin()
	between.Ends, between.Filter.Ends = "custom", callbacks.Ends{From: now, Before: now.Add(time.Hour)}
	nothing.Rows, nothing.Next, nothing.Filter.Search = nil, "", "nothing"
	return map[string]templ.Component{
		"inbox":                InboxPage(mine, inboxOf(callbacks.ScopeMine, sampleRows())),
		"inbox-open":           InboxPage(mine, open),
		"inbox-paged":          InboxPage(mine, paged),
		"inbox-empty":          InboxPage(shellAt("available", "/"), none),
		"inbox-no-match":       InboxPage(shellAt("mine", "/?scope=mine&q=osaka&ends=1h"), filtered),
		"history":              InboxPage(shellAt("history", "/?scope=history"), inboxOf(callbacks.ScopeHistory, endedRows())),
		"attention":            InboxPage(shellAt("attention", "/?scope=attention"), inboxOf(callbacks.ScopeAttention, endedRows()[1:])),
		"review":               ReviewPage(review, opened),
		"review-reviewer":      ReviewPage(reviewer, sampleReview()),
		"review-refused":       ReviewPage(review, refused),
		"review-draft":         ReviewPage(review, draft),
		"review-locked":        ReviewPage(review, locked),
		"review-free":          ReviewPage(review, free),
		"decided":              ReviewPage(review, decidedReview()),
		"retrying":             ReviewPage(review, retryingReview()),
		"completed":            ReviewPage(review, completedReview()),
		"lost-timeout":         ReviewPage(review, lostReview(callbacks.EndedByClock, callbacks.CauseTimeout)),
		"lost-other":           ReviewPage(review, lostReview(callbacks.EndedByOther, callbacks.NoDeadline)),
		"undeliverable":        ReviewPage(review, troubledReview(callbacks.Undeliverable, callbacks.AnswerInvalid, 400, "InvalidParameterValueException", "Lambda refused the decision for good: InvalidParameterValueException.")),
		"without effect":       ReviewPage(review, withoutEffect()),
		"unconfirmed":          ReviewPage(review, inDoubt(callbacks.DoubtDenied)),
		"timed-out":            ReviewPage(review, timedOut),
		"closed":               ReviewPage(review, endedReview(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByOther, At: now, Detail: "Another client completed the callback with a success."})),
		"confirm":              ConfirmPage(review, confirm),
		"confirm-stale":        ConfirmPage(review, stale),
		"preview":              Preview(opened.Previews[0]),
		"preview-fault":        PreviewFault(callbacks.Invalid{{Pointer: "comment", Detail: "At most 4000 characters, this has 5000."}}),
		"admin":                AdminPage(admin, sampleAdmin()),
		"admin-between":        AdminPage(shellAt(PlaceAdmin, "/admin/callbacks?ends=custom&from=2026-11-24T13:00:00Z&to=2026-11-24T15:00:00Z"), between),
		"admin-nothing":        AdminPage(shellAt(PlaceAdmin, "/admin/callbacks?q=nothing"), nothing),
		"watches":              WatchesPage(shellAt(PlaceWatches, "/admin/watches"), sampleWatches()),
		"watches-off":          WatchesPage(shellAt(PlaceWatches, "/admin/watches"), Watches{}),
		"sessions":             SessionsPage(shellAt(PlaceNone, "/sessions"), sampleSessions(false)),
		"sessions-all":         SessionsPage(shellAt(PlaceSessions, "/admin/sessions?q=a"), sampleSessions(true)),
		"sessions-none":        SessionsPage(shellAt(PlaceSessions, "/admin/sessions?q=zoe"), Sessions{All: true, Query: callbacks.SessionQuery{Search: "zoe"}}),
		"audit":                AuditPage(shellAt(PlaceAudit, "/audit"), Audit{Entries: sampleAudit(opened.Callback), Older: 48104}),
		"signin":               SignInPage(nobody, SignIn{Provider: "Harborline SSO", Return: "/callbacks/exp2291"}),
		"signin-down":          SignInPage(nobody, SignIn{Provider: "Harborline SSO", Return: "/", Down: true, SignedOut: true, Problem: "The provider refused the sign-in."}),
		"403":                  ForbiddenPage(keeping(review, "Mine, fine."), Forbidden{Reason: "Queue finance requires a second person: you made this request, so someone else must decide it.", Code: "requester", Callback: "exp2291"}),
		"403-no-role":          NoRolePage(noRole, NoRole{Why: "None of your groups has a role here."}),
		"401":                  SignedOutPage(keeping(nobody, "Line 7 has no receipt."), Forbidden{Callback: "exp2291"}),
		"404":                  NotFoundPage(shellAt(PlaceNone, "/callbacks/nothing")),
		"405":                  WrongMethodPage(mine),
		"409":                  ConflictPage(keeping(review, "Line 7 has no itemised receipt."), Conflict{Callback: taken, Tried: "Reject", Next: &Next{Row: &next}, List: opened.List}),
		"409-clock":            ConflictPage(review, Conflict{Callback: timedOut.Callback, Tried: "Approve", List: opened.List}),
		"413":                  InvalidPage(keeping(mine, "Line 7 has no receipt."), BadRequest{Status: 413, Faults: callbacks.Invalid{{Pointer: "body", Detail: "is over 64 KB"}}, Back: Address{Path: "/"}}),
		"422":                  InvalidPage(mine, BadRequest{Faults: callbacks.Invalid{{Pointer: "from", Detail: "is not a time such as 2026-11-24T13:00"}}, Back: Address{Path: "/"}}),
		"429":                  TooManyPage(nobody, TooMany{RetryAfter: 20 * time.Second}),
		"429-form":             TooManyPage(mine, TooMany{RetryAfter: time.Second, Posted: true}),
		"500":                  FailurePage(mine, Failure{RequestID: "01JD9K4T9B"}),
		"403-old-groups":       SignInAgainPage(keeping(review, "Mine, fine."), SignInAgain{Age: 8*time.Hour + 5*time.Minute, Limit: 8 * time.Hour, Tried: "Approve", Return: Address{Path: "/callbacks/exp2291"}}),
		"403-old-groups-asker": SignInAgainPage(review, SignInAgain{Age: 8*time.Hour + 5*time.Minute, Limit: 8 * time.Hour, Return: Address{Path: "/callbacks/exp2291"}, Asker: callbacks.Statement{Requester: "Ines Calloway <ines@example.com>", Reason: "I asked her."}}),
		"503":                  UnavailablePage(nobody, Unavailable{RequestID: "01JD9K4T9B"}),
		"503-with-comment":     UnavailablePage(keeping(review, "Line 7 has no receipt."), Unavailable{RequestID: "01JD9K4T9B", Decision: &Unrecorded{Callback: "exp2291", Outcome: "reject"}}),
	}
}

var pagesDir = flag.String("pages", "", "write every page in every state into this folder, to look at")

// TestPagesToLookAt writes the pages and the static files that they name, when it is asked to.
func TestPagesToLookAt(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`/static/[^"]+`)
	for name, page := range pages() {
		body := text(t, page)
		if len(body) == 0 {
			t.Errorf("%s is empty", name)
		}
		if *pagesDir == "" {
			continue
		}
		write(t, name+".html", body)
		for _, path := range named.FindAllString(body, -1) {
			answer := httptest.NewRecorder()
			static.Handler().ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
			write(t, path, answer.Body.String())
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

// TestNothingInline: the content security policy has no unsafe-inline, so an inline style or script would not work.
func TestNothingInline(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		doc := html(t, page)
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
		doc := html(t, page)
		doc.Find("button, a, summary").Each(func(_ int, s *goquery.Selection) {
			label, _ := s.Attr("aria-label")
			filled := s.Is(".confirm, #fresh-rows") // a script writes their text before they are shown
			if words(s) == "" && strings.TrimSpace(label) == "" && !filled {
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

// TestNothingTicksAloud: what changes each second is in no live region, or a screen reader would read it out each second.
func TestNothingTicksAloud(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		for _, region := range []string{"[role=alert]", "[role=status]", "[role=log]", "[aria-live]"} {
			if n := html(t, page).Find(region + " count-down").Length(); n > 0 {
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
		html(t, page).Find("[id]").Each(func(_ int, s *goquery.Selection) {
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
		doc := html(t, page)
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
