package account_test

import (
	"strings"
	"testing"

	"countersign/views"
	"countersign/views/account"
	"countersign/views/pagetest"
	"countersign/views/viewstest"
)

func TestSettingsPage(t *testing.T) {
	t.Parallel()
	m := pagetest.Settings()
	doc := viewstest.HTML(t, account.SettingsPage(viewstest.Shell(views.PlaceNone, "/settings"), m))
	for selector, want := range map[string]string{
		"#delegation-d1 .t": "Tomasz Wierzbicki acts for you In force", "#delegation-d1 button": "End now",
		"#delegation-d2 .t": "You act for Priya Raman Planned", "#delegation-d2 button": "Decline",
		"details #delegation-d3 .t": "Tomasz Wierzbicki acts for you Ended early",
	} {
		if got := strings.Join(strings.Fields(doc.Find(selector).Text()), " "); got != want {
			t.Errorf("%s reads %q, want %q", selector, got, want)
		}
	}
	if why := doc.Find("#delegation-d2 .why").Text(); !strings.Contains(why, "Made by") || strings.Contains(doc.Find("#delegation-d1 .why").Text(), "Made by") {
		t.Errorf("it reads %q: who made a delegation is said where it was not the delegator", why)
	}
	if doc.Find("#delegation-d3 form").Length() != 0 || doc.Find("#others").Length() != 0 {
		t.Error("what is over can be ended, or somebody who is no admin finds other people")
	}
	if form := doc.Find("#delegation-d1 form"); form.AttrOr("action", "") != "/settings/delegations/d1/end" || form.AttrOr("method", "") != "post" {
		t.Errorf("the end posts to %q", form.AttrOr("action", ""))
	}
	m.Reader = "u-ops"
	others := viewstest.HTML(t, account.SettingsPage(viewstest.Shell(views.PlaceNone, "/settings"), m))
	if got := others.Find("#delegation-d2 .t").Text(); !strings.Contains(strings.Join(strings.Fields(got), " "), viewstest.Dana.Name+" acts for Priya Raman") {
		t.Errorf("an admin reads %q", got)
	}
}

// TestSettingsPage_Faults: the form keeps everything that was typed, and says what is wrong in its
// place.
func TestSettingsPage_Faults(t *testing.T) {
	t.Parallel()
	doc := viewstest.HTML(t, account.SettingsPage(viewstest.Shell(views.PlaceNone, "/settings"), pagetest.SettingsWithFaults()))
	for selector, want := range map[string]string{
		"#who": "dan", "input[name=since]": "2026-12-05", "input[name=until]": "2027-12-12", "input[name=queue][checked]": "finance", "input[type=hidden][name=of]": viewstest.Dana.ID,
	} {
		if got := doc.Find(selector).First().AttrOr("value", ""); got != want {
			t.Errorf("%s has %q, want %q", selector, got, want)
		}
	}
	if got := doc.Find("#until-fault").Text(); !strings.Contains(got, "At most 90 days ahead.") || doc.Find("#until-fault[hidden]").Length() != 0 || doc.Find("#since-fault[hidden]").Length() != 1 {
		t.Errorf("the fault of the day reads %q", got)
	}
	if doc.Find("input[type=radio][name=person]").Length() != 2 {
		t.Error("the people who may be meant are not offered")
	}
	again := doc.Find(".note.problem a").AttrOr("href", "")
	if !strings.HasPrefix(again, "/signin?return=%2Fsettings%3F") || !strings.Contains(again, "who%3Ddan") {
		t.Errorf("the sign-in leads back to %q", again)
	}
}
