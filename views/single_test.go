package views

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"

	"github.com/a-h/templ"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	nobody := Shell{Moment: Moment{Now: now}, Support: "the platform team"}
	doc := html(t, SignInPage(nobody, SignIn{Provider: "Harborline SSO", Return: "/callbacks/exp2291?scope=mine"}))
	form := doc.Find("form[action='/auth/login'][method=post]")
	if words(form.Find("button")) != "Continue with Harborline SSO" || form.Find("[name=return]").AttrOr("value", "") != "/callbacks/exp2291?scope=mine" {
		t.Errorf("%q, returning to %q", words(form), form.Find("[name=return]").AttrOr("value", ""))
	}
	if got := words(doc.Find(".note")); got != "After signing in you go to the callback you opened . Opening a link never decides anything." {
		t.Errorf("%q", got)
	}
	if doc.Find("nav").Length() != 0 || doc.Find("script").Length() != 1 {
		t.Error("somebody who is not signed in gets navigation, or scripts beyond what every page has")
	}
	down := html(t, SignInPage(nobody, SignIn{Provider: "Harborline SSO", Return: "/", Down: true}))
	if got := words(down.Find("[role=alert]")); got != "Harborline SSO does not answer. Nobody can sign in until it does. Open reviews continue. Ask the platform team." {
		t.Errorf("%q", got)
	}
}

func TestReturnWords(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/": "", "": "", "/?scope=mine": "the list you opened", "/callbacks/x": "the callback you opened", "/audit": "the audit", "/admin/callbacks?q=1": "the table of all callbacks",
	} {
		if got := returnWords(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func TestConflictSaysWhoOrWhat(t *testing.T) {
	t.Parallel()
	taken := decidedReview().Callback
	taken.Decision.By = dana
	own := decidedReview().Callback
	clock := endedReview(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, At: now.Add(-800 * time.Millisecond), Detail: "The timeout ran out."}).Callback
	closed := endedReview(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByExecution, At: now, Detail: "The execution ended around the callback."}).Callback
	for _, tc := range []struct {
		name                string
		c                   callbacks.Callback
		title, what, detail string
	}{
		{"Somebody", taken, "Dana approved this 4 s before you", "Decided", "Approved by Dana Fischer, 13:50:58.000"},
		{"OwnOtherTab", own, "You approved this 4 s before you", "Decided", "Approved by You, 13:50:58.000"},
		{"Clock", clock, "The callback timed out 0.8 s before you", "Ended", "The timeout ran out. 13:51:01.200"},
		{"Closed", closed, "The execution ended before you", "Ended", "The execution ended around the callback. 13:51:02.000"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			doc := html(t, ConflictPage(keeping(shellAt("mine", "/"), "Line 7\nis missing"), Conflict{Callback: tc.c, Tried: "Reject", List: sampleReview().List}))
			if got := words(doc.Find("h1")); got != tc.title {
				t.Errorf("title %q, want %q", got, tc.title)
			}
			if got := words(doc.Find(".pairs")); got != tc.what+" "+tc.detail+" You tried Reject, 13:51:02.000" {
				t.Errorf("%q, want %s %s", got, tc.what, tc.detail)
			}
			if got := doc.Find("#kept-comment").Text(); got != "Line 7\nis missing" {
				t.Errorf("comment: %q", got)
			}
			if doc.Find("[data-copy=kept-comment]").Length() != 1 {
				t.Error("the comment cannot be copied")
			}
		})
	}
}

func TestConflictLeadsOn(t *testing.T) {
	t.Parallel()
	row := sampleRows()[0]
	m := Conflict{Callback: decidedReview().Callback, List: sampleReview().List, Next: &Next{Row: &row}}
	if got := html(t, ConflictPage(shellAt("mine", "/"), m)).Find("[data-key=Enter]").AttrOr("href", ""); got != "/callbacks/vendor?scope=mine" {
		t.Errorf("next leads to %s", got)
	}
	m.Next = nil
	if got := html(t, ConflictPage(shellAt("mine", "/"), m)).Find("#problem .btn.quiet").AttrOr("href", ""); got != "/?scope=mine" {
		t.Errorf("back leads to %s", got)
	}
}

// keeping is a shell that gives a comment back.
func keeping(s Shell, comment string) Shell {
	s.Kept = comment
	return s
}

// TestUnavailableKeepsWhatWasTyped: the form is sent again as it was.
func TestUnavailableKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := Unavailable{RequestID: "R1", Decision: &Unrecorded{Callback: "exp2291", Outcome: "reject", Seen: "abc", At: "now"}}
	for name, s := range map[string]Shell{"Known": shellAt("mine", "/"), "Nobody": {Moment: Moment{Now: now}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := html(t, UnavailablePage(keeping(s, "a < b"), m)).Find("form.again")
			if form.AttrOr("action", "") != "/callbacks/exp2291/decision" || form.AttrOr("method", "") != "post" {
				t.Errorf("posts to %q", form.AttrOr("action", ""))
			}
			if form.Find("textarea[name=comment]").Text() != "a < b" || form.Find("[name=outcome]").AttrOr("value", "") != "reject" ||
				form.Find("[name=seen]").AttrOr("value", "") != "abc" || form.Find("[name=at]").AttrOr("value", "") != "now" {
				t.Errorf("kept: %q", words(form))
			}
		})
	}
}

