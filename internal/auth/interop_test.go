package auth_test

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/child"
)

// startCertified starts the npm package oidc-provider, whose makers had it certified by the OpenID
// Foundation, and returns its issuer.
func startCertified(t *testing.T, origin string) string {
	t.Helper()
	if _, err := os.Stat("../../node_modules/oidc-provider"); err != nil {
		t.Fatal("node_modules has no oidc-provider: run make test, or leave this test out with -short")
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/provider.mjs", origin+auth.CallbackPath, origin+auth.SignedOutPath, secret)
	child.EndWithUs(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says "killed"
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
		t.Fatalf("the provider does not start: %v\n%s", err, complaints.String())
	}
	return strings.TrimSpace(line)
}

// follow goes from page to page as a person does, until an address of ours comes up. At each form
// it fills in fields.
func (b *browser) follow(address string, fields url.Values) string {
	b.t.Helper()
	a := b.get(address)
	for range 20 {
		if a.StatusCode == http.StatusOK {
			a = b.submit(a, fields)
			continue
		}
		next := b.next(a)
		if strings.HasPrefix(next, b.rig.origin) {
			return next
		}
		a = b.get(next)
	}
	b.t.Fatalf("20 pages and no way back; the last is %s: %s", a.Request.URL, a.text)
	return ""
}

// submit sends the form of a page.
func (b *browser) submit(a reply, fields url.Values) reply {
	b.t.Helper()
	page, err := goquery.NewDocumentFromReader(strings.NewReader(a.text))
	if err != nil {
		b.t.Fatal(err)
	}
	form := page.Find("form").First()
	action, ok := form.Attr("action")
	if !ok {
		b.t.Fatalf("a page without a form: %s", a.text)
	}
	target, err := a.Request.URL.Parse(action)
	if err != nil {
		b.t.Fatal(err)
	}
	values := url.Values{}
	form.Find("input[type=hidden]").Each(func(_ int, field *goquery.Selection) {
		values.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	})
	for name, value := range fields {
		values[name] = value
	}
	return b.do(http.MethodPost, target.String(), values)
}

// TestCertifiedProvider goes the whole way with a provider that shares no code with us: page,
// consent, ID token without groups, userinfo, renewal with rotating refresh tokens, sign-out.
func TestCertifiedProvider(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	r := newRig(t, func(r *rig, cfg *auth.Config) {
		cfg.Issuer = startCertified(t, r.origin)
		cfg.Scopes = []string{"openid", "profile", "email", "groups", "offline_access"}
		cfg.RenewAfter = time.Minute
	})
	b := r.browser(t)
	back := b.follow(b.begin("/callbacks/01J"), url.Values{"login": {"lee"}, "password": {"any"}})
	if got := b.next(b.get(back)); got != r.origin+"/callbacks/01J" {
		t.Fatalf("goes on to %s", got)
	}
	check := func(when string) {
		t.Helper()
		p, ok := b.person()
		want := callbacks.Roles{Reviewer: true}
		if !ok || p.Subject != "lee" || p.Name != "The person lee" || p.Email != "lee@example.test" || p.Roles != want ||
			!slices.Equal(p.Groups, []string{"approvers"}) {
			t.Errorf("%s: signed in: %v, %+v", when, ok, p)
		}
	}
	check("after the sign-in")
	for range 2 {
		asked := r.wire.requests.Load()
		r.pass(time.Minute)
		check("after a renewal")
		if r.wire.requests.Load() == asked {
			t.Error("the provider was not asked for a renewal")
		}
	}
	if log := r.log.String(); log != "" {
		t.Errorf("log: %s", log)
	}
	if a := b.get(back); a.kind() != "state" {
		t.Errorf("the way back again: %s", a.text)
	}
	signedOut := b.follow(b.next(b.do(http.MethodPost, "/auth/logout", nil)), url.Values{"logout": {"yes"}})
	if !strings.HasPrefix(signedOut, r.origin+"/signin") {
		t.Errorf("after the sign-out the provider sends on to %s", signedOut)
	}
	if p, ok := b.person(); ok {
		t.Errorf("%s is signed in after the sign-out", p.Subject)
	}
}
