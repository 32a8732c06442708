package account_test

import (
	"testing"

	"countersign/views"
	"countersign/views/account"
	"countersign/views/viewstest"
	"countersign/views/words"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	nobody := views.Shell{Moment: words.Moment{Now: viewstest.Now}, Support: "the platform team"}
	doc := viewstest.HTML(t, account.SignInPage(nobody, account.SignIn{Provider: "Harborline SSO", Return: "/callbacks/exp2291?scope=mine"}))
	form := doc.Find("form[action='/auth/login'][method=post]")
	if viewstest.Words(form.Find("button")) != "Continue with Harborline SSO" || form.Find("[name=return]").AttrOr("value", "") != "/callbacks/exp2291?scope=mine" {
		t.Errorf("%q, returning to %q", viewstest.Words(form), form.Find("[name=return]").AttrOr("value", ""))
	}
	if got := viewstest.Words(doc.Find(".note")); got != "After signing in you go to the callback you opened . Opening a link never decides anything." {
		t.Errorf("%q", got)
	}
	if doc.Find("nav").Length() != 0 || doc.Find("script").Length() != 1 {
		t.Error("somebody who is not signed in gets navigation, or scripts beyond what every page has")
	}
	down := viewstest.HTML(t, account.SignInPage(nobody, account.SignIn{Provider: "Harborline SSO", Return: "/", Down: true}))
	if got := viewstest.Words(down.Find("[role=alert]")); got != "Harborline SSO does not answer. Nobody can sign in until it does. Open reviews continue. Ask the platform team." {
		t.Errorf("%q", got)
	}
}
