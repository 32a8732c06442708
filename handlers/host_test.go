package handlers_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestHost: another site's name that was pointed here reads nothing; probes and senders reach the
// desk by any name.
func TestHost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	port := s.url[strings.LastIndex(s.url, ":"):]
	b := s.as(rita)
	ask := func(method, path, host string) reply {
		t.Helper()
		b.host = host
		return b.do(method, path, "", "")
	}
	for _, host := range []string{"127.0.0.1", "127.0.0.1" + port, "127.0.0.1:1", "127.0.0.1."} {
		if a := ask(http.MethodGet, "/", host); a.status != http.StatusOK {
			t.Errorf("the inbox at %s: %d", host, a.status)
		}
	}
	for _, host := range []string{"evil.example", "evil.example" + port, "localhost" + port, "10.0.0.7:8080", "[::1]" + port, "127.0.0.1.evil.example"} {
		for _, route := range []string{"GET /", "HEAD /", "GET /audit", "GET /events", "POST /auth/login", "GET /signin", "GET /static/app.css", "GET /nothing", "DELETE /"} {
			method, path, _ := strings.Cut(route, " ")
			a := ask(method, path, host)
			if a.status != http.StatusMisdirectedRequest || method == http.MethodGet && !strings.Contains(a.body, s.url) {
				t.Errorf("%s at %s: %d %s, want 421 with the right address", route, host, a.status, a.body)
			}
			if a.header.Get("Content-Security-Policy") == "" || strings.Contains(a.body, host) {
				t.Errorf("%s at %s: headers %v, body %s", route, host, a.header, a.body)
			}
		}
		for _, path := range []string{"/healthz", "/readyz"} {
			if a := ask(http.MethodGet, path, host); a.status != http.StatusOK {
				t.Errorf("a probe of %s at %s: %d", path, host, a.status)
			}
		}
		if a := ask(http.MethodPost, "/webhooks/callbacks", host); a.status == http.StatusMisdirectedRequest {
			t.Errorf("a webhook at %s: %d", host, a.status)
		}
	}
}

// TestHost_Names: a base URL's name is one however it is written.
func TestHost_Names(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *config) { c.BaseURL = "https://Desk.example.com" })
	for host, status := range map[string]int{
		"desk.example.com": 200, "DESK.example.com": 200, "desk.example.com:443": 200, "desk.example.com.": 200, "desk.example.com.:443": 200,
		"example.com": 421, "xdesk.example.com": 421, "desk.example.com.evil.example": 421, "127.0.0.1": 421,
	} {
		b := s.visitor()
		b.host = host
		if a := b.get("/signin"); a.status != status {
			t.Errorf("%s: %d, want %d", host, a.status, status)
		}
	}
}
