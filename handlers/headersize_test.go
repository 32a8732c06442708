package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// maxHeader is what nginx takes of an answer's status line and headers where nobody configured it
// (proxy_buffer_size).
const maxHeader = 4096

// fits fails where the headers of an answer would be a 502 behind such a proxy.
func fits(t *testing.T, what string, a reply) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	if err := a.header.Write(&b); err != nil {
		t.Fatal(err)
	}
	if n := b.Len() + len("\r\n"); n > maxHeader {
		t.Errorf("%s: %d bytes of headers, at most %d fit:\n%s", what, n, maxHeader, b.String())
	}
}

// withLargeToken gives everybody an ID token of more than n bytes.
func (s *site) withLargeToken(n int) {
	all := users()
	for i := range all {
		all[i].Claims = map[string]any{"padding": strings.Repeat("x", n*3/4)}
	}
	s.provider.SetUsers(all)
}

// TestHeadersFitProxies goes through sign-in and sign-out with addresses that are as long as they
// may be, more sign-ins under way than are kept, and an ID token of 6 KB. No answer of ours has
// more headers than a proxy takes by default.
func TestHeadersFitProxies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withLargeToken(6 << 10)
	b := s.visitor()
	long := "/?q=" + strings.Repeat("%C3%BC", 340)
	sent := b.get(long)
	fits(t, "sent to sign in", sent)
	fits(t, "the sign-in page", b.get("/signin?return="+url.QueryEscape(long)))
	for range 12 {
		fits(t, "another tab", b.post("/auth/login", url.Values{"return": {long}}))
	}
	login := b.post("/auth/login", url.Values{"return": {long}})
	fits(t, "sent to the provider", login)
	address := refreshTarget(t, login)
	form := b.get(address).document(t).Find("form")
	back := b.post(resolve(t, address, form.AttrOr("action", "")), url.Values{"subject": {rita}}).header.Get("Location")
	home := b.get(back)
	fits(t, "the way back", home)
	if got := home.header.Get("Location"); got != long {
		t.Errorf("goes on to %q", got)
	}
	fits(t, "the inbox", b.get("/"))
	fits(t, "sign-out", b.post("/auth/logout", nil))
}

// TestSignInPath_TooLong: an address that no header takes is forgotten, and signing in leads to the
// inbox.
func TestSignInPath_TooLong(t *testing.T) {
	t.Parallel()
	b := newSite(t).visitor()
	for query, want := range map[string]string{
		strings.Repeat("a", 2500): "/signin?return=%2F",
		strings.Repeat("%", 900):  "/signin",
		strings.Repeat("a", 1500): "/signin?return=" + url.QueryEscape("/?q="+strings.Repeat("a", 1500)),
	} {
		a := b.get("/?q=" + query)
		fits(t, "sent to sign in", a)
		if got := a.header.Get("Location"); a.status != http.StatusSeeOther || got != want {
			t.Errorf("%d characters lead to %d %s", len(query), a.status, got)
		}
	}
}

// TestSignOut_LargeToken: the address on which the browser goes is short enough for any server, in
// the page and not in a header, and the page may post nowhere.
func TestSignOut_LargeToken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		size   int
		hinted bool
	}{"Small": {100, true}, "JustSmallEnough": {2500, true}, "Large": {6 << 10, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.withLargeToken(test.size)
			a := s.as(rita).post("/auth/logout", nil)
			address := refreshTarget(t, a)
			if hinted := strings.Contains(address, "id_token_hint="); hinted != test.hinted || len(address) > 4000 {
				t.Errorf("an address of %d bytes, hint: %v", len(address), hinted)
			}
			if strings.Contains(fmt.Sprint(a.header), "id_token_hint") {
				t.Errorf("the token is in a header: %v", a.header)
			}
			if policy := a.header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self';") || a.document(t).Find("form, script").Length() > 0 {
				t.Errorf("a page that only leads on may post or run something: %s", policy)
			}
			if end := s.visitor().get(address); end.status != http.StatusSeeOther || end.header.Get("Location") != s.url+"/signin?state=signed_out" {
				t.Errorf("the provider answers %d %s", end.status, end.header.Get("Location"))
			}
		})
	}
}

// TestHandOver: the page on the way to the provider works without script, names the provider and
// has its icon, which is served to somebody who is signed out.
func TestHandOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	a := b.post("/auth/login", nil)
	page := a.document(t)
	if h1 := page.Find("h1").Text(); h1 != "Going on to Example ID" {
		t.Errorf("the heading is %q", h1)
	}
	for _, link := range []string{"icon", "stylesheet"} {
		href := page.Find(`link[rel="`+link+`"]`).AttrOr("href", "")
		if file := b.get(href); href == "" || file.status != http.StatusOK {
			t.Errorf("its %s is at %q: %d", link, href, file.status)
		}
	}
}
