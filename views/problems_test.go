package views_test

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/review"
	"countersign/views/viewstest"
	"countersign/views/words"

	"github.com/a-h/templ"
)

// TestDraftOfUnrecorded: what is changed on the page of a decision that could not be recorded is
// kept, too.
func TestDraftOfUnrecorded(t *testing.T) {
	t.Parallel()
	s := viewstest.Shell("", "/")
	s.Kept = "Typed"
	doc := viewstest.HTML(t, views.UnavailablePage(s, views.Unavailable{Decision: &views.Unrecorded{Callback: "exp2291", Outcome: "reject"}}))
	place := doc.Find(`kept-draft[data-callback="exp2291"]`)
	if field := doc.Find("textarea#" + place.AttrOr("data-field", "none")); field.AttrOr("name", "") != "comment" {
		t.Errorf("%d places for a draft, not of the comment", place.Length())
	}
}

// TestUnavailableKeepsWhatWasTyped: the form is sent again as it was.
func TestUnavailableKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := views.Unavailable{RequestID: "R1", Decision: &views.Unrecorded{Callback: "exp2291", Outcome: "reject", Seen: "abc", At: "now"}}
	for name, s := range map[string]views.Shell{"Known": viewstest.Shell("mine", "/"), "Nobody": {Moment: words.Moment{Now: viewstest.Now}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := viewstest.HTML(t, views.UnavailablePage(viewstest.Keeping(s, "a < b"), m)).Find("form.again")
			if form.AttrOr("action", "") != "/callbacks/exp2291/decision" || form.AttrOr("method", "") != "post" {
				t.Errorf("posts to %q", form.AttrOr("action", ""))
			}
			if form.Find("textarea[name=comment]").Text() != "a < b" || form.Find("[name=outcome]").AttrOr("value", "") != "reject" ||
				form.Find("[name=seen]").AttrOr("value", "") != "abc" || form.Find("[name=at]").AttrOr("value", "") != "now" {
				t.Errorf("kept: %q", viewstest.Words(form))
			}
		})
	}
}

// TestProblemsKeepTheComment: whatever went wrong with a decision, what was typed for it is on the
// page.
func TestProblemsKeepTheComment(t *testing.T) {
	t.Parallel()
	s := viewstest.Keeping(viewstest.Shell("mine", "/"), "a < b")
	for name, page := range map[string]templ.Component{
		"Forbidden": views.ForbiddenPage(s, views.Forbidden{}), "SignInAgain": review.SignInAgainPage(s, review.SignInAgain{}), "SignedOut": views.SignedOutPage(s, views.Forbidden{}), "NoRole": views.NoRolePage(s, views.NoRole{}), "NotFound": views.NotFoundPage(s),
		"WrongMethod": views.WrongMethodPage(s), "Invalid": views.InvalidPage(s, views.BadRequest{}), "TooMany": views.TooManyPage(s, views.TooMany{}), "Failure": views.FailurePage(s, views.Failure{}),
		"Conflict": review.ConflictPage(s, review.Conflict{}), "Unavailable": views.UnavailablePage(s, views.Unavailable{Decision: &views.Unrecorded{}}),
	} {
		if kept := viewstest.HTML(t, page).Find("textarea#kept-comment").Text(); kept != "a < b" {
			t.Errorf("%s keeps %q", name, kept)
		}
	}
}

