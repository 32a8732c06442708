package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"countersign/handlers"
	"countersign/internal/callbacks"
	"countersign/static"
)

// pages are the addresses of every page, with what they need.
func pages(id callbacks.ID) []string {
	at := "/callbacks/" + string(id)
	return []string{
		"/", "/?item=" + string(id), "/?scope=mine", "/?scope=attention", "/?scope=history&item=" + string(id), "/?q=x&ends=nonsense",
		at, at + "?scope=history", "/callbacks/nosuchcallback", "/admin/callbacks", "/admin/callbacks?state=pending&ends=1h",
		"/audit", "/audit?callback=" + string(id), "/sessions", "/sessions?after=x", "/admin/sessions", "/admin/sessions?q=a", "/signin", "/nothing", "/auth/callback?state=x&code=y", "/healthz", "/readyz",
		static.URL("favicon.svg"), "/static/nothing.js",
	}
}

// TestGetsChangeNothing: link previews and mail scanners open links; whatever they open, nothing
// happens.
func TestGetsChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pending, decided := s.receive(expense()).ID, s.receive(expense()).ID
	b := s.as(rita)
	b.decide(decided, b.choose(decided, "approve", ""))
	visitors := []*browser{s.visitor(), b, s.as(otto), s.as(audrey), s.as(adam)}
	before := len(s.audit(""))
	revisions := func() (r [2]int) {
		for i, id := range []callbacks.ID{pending, decided} {
			c, err := s.store.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			r[i] = c.Revision
		}
		return r
	}
	was := revisions()
	for _, v := range visitors {
		for _, id := range []callbacks.ID{pending, decided} {
			for _, path := range pages(id) {
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					if a := v.do(method, path, "", ""); a.status >= http.StatusInternalServerError {
						t.Errorf("%s %s: %d", method, path, a.status)
					}
				}
			}
		}
	}
	if after := len(s.audit("")); after != before || revisions() != was {
		t.Errorf("%d audit entries more, revisions %v, were %v", after-before, revisions(), was)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	for _, b := range []*browser{s.visitor(), s.as(rita), s.as(adam)} {
		for _, path := range pages(id) {
			a := b.get(path)
			policy := a.header.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("%s: policy %q", path, policy)
			}
			for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
				if got := a.header.Get(name); got != want {
					t.Errorf("%s: %s %q", path, name, got)
				}
			}
			if got := a.header.Get("Permissions-Policy"); !strings.Contains(got, "camera=()") || !strings.Contains(got, "clipboard-write=(self)") {
				t.Errorf("%s: Permissions-Policy %q", path, got)
			}
			if cached := a.header.Get("Cache-Control"); !strings.HasPrefix(path, "/static/") && cached != "no-store" {
				t.Errorf("%s: Cache-Control %q", path, cached)
			}
			if a.header.Get("X-Request-Id") == "" || a.header.Get("Strict-Transport-Security") != "" {
				t.Errorf("%s: headers %v", path, a.header)
			}
		}
	}
}

// TestHeaders_HTTPS needs no TLS: it ends at the proxy.
func TestHeaders_HTTPS(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *config) { c.BaseURL = "https://desk.example.com" })
	if got := s.visitor().get("/healthz").header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("Strict-Transport-Security %q", got)
	}
}

func TestNew_BadBaseURL(t *testing.T) {
	t.Parallel()
	if _, err := handlers.New(handlers.Config{BaseURL: "desk"}); err == nil {
		t.Error("no error")
	}
}

// TestCompression: pages are compressed, the stream is not.
func TestCompression(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	b.header.Set("Accept-Encoding", "gzip")
	if a := b.get("/"); a.header.Get("Content-Encoding") != "gzip" {
		t.Error("the page is not compressed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	resp := b.open(ctx, http.MethodGet, "/events", "", "")
	defer func() { _ = resp.Body.Close() }()
	if got := resp.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("the stream is compressed: %s", got)
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	if n := b.get("/").document(t).Find(`form[action="/demo/samples"] button[value=expense]`).Length(); n == 0 {
		t.Error("no way to start a sample")
	}
	for referer, want := range map[string]string{
		s.url + "/?scope=mine": "/?scope=mine", "https://evil.example/x": "/", s.url + "//evil.example": "/", "": "/",
	} {
		b.header.Set("Referer", referer)
		if a := b.post("/demo/samples", url.Values{"sample": {"expense"}}); a.status != http.StatusSeeOther || a.header.Get("Location") != want {
			t.Errorf("from %q: %d %s", referer, a.status, a.header.Get("Location"))
		}
	}
	if len(s.demo.started) != 4 {
		t.Errorf("started %v", s.demo.started)
	}
	if a := b.post("/demo/samples", url.Values{"sample": {"unknown"}}); a.status != http.StatusNotFound {
		t.Errorf("unknown: %d", a.status)
	}
	none := newSite(t, func(c *config) { c.Demo = nil }).as(rita)
	if a := none.post("/demo/samples", url.Values{"sample": {"expense"}}); a.status != http.StatusNotFound {
		t.Errorf("no demo: %d", a.status)
	}
}

// TestVersion_NotForStrangers: which faults a desk has is nobody's business but its operators'.
func TestVersion_NotForStrangers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	for _, b := range []*browser{s.visitor(), s.as(nora)} {
		for _, path := range append(pages(id), "/nothing") {
			a := b.get(path)
			if strings.Contains(a.body, "v1.2.3") || strings.Contains(fmt.Sprint(a.header), "v1.2.3") || a.header.Get("Server") != "" {
				t.Errorf("%s tells the version", path)
			}
		}
	}
	if a := s.as(adam).get("/admin/callbacks"); !strings.Contains(a.body, "Countersign v1.2.3") {
		t.Error("the admin's page does not tell the version")
	}
}
