package views_test

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/account"
	"countersign/views/lists"
	"countersign/views/pagetest"
	"countersign/views/review"
	"countersign/views/viewstest"

	"github.com/PuerkitoBio/goquery"
)

// TestPersonKey: drafts are kept under a name that tells people apart and does not name them, on
// every page of theirs.
func TestPersonKey(t *testing.T) {
	t.Parallel()
	key := func(subject string) string {
		s := viewstest.Shell("", "/")
		s.Viewer.ID = subject
		return viewstest.HTML(t, views.NotFoundPage(s)).Find("meta[name=person]").AttrOr("content", "")
	}
	one, again, other := key("okafor"), key("okafor"), key("okafor2")
	if one == "" || one != again || one == other || strings.Contains(one, "okafor") {
		t.Errorf("the keys are %q, %q and %q of another", one, again, other)
	}
	for name, doc := range map[string]*goquery.Document{
		"sign-in":    viewstest.HTML(t, account.SignInPage(views.Shell{}, account.SignIn{})),
		"signed out": viewstest.HTML(t, views.SignedOutPage(views.Shell{Kept: "Typed"}, views.Forbidden{})),
	} {
		if doc.Find("meta[name=person], kept-draft").Length() != 0 {
			t.Errorf("the page %q is somebody's", name)
		}
	}
}

// TestDraftPlaces: there is one place for a draft on each page of a callback. It is a field only
// where one can decide.
func TestDraftPlaces(t *testing.T) {
	t.Parallel()
	closed := pagetest.Review(viewstest.Pending())
	closed.Callback.State = callbacks.Closed
	closed.Previews = nil
	mine, others := pagetest.Review(viewstest.Decided()), pagetest.Review(viewstest.Decided())
	mine.Callback.Decision.By = viewstest.Mara.Actor()
	mine.Callback.Decision.Comment = `Agreed "in July"`
	others.Callback.Decision.By = callbacks.Actor{Kind: callbacks.ActorPerson, ID: "someone", Name: "Dana Fischer"}
	watched := pagetest.Review(viewstest.Pending())
	watched.Previews, watched.Refused = nil, &callbacks.Refusal{Code: "requester", Reason: "You asked for it."}
	mute := pagetest.Review(viewstest.Pending())
	mute.Callback.Outcomes = []callbacks.Outcome{{Name: "ok", Label: "OK", Kind: callbacks.Success, Comment: callbacks.CommentNone}}
	mute.Previews = viewstest.Previews(mute.Callback, "")
	for name, tc := range map[string]struct {
		m           review.Review
		field, sent string
	}{
		"pending":           {pagetest.Review(viewstest.Pending()), "comment", "-"},
		"closed":            {closed, "-", "-"},
		"decided by others": {others, "-", "-"},
		"decided by reader": {mine, "-", `Agreed "in July"`},
		"not to decide":     {watched, "-", "-"},
		"without a comment": {mute, "-", "-"},
	} {
		for where, doc := range map[string]*goquery.Document{
			"page": viewstest.HTML(t, review.Page(viewstest.Shell("mine", "/callbacks/exp2291?scope=mine"), tc.m)),
			"pane": viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/"), lists.Inbox{Open: &tc.m})),
		} {
			places := doc.Find("kept-draft")
			if places.Length() != 1 {
				t.Fatalf("%s, %s: %d places for a draft, want 1", name, where, places.Length())
			}
			got := [3]string{places.AttrOr("data-callback", ""), places.AttrOr("data-field", "-"), places.AttrOr("data-sent", "-")}
			if want := [3]string{string(tc.m.Callback.ID), tc.field, tc.sent}; got != want {
				t.Errorf("%s, %s: %q, want %q", name, where, got, want)
			}
			if tc.field != "-" && doc.Find("textarea#"+tc.field).Length() != 1 {
				t.Errorf("%s, %s: no field %s", name, where, tc.field)
			}
		}
	}
}

