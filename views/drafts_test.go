package views

import (
	"strings"
	"testing"

	"countersign/internal/callbacks"

	"github.com/PuerkitoBio/goquery"
)

// TestPersonKey: drafts are kept under a name that tells people apart and does not name them, on every page of theirs.
func TestPersonKey(t *testing.T) {
	t.Parallel()
	key := func(subject string) string {
		s := shellAt("", "/")
		s.Viewer.ID = subject
		return html(t, NotFoundPage(s)).Find("meta[name=person]").AttrOr("content", "")
	}
	one, again, other := key("okafor"), key("okafor"), key("okafor2")
	if one == "" || one != again || one == other || strings.Contains(one, "okafor") {
		t.Errorf("the keys are %q, %q and %q of another", one, again, other)
	}
	for name, doc := range map[string]*goquery.Document{
		"sign-in":    html(t, SignInPage(Shell{}, SignIn{})),
		"signed out": html(t, SignedOutPage(Shell{Kept: "Typed"}, Forbidden{})),
	} {
		if doc.Find("meta[name=person], kept-draft").Length() != 0 {
			t.Errorf("the page %q is somebody's", name)
		}
	}
}

// TestDraftPlaces: there is one place for a draft on each page of a callback. It is a field only where one can decide.
func TestDraftPlaces(t *testing.T) {
	t.Parallel()
	closed := sampleReview()
	closed.Callback.State = callbacks.Closed
	closed.Previews = nil
	mine, others := decidedReview(), decidedReview()
	mine.Callback.Decision.By = mara.Actor()
	mine.Callback.Decision.Comment = `Agreed "in July"`
	others.Callback.Decision.By = callbacks.Actor{Kind: callbacks.ActorPerson, ID: "someone", Name: "Dana Fischer"}
	watched := sampleReview()
	watched.Previews, watched.MayDecide = nil, &callbacks.Refusal{Code: "requester", Reason: "You asked for it."}
	mute := sampleReview()
	mute.Callback.Outcomes = []callbacks.Outcome{{Name: "ok", Label: "OK", Kind: callbacks.Success, Comment: callbacks.CommentNone}}
	for name, tc := range map[string]struct {
		m           Review
		field, sent string
	}{
		"pending":           {sampleReview(), "comment", "-"},
		"closed":            {closed, "-", "-"},
		"decided by others": {others, "-", "-"},
		"decided by reader": {mine, "-", `Agreed "in July"`},
		"not to decide":     {watched, "-", "-"},
		"without a comment": {mute, "-", "-"},
	} {
		for where, doc := range map[string]*goquery.Document{
			"page": reviewPage(t, tc.m),
			"pane": html(t, InboxPage(shellAt("mine", "/"), Inbox{Open: &tc.m})),
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

// TestDraftOfUnrecorded: what is changed on the page of a decision that could not be recorded is kept, too.
func TestDraftOfUnrecorded(t *testing.T) {
	t.Parallel()
	s := shellAt("", "/")
	s.Kept = "Typed"
	doc := html(t, UnavailablePage(s, Unavailable{Decision: &Unrecorded{Callback: "exp2291", Outcome: "reject"}}))
	place := doc.Find(`kept-draft[data-callback="exp2291"]`)
	if field := doc.Find("textarea#" + place.AttrOr("data-field", "none")); field.AttrOr("name", "") != "comment" {
		t.Errorf("%d places for a draft, not of the comment", place.Length())
	}
}

// TestFoundWords: a filter says how much it found.
func TestFoundWords(t *testing.T) {
	t.Parallel()
	for want, l := range map[string]List{
		"12 requests":             {Total: Bounded(12, 100)},
		"1 request":               {Total: Bounded(1, 100)},
		"0 requests":              {Total: Bounded(0, 100)},
		"99+ requests":            {Total: Bounded(100, 100)},
		"2 requests on this page": {Rows: sampleRows()[:2]},
	} {
		if got := html(t, InboxPage(shellAt("mine", "/"), Inbox{List: l})).Find("#list").AttrOr("data-found", ""); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
