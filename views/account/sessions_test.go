package account_test

import (
	"strings"
	"testing"

	"countersign/views"
	"countersign/views/account"
	"countersign/views/pagetest"
	"countersign/views/viewstest"
)

func TestSessionsPage(t *testing.T) {
	t.Parallel()
	doc := viewstest.HTML(t, account.SessionsPage(viewstest.Shell(views.PlaceNone, "/sessions"), pagetest.Sessions(false)))
	if got := doc.Find("tr#session-s1").Text(); !strings.Contains(got, "This session") || strings.Contains(doc.Find("tr#session-s2").Text(), "This session") {
		t.Errorf("the first row says %q", got)
	}
	if got := doc.Find("tr#session-s1 .c-when .why").Text(); !strings.HasPrefix(got, "Signed in ") {
		t.Errorf("the time of the sign-in reads %q", got)
	}
	if got := doc.Find("tr#session-s3 button").AttrOr("aria-label", ""); got != "End Unknown browser" {
		t.Errorf("the button of a browser without a name is called %q", got)
	}
	for selector, want := range map[string]string{
		"tr#session-s1 form": "/auth/logout", "tr#session-s2 form": "/sessions/s2/end", ".adm-filters form": "/sessions/others",
	} {
		if form := doc.Find(selector); form.AttrOr("action", "") != want || form.AttrOr("method", "") != "post" {
			t.Errorf("%s posts to %q", selector, form.AttrOr("action", ""))
		}
	}
	alone := account.Sessions{List: pagetest.Sessions(false).List[:1], This: "s1"}
	if viewstest.HTML(t, account.SessionsPage(viewstest.Shell(views.PlaceNone, "/sessions"), alone)).Find("form[action='/sessions/others']").Length() != 0 {
		t.Error("others can be ended where there are none")
	}
	everybody := viewstest.HTML(t, account.SessionsPage(viewstest.Shell(views.PlaceSessions, "/admin/sessions?q=a"), pagetest.Sessions(true)))
	if form := everybody.Find("tr#session-s2 form"); form.AttrOr("action", "") != "/admin/sessions/s2/end" || form.Find("input[name=q]").AttrOr("value", "") != "a" {
		t.Errorf("an admin's form posts to %q", form.AttrOr("action", ""))
	}
	if got := everybody.Find("tr#session-s2 button").AttrOr("aria-label", ""); got != "End Safari 26 on iOS of "+viewstest.Dana.Name {
		t.Errorf("an admin's button is called %q", got)
	}
	if got := everybody.Find(".pager a").Last().AttrOr("href", ""); got != "/admin/sessions?after=next&q=a" {
		t.Errorf("the next page is %s", got)
	}
}
