package assignment_test

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desktest"
	"countersign/internal/replies"
)

// TestAcknowledge has a row for each rule of who acknowledges what.
func TestAcknowledge(t *testing.T) {
	t.Parallel()
	lost := func(c *callbacks.Case) {
		c.State, c.Ending = callbacks.Lost, &callbacks.Ending{By: callbacks.EndedByOther, At: callbackstest.T0}
	}
	refused := func(c *callbacks.Case) { c.Problem = replies.Denied }
	auditor := callbacks.Person{ID: "audra", Roles: callbacks.Roles{Auditor: true}}
	for name, tt := range map[string]struct {
		state func(*callbacks.Case)
		by    callbacks.Person
		older int // how much older the revision is that they saw
		later time.Duration
		want  error
	}{
		"ByAReviewer":          {state: lost, by: desktest.Mara},
		"ByAnAdmin":            {state: lost, by: desktest.Ops},
		"ByAnAuditor":          {state: lost, by: auditor, want: callbacks.ErrForbidden},
		"ByWhoeverSeesItNot":   {state: lost, by: desktest.Teo, want: callbacks.ErrNotFound},
		"OfWhatTheySawBefore":  {state: lost, by: desktest.Mara, older: 1, want: callbacks.ErrConflict},
		"OfWhatNeedsNothing":   {state: func(*callbacks.Case) {}, by: desktest.Ops, want: callbacks.ErrConflict},
		"OfWhatIsLongAgo":      {state: lost, by: desktest.Mara, later: 8 * 24 * time.Hour, want: callbacks.ErrConflict},
		"HeartbeatsByAnAdmin":  {state: refused, by: desktest.Ops},
		"HeartbeatsByOneOfUs":  {state: refused, by: desktest.Mara, want: callbacks.ErrConflict},
		"UndeliverableByAdmin": {state: func(c *callbacks.Case) { lost(c); c.State = callbacks.Undeliverable }, by: desktest.Ops, later: 8 * 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t)
			c, err := r.Store.Change(t.Context(), r.c.ID, callbacks.Parts{}, func(c *callbacks.Case) error { tt.state(c); return nil })
			callbackstest.Must(t, err)
			r.Clock.Advance(tt.later)
			if err := r.Assignments.Acknowledge(r.Ctx, r.now(tt.by), c.ID, c.Revision-tt.older); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			standing, err := r.Assignments.Of(r.Ctx, desktest.Ops, &c)
			callbackstest.Must(t, err)
			if standing.Known.Nobody() != (tt.want != nil) {
				t.Errorf("acknowledged by %q", standing.Known.By.ID)
			}
			if tt.want != nil {
				return
			}
			callbackstest.Must(t, r.Assignments.Reopen(r.Ctx, r.now(desktest.Ops), c.ID, c.Revision))
			if standing, err = r.Assignments.Of(r.Ctx, desktest.Ops, &c); err != nil || !standing.Known.Nobody() || !standing.MayKnow {
				t.Errorf("taken back, and acknowledged by %q, %v", standing.Known.By.ID, err)
			}
		})
	}
	r := open(t)
	c, err := r.Store.Change(t.Context(), r.c.ID, callbacks.Parts{}, func(c *callbacks.Case) error { lost(c); return nil })
	callbackstest.Must(t, err)
	mara := desktest.Mara
	mara.GroupsReadAt = r.Clock.Now().Add(-9 * time.Hour)
	if err := r.Assignments.Acknowledge(r.Ctx, mara, c.ID, c.Revision); !errors.Is(err, callbacks.ErrOldGroups) {
		t.Errorf("with old groups: %v", err)
	}
}
