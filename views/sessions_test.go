package views

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func sampleSessions(all bool) Sessions {
	at := func(signedIn, seen time.Duration) callbacks.Session {
		return callbacks.Session{
			Person: dana.ID, Name: dana.Name, Email: "dana@harborline.example", Address: "203.0.113.7", Browser: "Firefox 145 on Linux",
			SignedInAt: now.Add(-signedIn), SeenAt: now.Add(-seen),
		}
	}
	here, phone, odd := at(10*time.Minute, time.Minute), at(3*time.Hour, 2*time.Hour), at(26*time.Hour, 25*time.Hour)
	here.ID, phone.ID, odd.ID = "s1", "s2", "s3"
	phone.Browser, phone.Address = "Safari 26 on iOS", "2001:db8:85a3:1111:2222:8a2e:370:7334"
	odd.Browser = ""
	m := Sessions{All: all, List: []callbacks.Session{here, phone, odd}, This: "s1", Next: "next"}
	if all {
		m.Query.Search = "a"
	}
	return m
}

func TestSessionsPage(t *testing.T) {
	t.Parallel()
	doc := html(t, SessionsPage(shellAt(PlaceNone, "/sessions"), sampleSessions(false)))
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
	alone := Sessions{List: sampleSessions(false).List[:1], This: "s1"}
	if html(t, SessionsPage(shellAt(PlaceNone, "/sessions"), alone)).Find("form[action='/sessions/others']").Length() != 0 {
		t.Error("others can be ended where there are none")
	}
	everybody := html(t, SessionsPage(shellAt(PlaceSessions, "/admin/sessions?q=a"), sampleSessions(true)))
	if form := everybody.Find("tr#session-s2 form"); form.AttrOr("action", "") != "/admin/sessions/s2/end" || form.Find("input[name=q]").AttrOr("value", "") != "a" {
		t.Errorf("an admin's form posts to %q", form.AttrOr("action", ""))
	}
	if got := everybody.Find("tr#session-s2 button").AttrOr("aria-label", ""); got != "End Safari 26 on iOS of "+dana.Name {
		t.Errorf("an admin's button is called %q", got)
	}
	if got := everybody.Find(".pager a").Last().AttrOr("href", ""); got != "/admin/sessions?after=next&q=a" {
		t.Errorf("the next page is %s", got)
	}
}