// TestProblemsKeepTheComment: whatever went wrong with a decision, what was typed for it is on the page.
func TestProblemsKeepTheComment(t *testing.T) {
	t.Parallel()
	s := keeping(shellAt("mine", "/"), "a < b")
	for name, page := range map[string]templ.Component{
		"Forbidden": ForbiddenPage(s, Forbidden{}), "SignInAgain": SignInAgainPage(s, SignInAgain{}), "SignedOut": SignedOutPage(s, Forbidden{}), "NoRole": NoRolePage(s, NoRole{}), "NotFound": NotFoundPage(s),
		"WrongMethod": WrongMethodPage(s), "Invalid": InvalidPage(s, BadRequest{}), "TooMany": TooManyPage(s, TooMany{}), "Failure": FailurePage(s, Failure{}),
		"Conflict": ConflictPage(s, Conflict{}), "Unavailable": UnavailablePage(s, Unavailable{Decision: &Unrecorded{}}),
	} {
		if kept := html(t, page).Find("textarea#kept-comment").Text(); kept != "a < b" {
			t.Errorf("%s keeps %q", name, kept)
		}
	}
}

func TestProblemPages(t *testing.T) {
	t.Parallel()
	s := shellAt("mine", "/")
	for _, tc := range []struct {
		name  string
		page  templ.Component
		code  string
		title string
		text  string
	}{
		{"Forbidden", ForbiddenPage(s, Forbidden{Reason: "Ask Aiko.", Code: "requester", Callback: "x"}), "403", "You cannot decide your own request", "Ask Aiko."},
		{"SignInAgain", SignInAgainPage(s, SignInAgain{Age: 8*time.Hour + 65*time.Second, Limit: 8 * time.Hour, Tried: "Approve"}), "403", "Sign in again to decide", "Your groups were read 8 h 1 m ago, and a decision needs groups that were read within 8 h."},
		{"SignInAgainElse", SignInAgainPage(s, SignInAgain{Age: 9 * time.Hour, Limit: 8 * time.Hour}), "403", "Sign in again to go on", "Your groups were read 9 h ago, and this needs groups that were read within 8 h."},
		{"ForbiddenQueue", ForbiddenPage(s, Forbidden{Reason: "Ask Mara.", Code: "queue", Callback: "x"}), "403", "You can see this, but not decide it", "Ask Mara."},
		{"ForbiddenElse", ForbiddenPage(s, Forbidden{Reason: "This list is for admins.", Code: "role"}), "403", "Your role does not allow this", "This list is for admins."},
		{"NoRole", NoRolePage(s, NoRole{}), "403", "You are signed in, but have no role here", "Ask platform@harborline.example for one."},
		{"NotFound", NotFoundPage(s), "404", "There is no such page, or it is not yours to see", "Ask platform@harborline.example."},
		{"Invalid", InvalidPage(s, BadRequest{Faults: callbacks.Invalid{{Pointer: "from", Detail: "is no time"}}}), "422", "This request is not valid", "from is no time"},
		{"WrongMethod", WrongMethodPage(s), "405", "This address is not a page", "Nothing was changed."},
		{"TooMany", TooManyPage(s, TooMany{RetryAfter: 20 * time.Second}), "429", "Too many requests", "Try again in 20 s."},
		{"Failure", FailurePage(s, Failure{RequestID: "01JD"}), "500", "Countersign made a mistake", "Request 01JD"},
		{"Unavailable", UnavailablePage(s, Unavailable{RequestID: "01JD"}), "503", "Countersign cannot reach its database", "Nothing was changed."},
		{"Uncertain", UnavailablePage(s, Unavailable{RequestID: "01JD", Uncertain: true, Decision: &Unrecorded{Callback: "x", Outcome: "approve"}}), "503", "Countersign cannot reach its database", "it is recorded and sent once"},
		{"ReadOnly", UnavailablePage(s, Unavailable{RequestID: "01JD", ReadOnly: true}), "503", "Countersign’s database takes no writes", "Nothing was changed."},
		{"NoRoom", UnavailablePage(s, Unavailable{RequestID: "01JD", NoRoom: true}), "503", "Countersign’s database has no room", "Nothing was changed."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			doc := html(t, tc.page)
			if words(doc.Find(".codeno")) != tc.code || words(doc.Find("h1")) != tc.title {
				t.Errorf("%s %q, want %s %q", words(doc.Find(".codeno")), words(doc.Find("h1")), tc.code, tc.title)
			}
			if got := words(doc.Find("#problem")); !strings.Contains(got, tc.text) {
				t.Errorf("%q is not said in %q", tc.text, got)
			}
			if words(doc.Find("title")) != tc.title+" · Countersign" {
				t.Errorf("title of the page: %q", words(doc.Find("title")))
			}
		})
	}
}
