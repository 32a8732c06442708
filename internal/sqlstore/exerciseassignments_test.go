package sqlstore

import (
	"testing"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore/assignments"
)

// exerciseAssignments runs every method of the store of assignments.
func exerciseAssignments(t *testing.T, s *assignments.Store, c callbacks.Callback) {
	t.Helper()
	ctx, now, check := t.Context(), callbackstest.T0, passing(t)
	_ = s.Assign(ctx, c.ID, func(assignment.Assignment) (assignment.Assignment, callbacks.AuditEntry, error) { // it may be decided
		return assignment.Assignment{To: callbackstest.Person("ada"), At: now}, callbacks.AuditEntry{}, nil
	})
	_, err := s.Assignment(ctx, c.ID)
	check(err)
	for _, queue := range []string{"", "finance"} {
		_, err = s.AssignedTo(ctx, "ada", queue, 10)
		check(err)
	}
	check(s.Snooze(ctx, "ada", c.ID, now.Add(time.Hour), callbacks.AuditEntry{}))
	_, err = s.Snoozed(ctx, "ada", c.ID)
	check(err)
	_ = s.Acknowledge(ctx, c.ID, assignment.Acknowledgment{By: callbackstest.Person("ada"), At: now}, callbacks.AuditEntry{}) // it may have changed
	_, err = s.Acknowledgment(ctx, c.ID)
	check(err)
}
