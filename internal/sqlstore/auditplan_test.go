package sqlstore

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

// AuditQueries are the ways in which pages ask for the audit, with the index that each is read
// from.
var AuditQueries = map[string]struct {
	Query desk.AuditQuery
	Index string
}{
	"All":      {desk.AuditQuery{}, "audit_by_time"},
	"People":   {desk.AuditQuery{People: true}, "audit_of_people"},
	"Days":     {desk.AuditQuery{From: callbackstest.T0, Until: callbackstest.T0.Add(24 * time.Hour)}, "audit_by_time"},
	"Both":     {desk.AuditQuery{People: true, From: callbackstest.T0, Until: callbackstest.T0.Add(24 * time.Hour)}, "audit_of_people"},
	"Actor":    {desk.AuditQuery{Actors: []string{"ada"}}, "audit_by_actor"},
	"Actors":   {desk.AuditQuery{Actors: []string{"ada", "bob"}, From: callbackstest.T0}, "audit_by_actor"},
	"Action":   {desk.AuditQuery{Action: callbacks.ActionDecided, Until: callbackstest.T0.Add(time.Hour)}, "audit_by_action"},
	"Callback": {desk.AuditQuery{Callback: "c", From: callbackstest.T0}, "audit_of_callback"},
}

// TestAuditPlans: each page of the audit is read in order from an index, and a day from its place
// there.
func TestAuditPlans(t *testing.T) {
	t.Parallel()
	s, r := openRecorded(t)
	for name, test := range AuditQueries {
		for _, test.Query.Before = range []int64{0, 9} {
			test.Query.Limit = desk.PageSize
			if _, err := s.Audit(t.Context(), test.Query); err != nil {
				t.Fatal(err)
			}
			for _, text := range r.take() {
				for _, step := range plan(t, s, text) {
					uses := strings.Contains(step, "INDEX "+test.Index+" ") || strings.HasSuffix(step, "INDEX "+test.Index)
					if sorts(step) || strings.Contains(step, " audit") && !uses && !strings.HasSuffix(step, "(rowid=?)") {
						t.Errorf("%s: %s\n  in: %s", name, step, text)
					}
					if day := !test.Query.From.IsZero() && test.Query.Callback == ""; day && uses && !strings.Contains(step, "at>?") {
						t.Errorf("%s: %s does not begin at the day\n  in: %s", name, step, text)
					}
				}
			}
		}
	}
}
