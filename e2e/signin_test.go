package e2e_test

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"countersign/internal/child"
)

// TestSignOut: afterwards nothing is left to see, by reloading or by going back.
func TestSignOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.see("#item")
	mara.open("/")
	mara.submit(`.rail form[action="/auth/logout"] button`)
	mara.comes("h1", "You are signed out")
	mara.inspect("signed-out")
	for range 3 { // the provider, the list, the callback
		mara.leads("go back", chromedp.NavigateBack())
		if mara.has("#item") || mara.has(a.row()) {
			t.Fatalf("going back shows what was seen before: %s", mara.text("body"))
		}
	}
	mara.open(a.page())
	mara.reads("main", "Sign in to decide", "the callback you opened")
	mara.inspect("signin")
	mara.enter()
	mara.reads("#item", "EXP-2291")
}

// TestSessionEnds: whoever is signed out in another tab reads so in this one, and keeps what they
// typed.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.comes("#freshness", "Live")
	mara.write("#comment", "Not yet said")
	otherTab := mara.newTab()
	otherTab.open("/")
	otherTab.submit(`.rail form[action="/auth/logout"] button`)
	w.ask(t, expense())
	mara.stripSays("You were signed out.")
	mara.picture("signed-out-elsewhere")
	if got := eval[string](mara, `document.querySelector("#comment").value`); got != "Not yet said" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	if mara.leads("decide", chromedp.Evaluate[chromedp.Void](`document.querySelector("#decide").submit()`)) == http.StatusOK {
		t.Error("somebody who is signed out may decide")
	}
	mara.reads("#problem", "Your session has ended")
	if got := mara.kept(); got != "Not yet said" {
		t.Errorf("the comment that was typed is now %q", got)
	}
	mara.inspect("session-ended")
}

// TestHandOver: the page on the way to the provider stays until the provider shows one of its own,
// and can be read and used.
func TestHandOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.noPages.Store(true)
	mara := w.visitor(t, "mara")
	mara.open("/")
	mara.click(`form[action="/auth/login"] button`)
	mara.comes("h1", "Going on to Harborline SSO")
	mara.inspect("hand-over")
	w.noPages.Store(false)
	mara.submit("[data-hand-over]")
	mara.submit(`button[name="subject"][value="mara"]`)
	mara.see("#list")
}

// TestProviderDown: the sign-in page says so, and knows when the provider is back.
func TestProviderDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.desk.errors = "the sign-in provider does not answer"
	w.noSignIns.Store(true)
	mara := w.visitor(t, "mara")
	mara.open("/")
	mara.reads("main", "Harborline SSO does not answer.", "the platform team")
	mara.inspect("signin-provider-down")
	mara.submit(`form[action="/auth/login"] button`)
	mara.reads("main", "does not answer")

	w.noSignIns.Store(false)
	// the desk asks again after a second or two
	for strings.Contains(mara.text("main"), "does not answer") {
		mara.open("/")
	}
	mara.enter()
	mara.see("#list")
}

// TestCertifiedProvider signs in at a provider that shares no code with us: the npm package
// oidc-provider, whose makers had it certified by the OpenID Foundation.
func TestCertifiedProvider(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) {
		settings["OIDC_ISSUER"] = startCertified(t, settings["BASE_URL"])
	})
	lee := w.visitor(t, "lee")
	lee.open("/?scope=mine")
	lee.click(`form[action="/auth/login"] button`)
	lee.write(`input[name="login"]`, "lee")
	lee.write(`input[name="password"]`, "any")
	lee.submit(`button[type="submit"]`)
	lee.submit(`button[type="submit"]`) // consent
	lee.reads(".me", "The person lee")
	lee.until(`location.search === "?scope=mine"`)
	lee.submit(`.rail form[action="/auth/logout"] button`)
	lee.submit(`button[name="logout"]`)
	lee.comes("h1", "You are signed out")
}

// startCertified starts the provider and returns its issuer.
func startCertified(t *testing.T, origin string) string {
	t.Helper()
	if _, err := os.Stat("../node_modules/oidc-provider"); err != nil {
		t.Fatal("oidc-provider is missing: run npm ci")
	}
	cmd := exec.Command("node", "../internal/auth/testdata/provider.mjs", origin+"/auth/callback", origin+"/signin", clientSecret)
	child.EndWithUs(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says "killed"
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the provider does not start: %v", err)
	}
	return strings.TrimSpace(line)
}
