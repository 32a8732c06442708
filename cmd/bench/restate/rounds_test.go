package restate

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ingress stands for a server whose service prints at once: it begins and ends executions, and has
// each suspended before it goes on.
func ingress(t *testing.T) *Server {
	t.Helper()
	s := &Server{approvals: newApprovals()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /Approval/Wait/send", func(w http.ResponseWriter, r *http.Request) {
		var name string
		if err := json.NewDecoder(r.Body).Decode(&name); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusAccepted)
		s.note("waits", name, "awakeable-"+name)
	})
	mux.HandleFunc("POST /restate/awakeables/{id}/resolve", func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.PathValue("id"), "awakeable-")
		w.WriteHeader(http.StatusAccepted)
		s.note("waits", name, r.PathValue("id"))
		s.note("goes-on", name, fmt.Sprint(time.Now().UnixNano()))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.address = strings.TrimPrefix(server.URL, "http://")
	return s
}

// TestRounds: each execution is begun and approved once, in rounds of which one follows the other.
func TestRounds(t *testing.T) {
	t.Parallel()
	s := ingress(t)
	const rounds, n, connections = 3, 20, 4
	for range rounds {
		begun, err := s.Begin(t.Context(), n, connections)
		if err != nil || begun.Rate() <= 0 {
			t.Fatalf("began %v a second, %v", begun.Rate(), err)
		}
	}
	if len(s.waiting) != rounds*n {
		t.Errorf("%d executions wait, want %d", len(s.waiting), rounds*n)
	}
	for range rounds {
		approved, err := s.Approve(t.Context(), n, connections)
		if err != nil || approved.P50() <= 0 || len(s.wentOn) != n {
			t.Fatalf("approved %d, p50 %v, %v", len(s.wentOn), approved.P50(), err)
		}
	}
	if len(s.waiting) != 0 {
		t.Errorf("%d executions still wait", len(s.waiting))
	}
}