func TestProblemPages(t *testing.T) {
	t.Parallel()
	s := viewstest.Shell("mine", "/")
	for _, tc := range []struct {
		name  string
		page  templ.Component
		code  string
		title string
		text  string
	}{
		{"Forbidden", views.ForbiddenPage(s, views.Forbidden{Reason: "Ask Aiko.", Code: "requester", Callback: "x"}), "403", "You cannot decide your own request", "Ask Aiko."},
		{"SignInAgain", review.SignInAgainPage(s, review.SignInAgain{Age: 8*time.Hour + 65*time.Second, Limit: 8 * time.Hour, Tried: "Approve"}), "403", "Sign in again to sign", "Your groups were read 8 h 1 m ago, and a signature needs groups that were read within 8 h."},
		{"SignInAgainElse", review.SignInAgainPage(s, review.SignInAgain{Age: 9 * time.Hour, Limit: 8 * time.Hour}), "403", "Sign in again to go on", "Your groups were read 9 h ago, and this needs groups that were read within 8 h."},
		{"ForbiddenQueue", views.ForbiddenPage(s, views.Forbidden{Reason: "Ask Mara.", Code: "queue", Callback: "x"}), "403", "You can see this, but not decide it", "Ask Mara."},
		{"ForbiddenGroup", views.ForbiddenPage(s, views.Forbidden{Reason: "Ask them.", Code: "group", Callback: "x"}), "403", "You are in none of the groups that must sign this", "Ask them."},
		{"ForbiddenOften", views.ForbiddenPage(s, views.Forbidden{Reason: "20 times.", Code: "too_often", Callback: "x"}), "403", "You have signed this too often", "20 times."},
		{"ForbiddenActing", views.ForbiddenPage(s, views.Forbidden{Reason: "For Ines.", Code: "acts_for_requester", Callback: "x"}), "403", "You act for somebody who may not sign this", "For Ines."},
		{"ForbiddenElse", views.ForbiddenPage(s, views.Forbidden{Reason: "This list is for admins.", Code: "role"}), "403", "Your role does not allow this", "This list is for admins."},
		{"NoRole", views.NoRolePage(s, views.NoRole{}), "403", "You are signed in, but have no role here", "Ask platform@harborline.example for one."},
		{"NotFound", views.NotFoundPage(s), "404", "There is no such page, or it is not yours to see", "Ask platform@harborline.example."},
		{"Invalid", views.InvalidPage(s, views.BadRequest{Faults: fault.List{{Pointer: "from", Detail: "is no time"}}}), "422", "This request is not valid", "from is no time"},
		{"WrongMethod", views.WrongMethodPage(s), "405", "This address is not a page", "Nothing was changed."},
		{"TooMany", views.TooManyPage(s, views.TooMany{RetryAfter: 20 * time.Second}), "429", "Too many requests", "Try again in 20 s."},
		{"Failure", views.FailurePage(s, views.Failure{RequestID: "01JD"}), "500", "Countersign made a mistake", "Request 01JD"},
		{"Unavailable", views.UnavailablePage(s, views.Unavailable{RequestID: "01JD"}), "503", "Countersign cannot reach its database", "Nothing was changed."},
		{"Uncertain", views.UnavailablePage(s, views.Unavailable{RequestID: "01JD", Uncertain: true, Decision: &views.Unrecorded{Callback: "x", Outcome: "approve"}}), "503", "Countersign cannot reach its database", "it counts once"},
		{"ReadOnly", views.UnavailablePage(s, views.Unavailable{RequestID: "01JD", ReadOnly: true}), "503", "Countersign’s database takes no writes", "Nothing was changed."},
		{"NoRoom", views.UnavailablePage(s, views.Unavailable{RequestID: "01JD", NoRoom: true}), "503", "Countersign’s database has no room", "Nothing was changed."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			doc := viewstest.HTML(t, tc.page)
			if viewstest.Words(doc.Find(".codeno")) != tc.code || viewstest.Words(doc.Find("h1")) != tc.title {
				t.Errorf("%s %q, want %s %q", viewstest.Words(doc.Find(".codeno")), viewstest.Words(doc.Find("h1")), tc.code, tc.title)
			}
			if got := viewstest.Words(doc.Find("#problem")); !strings.Contains(got, tc.text) {
				t.Errorf("%q is not said in %q", tc.text, got)
			}
			if viewstest.Words(doc.Find("title")) != tc.title+" · Countersign" {
				t.Errorf("title of the page: %q", viewstest.Words(doc.Find("title")))
			}
		})
	}
}

// TestForbiddenShowsTheWayOut: a page without a callback has one strong button, as every problem.
func TestForbiddenShowsTheWayOut(t *testing.T) {
	t.Parallel()
	s := viewstest.Shell("mine", "/")
	for callback, want := range map[callbacks.ID]string{"": "Go to Available", "x": "See the callback"} {
		doc := viewstest.HTML(t, views.ForbiddenPage(s, views.Forbidden{Code: "role", Callback: callback}))
		if got := viewstest.Words(doc.Find("#problem .btn.solid")); got != want {
			t.Errorf("strong button %q, want %q", got, want)
		}
	}
}

// TestProblemOfARequest: an error that concerns a request is said in its card, with a way back to it.
func TestProblemOfARequest(t *testing.T) {
	t.Parallel()
	c := &callbacks.Callback{ID: "x", Request: callbacks.Request{Title: "Pay <b>ACME</b>", Queue: "finance"}, State: callbacks.Pending}
	doc := viewstest.HTML(t, views.ForbiddenPage(viewstest.Shell("mine", "/").About(c), views.Forbidden{Code: "queue", Callback: "x"}))
	card := doc.Find("section.box:has(#problem)")
	if got := viewstest.Words(card.Find(".box-h")); got != "Pay <b>ACME</b> Queue finance Waiting" {
		t.Errorf("the card is of %q", got)
	}
	if got := doc.Find(".crumb a").AttrOr("href", ""); got != "/callbacks/x" {
		t.Errorf("the way back is %q", got)
	}
	if got := viewstest.Words(doc.Find("h1")); got != "You can see this, but not decide it" {
		t.Errorf("it says %q", got)
	}
}
