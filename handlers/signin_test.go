package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/standin/oidc"
)

func TestSignIn_ReturnsToThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path := "/callbacks/" + string(s.receive(expense()).ID) + "?scope=mine&q=EXP"
	b := s.visitor()
	sent := b.get(path)
	if want := "/signin?return=" + url.QueryEscape(path); sent.status != http.StatusSeeOther || sent.header.Get("Location") != want {
		t.Fatalf("%d %s, want 303 %s", sent.status, sent.header.Get("Location"), want)
	}
	form := b.get(sent.header.Get("Location")).document(t).Find(`form[action="/auth/login"]`)
	back := b.signIn(rita, form.Find("[name=return]").AttrOr("value", ""))
	if back.status != http.StatusSeeOther || back.header.Get("Location") != path {
		t.Fatalf("%d %s, want 303 %s", back.status, back.header.Get("Location"), path)
	}
	if page := b.get(path); page.status != http.StatusOK {
		t.Errorf("after signing in: %d", page.status)
	}
	if again := b.get("/signin?return=/audit"); again.header.Get("Location") != "/audit" {
		t.Errorf("signed in already: %d %s", again.status, again.header.Get("Location"))
	}
}

// TestSignIn_ForeignReturn: nobody is led off the desk by signing in.
func TestSignIn_ForeignReturn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "/a\nb"} {
		b := s.visitor()
		if form := b.get("/signin?return=" + url.QueryEscape(path)).document(t); form.Find("[name=return]").AttrOr("value", "/") != "/" {
			t.Errorf("%q is in the form", path)
		}
		if back := b.signIn(rita, path); back.header.Get("Location") != "/" {
			t.Errorf("%q leads to %q", path, back.header.Get("Location"))
		}
	}
}

// TestSignIn_ForScripts: a script learns that the session is over; it would paste the sign-in page
// into the list.
func TestSignIn_ForScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	b.header.Set("HX-Request", "true")
	if a := b.get("/"); a.status != http.StatusUnauthorized {
		t.Errorf("%d, want 401", a.status)
	}
	b = s.as(rita)
	b.header.Set("HX-Request", "true")
	if a := b.get("/"); a.status != http.StatusOK || !strings.Contains(a.body, "<html") {
		t.Errorf("signed in: %d, want the whole page", a.status)
	}
}

func TestSignIn_NoRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(nora).get("/")
	if a.status != http.StatusForbidden || !strings.Contains(a.text(t), "None of your groups has a role here.") || !strings.Contains(a.text(t), "#platform-help") {
		t.Errorf("%d %s, want 403, why, and whom to ask", a.status, a.text(t))
	}
	if strings.Contains(a.body, "everybody") {
		t.Error("the page names the groups")
	}
	if log := s.log.String(); !strings.Contains(log, `"error":"signed in without a role: the provider sent groups, and none of them has a role (\"everybody\").`) {
		t.Errorf("the log of the refused request does not name the groups: %s", log)
	}
}