// TestBeatsThatNeedAnOperator: an admin reads what to mend; a reviewer that an admin was told, and
// no internals.
func TestBeatsThatNeedAnOperator(t *testing.T) {
	t.Parallel()
	m := pagetest.Review(viewstest.Pending())
	viewstest.FailHeartbeats(&m.Callback, replies.Denied)
	m.Callback.Problem = replies.Denied
	admin, reviewer := viewstest.Shell("mine", "/"), viewstest.Shell("mine", "/")
	reviewer.Viewer = viewstest.Lena
	const told = "Lambda does not take the heartbeats: an admin was told. Ends in 0:13 at 13:51:15 unless one arrives."
	if got := viewstest.Words(viewstest.HTML(t, review.Page(reviewer, m)).Find("#presence .risk")); got != told {
		t.Errorf("a reviewer reads %q, want %q", got, told)
	}
	got := viewstest.Words(viewstest.HTML(t, review.Page(admin, m)).Find("#presence .risk"))
	if !strings.Contains(got, "heartbeats: access denied. Ends in 0:13") || !strings.Contains(got, "Allow lambda:SendDurableExecutionCallbackHeartbeat on ") {
		t.Errorf("an admin reads %q", got)
	}
	for _, s := range []views.Shell{admin, reviewer} {
		if all := viewstest.Words(viewstest.HTML(t, review.Page(s, m)).Find("#item")); strings.Count(all, "does not take the heartbeats") != 1 || strings.Count(all, "Ends in") != 1 {
			t.Errorf("the page says more than once that beats fail, or when it ends: %q", all)
		}
	}
	row := viewstest.HTML(t, lists.InboxPage(reviewer, pagetest.Inbox(desk.ScopeMine, []desk.Row{{Callback: m.Callback}}))).Find("[data-row] .tags")
	if got := viewstest.Words(row); got != "Lambda does not take the heartbeats: an admin was told" {
		t.Errorf("the row says %q", got)
	}
}

// TestRefusedHeartbeatsOfThePast: what a heartbeat met concerns nobody while none is sent.
func TestRefusedHeartbeatsOfThePast(t *testing.T) {
	t.Parallel()
	m := pagetest.Review(viewstest.Pending())
	m.Callback.Problem, m.Callback.HeldUntil, m.Callback.NextHeartbeatAt = replies.Denied, time.Time{}, time.Time{}
	page := viewstest.Words(viewstest.HTML(t, review.Page(viewstest.Shell("mine", "/"), m)).Find("#item"))
	row := viewstest.Words(viewstest.HTML(t, lists.InboxPage(viewstest.Shell("mine", "/"), pagetest.Inbox(desk.ScopeMine, []desk.Row{{Callback: m.Callback}}))).Find("[data-row]"))
	for _, shown := range []string{page, row} {
		if strings.Contains(shown, "access denied") || strings.Contains(shown, "not take") {
			t.Errorf("it says %q", shown)
		}
	}
}

func TestNeverAnnounced(t *testing.T) {
	t.Parallel()
	r := viewstest.Waiting("found", "contract-renewal: sign-off", "contract-renewal", "", time.Minute, time.Hour)
	r.Source = callbacks.SourceDiscovery
	list := pagetest.Inbox(desk.ScopeAvailable, []desk.Row{r})
	if got := viewstest.Words(viewstest.HTML(t, lists.InboxPage(viewstest.Shell(views.InboxPlace(desk.ScopeAvailable), "/"), list)).Find("#row-found")); !strings.Contains(got, "Never announced") {
		t.Errorf("inbox: %q", got)
	}
	m := pagetest.Table()
	m.Rows = []desk.Row{r}
	if got := viewstest.Words(viewstest.HTML(t, lists.TablePage(viewstest.Shell(views.PlaceAdmin, "/admin/callbacks"), m)).Find("#row-found")); !strings.Contains(got, "Never announced") {
		t.Errorf("table: %q", got)
	}
	found := pagetest.Review(viewstest.Pending())
	found.Callback.Source = callbacks.SourceDiscovery
	if got := viewstest.Words(viewstest.HTML(t, review.Page(viewstest.Shell(views.PlaceNone, "/callbacks/exp2291"), found)).Find(".facts")); !strings.Contains(got, "Found in the history, never announced") {
		t.Errorf("page: %q", got)
	}
}

// TestFailedRowInTheInbox: a list says that a person should look at an execution that failed after
// its approval.
func TestFailedRowInTheInbox(t *testing.T) {
	t.Parallel()
	row := desk.Row{Callback: viewstest.Completed().Callback}
	row.ExecutionFailed = true
	list := pagetest.Inbox(desk.ScopeAttention, []desk.Row{row})
	if got := viewstest.Words(viewstest.HTML(t, lists.InboxPage(viewstest.Shell("attention", "/?scope=attention"), list)).Find("[data-row]")); !strings.Contains(got, "but the execution failed") {
		t.Errorf("row: %q", got)
	}
}
