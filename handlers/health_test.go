package handlers_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"countersign/internal/reload"
)

// TestReadinessDuringStop: load balancers are told, people and the log are not.
func TestReadinessDuringStop(t *testing.T) {
	t.Parallel()
	var stopping atomic.Bool
	s := newSite(t, func(c *config) { c.Stopping = stopping.Load })
	v := s.visitor()
	for _, tt := range []struct {
		path            string
		stopping        bool
		status          int
		body, forbidden string
	}{
		{"/readyz", false, http.StatusOK, "ready\n", ""},
		{"/readyz", true, http.StatusServiceUnavailable, "stopping\n", ""},
		{"/healthz", true, http.StatusOK, "ok\n", ""},
		{"/signin", true, http.StatusOK, "Sign in", "stopping"},
	} {
		stopping.Store(tt.stopping)
		got := v.get(tt.path)
		if got.status != tt.status || !strings.Contains(got.body, tt.body) || tt.forbidden != "" && strings.Contains(got.body, tt.forbidden) {
			t.Errorf("%s, stopping %t: %d %.200s", tt.path, tt.stopping, got.status, got.body)
		}
	}
	if strings.Contains(s.log.String(), `"level":"ERROR"`) {
		t.Errorf("logged an error:\n%s", s.log)
	}
}

// TestReadinessWithABadConfiguration: the desk works on, so requests go on coming. A probe that
// anybody can send learns no more than that.
func TestReadinessWithABadConfiguration(t *testing.T) {
	t.Parallel()
	state := reload.State{Version: "3f1c"}
	s := newSite(t, func(c *config) { c.Reloads = func() reload.State { return state } })
	if got := s.visitor().get("/readyz"); got.status != http.StatusOK || got.body != "ready\n" {
		t.Errorf("all is well: %d %q", got.status, got.body)
	}
	state.Problem = []string{"countersign.yaml:3:1: quues: unknown key"}
	got := s.visitor().get("/readyz")
	if got.status != http.StatusOK || !strings.Contains(got.body, "stays in force") || strings.Contains(got.body, "quues") {
		t.Errorf("the file is wrong: %d %q", got.status, got.body)
	}
}
