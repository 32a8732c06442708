package oidc_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/standin/oidc"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	answer := r.choose(t, ask(), "dana")
	if answer.Get("code") == "" || answer.Get("state") != "st" || answer.Get("iss") != r.issuer {
		t.Errorf("redirect with %v, want a code, the state and the issuer", answer)
	}
}

func TestAuthorizeRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change []string
		want   string
	}{
		"Implicit":   {[]string{"response_type", "token"}, "unsupported_response_type"},
		"NoOpenID":   {[]string{"scope", "profile"}, "invalid_scope"},
		"NoPKCE":     {[]string{"code_challenge", ""}, "invalid_request"},
		"PlainPKCE":  {[]string{"code_challenge_method", "plain"}, "invalid_request"},
		"PromptNone": {[]string{"prompt", "none"}, "login_required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "")
			answer := r.choose(t, ask(c.change...), "dana")
			if answer.Get("error") != c.want || answer.Get("state") != "st" || answer.Has("code") {
				t.Errorf("redirect with %v, want error %s", answer, c.want)
			}
			resp, _ := r.get(t, "/authorize?"+ask(c.change...).Encode())
			if target, err := resp.Location(); err != nil || target.Query().Get("error") != c.want {
				t.Errorf("the page request answers %v, %v, want error %s", target, err, c.want)
			}
		})
	}
	t.Run("Cancel", func(t *testing.T) {
		t.Parallel()
		if got := newRig(t, "").choose(t, ask(), "").Get("error"); got != "access_denied" {
			t.Errorf("error %q, want access_denied", got)
		}
	})
	t.Run("ToldTo", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, "")
		r.Misbehave(oidc.Faults{Refuse: "server_error", Issuer: "https://mallory.example"})
		if got := r.choose(t, ask(), "dana"); got.Get("error") != "server_error" || got.Get("iss") != "https://mallory.example" {
			t.Errorf("redirect with %v, want the faults that were set", got)
		}
	})
}

func TestAuthorizeNeverRedirectsToAStranger(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	for _, change := range [][]string{
		{"redirect_uri", "http://evil.example/cb"}, {"redirect_uri", "http://app.example/cb/.."}, {"redirect_uri", ""},
		{"client_id", "nobody"}, {"client_id", "other"},
	} {
		resp, _ := r.get(t, "/authorize?"+ask(change...).Encode())
		if resp.StatusCode != http.StatusBadRequest || resp.Header.Get("Location") != "" {
			t.Errorf("%v: status %d to %q, want 400 and no redirect", change, resp.StatusCode, resp.Header.Get("Location"))
		}
	}
}

func TestChooseRefusesOtherSites(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.issuer+"/authorize?"+ask().Encode(), strings.NewReader("subject=dana"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := r.browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("status %d for a form on another site, want 403", resp.StatusCode)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, "/devidp")
	r.SetUsers([]oidc.User{dana, {Subject: `"><script>`, Name: "<script>alert(1)</script>", Groups: []string{"<b>"}}})
	resp, body := r.get(t, "/authorize?"+ask().Encode())
	policy := resp.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if !strings.HasSuffix(policy, "form-action 'self' http://app.example") {
		t.Errorf("policy %q: the form has to be allowed to end at the client", policy)
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if n := page.Find("script, style, [style], [onclick]").Length(); n != 0 {
		t.Errorf("%d inline scripts or styles", n)
	}
	buttons := page.Find("form button[name=subject]")
	if buttons.Length() != 3 || !strings.Contains(buttons.First().Text(), dana.Name) || !strings.Contains(buttons.First().Text(), dana.About) {
		t.Errorf("buttons %q, want two people and cancel", buttons.Text())
	}
	if value, _ := buttons.Eq(1).Attr("value"); value != `"><script>` {
		t.Errorf("value %q, want the subject as text", value)
	}
	href, _ := page.Find("link[rel=stylesheet]").Attr("href")
	origin, _, _ := strings.Cut(r.issuer, "/devidp")
	css, err := r.browser.Get(origin + href)
	if err != nil {
		t.Fatal(err)
	}
	defer css.Body.Close()
	text, err := io.ReadAll(css.Body)
	if err != nil || css.StatusCode != http.StatusOK || !strings.Contains(string(text), "color-scheme: light dark") {
		t.Errorf("style sheet %s: status %d, %v", href, css.StatusCode, err)
	}
	// The form has to carry the request along.
	action, _ := page.Find("form").Attr("action")
	if u, err := url.Parse(action); err != nil || u.Query().Get("state") != "st" || u.Path != "/devidp/authorize" {
		t.Errorf("form goes to %q, %v", action, err)
	}
}
