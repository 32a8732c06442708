package discovery_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/condition"
	"countersign/internal/discovery"
)

// TestDiscovery_InputUnread: whoever starts an execution may pad its input, or send what is no JSON.
// That must not look like an empty payload to a condition that asks whether a field is there.
func TestDiscovery_InputUnread(t *testing.T) {
	t.Parallel()
	large := `"total":18420`
	for name, tc := range map[string]struct {
		input  string // empty if AWS refuses to give it
		rule   string
		basis  callbacks.Basis
		unread bool
	}{
		"Read":    {input: `{` + large + `}`, rule: "large", basis: callbacks.BasisCondition},
		"Without": {input: `{}`, rule: "everyday", basis: callbacks.BasisCondition},
		"Padded":  {input: `{` + large + `,"pad":"` + strings.Repeat("x", 1<<20) + `"}`, rule: "large", basis: callbacks.BasisFault, unread: true},
		"NotJSON": {input: `{` + large, rule: "large", basis: callbacks.BasisFault, unread: true},
		"Denied":  {rule: "large", basis: callbacks.BasisFault, unread: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watching(t, "expenses")
			s.settings.Queues = totals(t)
			s.discovery = discovery.NewWorker(s.settings)
			register(s, "expenses", sign)
			s.start("expenses")
			s.front.answerWith(s.front.withInput(tc.input))
			if tc.input == "" {
				s.front.answerWith(refusing("input", http.StatusBadGateway, "KMSAccessDeniedException"))
			}
			s.scan()
			got := s.only(callbacks.Pending)
			if r := got.Requirement; r.Rule != tc.rule || r.Basis != tc.basis {
				t.Errorf("bound by rule %q on %q (%s), want %q on %q", r.Rule, r.Basis, r.Fault, tc.rule, tc.basis)
			}
			if content := s.content(got.ID); content.InputUnread != tc.unread || tc.unread != (content.Description != "") {
				t.Errorf("unread is %t, and the page says %q", content.InputUnread, content.Description)
			}
		})
	}
}

// withInput answers as if the execution had been started with another input. Synchronous invocations
// take larger ones than the engine does.
func (f *front) withInput(input string) func(http.ResponseWriter, *http.Request, string) bool {
	return func(w http.ResponseWriter, r *http.Request, operation string) bool {
		if operation != "input" {
			return false
		}
		answer := httptest.NewRecorder()
		f.engine.ServeHTTP(answer, r)
		w.WriteHeader(answer.Code)
		_, _ = io.WriteString(w, strings.Replace(answer.Body.String(), strconv.Quote(`{"order":7}`), strconv.Quote(input), 1))
		return true
	}
}

// totals are queues in which a large total needs two people. The everyday rule is the fallback, so
// that a condition that fails must hold on to its own rule.
func totals(t *testing.T) callbacks.Queues {
	t.Helper()
	large, err := condition.Compile(`has(payload.total) && payload.total > 5000.0`)
	if err != nil {
		t.Fatal(err)
	}
	terms := func(n int) callbacks.Terms {
		return callbacks.Terms{Signatures: []callbacks.Threshold{{For: n}}}
	}
	return callbacks.Queues{"finance": {Name: "finance", Version: "v1", Otherwise: "everyday", Rules: []callbacks.Rule{
		{Name: "large", When: "large", Condition: large, Terms: terms(2)},
		{Name: "everyday", Terms: terms(1)},
	}}}
}
