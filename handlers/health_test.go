package handlers_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
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
