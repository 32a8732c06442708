package handlers_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// TestLog: a line for each request, without what is private.
func TestLog(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *config) { c.TrustedProxies = loopback })
	b := s.as(rita)
	b.header.Set("X-Forwarded-For", "198.51.100.7, 203.0.113.9")
	a := b.get("/?q=private-words")
	line := lineWith(s.log.String(), a.header.Get("X-Request-Id"))
	for _, part := range []string{`"path":"/"`, `"status":200`, `"person":"` + s.id(rita) + `"`, `"ip":"203.0.113.9"`} {
		if !strings.Contains(line, part) {
			t.Errorf("no %s in %s", part, line)
		}
	}
	for _, secret := range []string{"private-words", "code=", webhookToken} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// TestForwardedFor_Untrusted: without proxies in the configuration nobody can pass for another
// address.
func TestForwardedFor_Untrusted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	b.header.Set("X-Forwarded-For", "203.0.113.9")
	a := b.get("/signin")
	if line := lineWith(s.log.String(), a.header.Get("X-Request-Id")); !strings.Contains(line, `"ip":"127.0.0.1"`) {
		t.Errorf("log %s", line)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	b.decide(id, b.choose(id, "approve", ""))
	b.announce("msg_1", message("x"))
	b.get("/nothing/at/all")
	text := s.metrics()
	for _, want := range []string{
		`countersign_decisions_total{kind="success"} 1`,
		`countersign_intake_answers_total{status="201"} 1`,
		`countersign_http_request_duration_seconds_count{method="POST",route="/callbacks/:id/decision",status="303"} 1`,
		`countersign_http_request_duration_seconds_count{method="GET",route="other",status="404"} 1`,
		"countersign_event_streams 0",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if a := b.get("/metrics"); a.status != http.StatusNotFound {
		t.Errorf("the site itself has metrics: %d", a.status)
	}
}

// TestMethodLabel: a stranger's word as a method makes no series of measurements.
func TestMethodLabel(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	before := strings.Count(s.metrics(), "\n")
	for i := range 200 {
		b.do(fmt.Sprintf("BREW%d", i), "/", "", "")
		b.do(fmt.Sprintf("BREW%d", i), fmt.Sprintf("/nothing/%d", i), "", "")
	}
	metrics := s.metrics()
	if strings.Contains(metrics, "BREW") || !strings.Contains(metrics, `method="other"`) {
		t.Error("methods of strangers are labels")
	}
	if more := strings.Count(metrics, "\n") - before; more > 50 {
		t.Errorf("%d lines more, want the few of one route and of the addresses that are not there", more)
	}
}

func lineWith(log, part string) string {
	for line := range strings.Lines(log) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}