func TestSignIn_Fails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults oidc.Faults
		status int
		says   string
	}{
		"Refused":    {oidc.Faults{Refuse: "access_denied"}, http.StatusForbidden, "refused"},
		"Scope":      {oidc.Faults{Refuse: "invalid_scope"}, http.StatusForbidden, "refuses a scope that this desk asks for"},
		"BadNonce":   {oidc.Faults{Nonce: "other"}, http.StatusBadGateway, "answer is not valid"},
		"Overloaded": {oidc.Faults{Refuse: "temporarily_unavailable"}, http.StatusServiceUnavailable, "Example ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b := s.visitor()
			login := b.post("/auth/login", url.Values{"return": {"/?scope=mine"}})
			s.provider.Misbehave(test.faults)
			back := b.get(refreshTarget(t, login))
			if back.status == http.StatusOK { // the page to choose a person
				address := refreshTarget(t, login)
				back = b.post(resolve(t, address, back.document(t).Find("form").AttrOr("action", "")), url.Values{"subject": {rita}})
			}
			a := b.get(back.header.Get("Location"))
			if a.status != test.status || !strings.Contains(a.text(t), test.says) {
				t.Errorf("%d %s, want %d and %q", a.status, a.text(t), test.status, test.says)
			}
			if again := a.document(t).Find("[name=return]").AttrOr("value", "/?scope=mine"); again != "/?scope=mine" {
				t.Errorf("the next try would return to %q", again)
			}
			if strings.Contains(s.log.String(), "state=") {
				t.Error("the log has the query of the sign-in")
			}
		})
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	away := b.post("/auth/logout", nil)
	if got := away.header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data %q: what the pages left in the browser stays", got)
	}
	if address := refreshTarget(t, away); !strings.Contains(address, "post_logout_redirect_uri="+url.QueryEscape(s.url+"/signin")) {
		t.Errorf("leads to %s", address)
	} else if a := b.get(b.get(address).header.Get("Location")); !strings.Contains(a.text(t), "You are signed out") {
		t.Errorf("ends with %s", a.text(t))
	}
	if a := b.get("/"); a.status != http.StatusSeeOther {
		t.Errorf("after signing out: %d, want to be sent to sign in", a.status)
	}
	if a := b.post("/auth/logout", nil); a.header.Get("Location") != "/signin?state=signed_out" {
		t.Errorf("signing out twice: %d %s", a.status, a.header.Get("Location"))
	}
	if got := s.audit("")[0]; got != callbacks.ActionSignedOut {
		t.Errorf("latest entry %s", got)
	}
}

// TestSignIn_AddressAgain: Back and restored tabs open the address that the provider led back to
// once more.
func TestSignIn_AddressAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	away := refreshTarget(t, b.post("/auth/login", nil))
	form := b.get(away).document(t).Find("form")
	back := b.post(resolve(t, away, form.AttrOr("action", "")), url.Values{"subject": {rita}}).header.Get("Location")
	if a := b.get(back); a.status != http.StatusSeeOther {
		t.Fatalf("signing in: %d", a.status)
	}
	entries := len(s.audit(""))
	if a := b.get(back); a.status != http.StatusSeeOther || a.header.Get("Location") != "/" {
		t.Errorf("the address again: %d %s, want 303 /", a.status, a.header.Get("Location"))
	}
	if a := b.get("/"); a.status != http.StatusOK || len(s.audit("")) != entries {
		t.Errorf("afterwards the inbox is %d, with %d audit entries more", a.status, len(s.audit(""))-entries)
	}
	if a := s.visitor().get(back); a.status != http.StatusBadRequest {
		t.Errorf("somebody else opens it: %d, want 400", a.status)
	}
}

// TestSignIn_ForwardedPorts: Azure's gateway and an ALB can write ports. The seventieth colleague
// of the morning signs in all the same.
func TestSignIn_ForwardedPorts(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *config) { c.TrustedProxies = loopback })
	b := s.visitor()
	for _, form := range []string{"203.0.113.%d:5123%[1]d", "[2001:db8:0:%x::9]:443"} {
		for i := range 70 {
			b.header.Set("X-Forwarded-For", fmt.Sprintf(form, i+1))
			if a := b.post("/auth/login", nil); a.status != http.StatusOK {
				t.Fatalf("client %d of the form %s: %d", i+1, form, a.status)
			}
		}
	}
}

// TestSignIn_Limited: one address cannot flood the provider, a proxy's visitors are told apart, and
// the rest go on.
func TestSignIn_Limited(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *config) { c.TrustedProxies = loopback })
	b := s.visitor()
	from := func(address string) reply {
		b.header.Set("X-Forwarded-For", address)
		return b.post("/auth/login", nil)
	}
	for i := range 60 {
		if a := from("2001:db8:0:1::" + string(rune('a'+i%6))); a.status != http.StatusOK {
			t.Fatalf("sign-in %d: %d", i+1, a.status)
		}
	}
	a := from("2001:db8:0:1:2::1")
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "1" {
		t.Errorf("%d, Retry-After %s, want 429 and 1", a.status, a.header.Get("Retry-After"))
	}
	if a := from("2001:db8:0:2::1"); a.status != http.StatusOK {
		t.Errorf("another network: %d", a.status)
	}
	s.clock.Advance(time.Second)
	if a := from("2001:db8:0:1::1"); a.status != http.StatusOK {
		t.Errorf("a second later: %d", a.status)
	}
}
