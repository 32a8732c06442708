package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/spelling"
)

// ApplyPolicy binds a pending callback anew to what the present policy of its queue asks. A changed
// configuration never does that by itself: an admin does, for a reason that goes on record with
// both requirements. Nothing changes if the callback is bound to the present policy already.
// seen is what [PolicySeen] says of the policy that the admin read.
// Errors: [callbacks.ErrNotFound], [callbacks.ErrForbidden], [fault.List] without a reason or if the
// policy is not the one that the admin read,
// [callbacks.ErrOldGroups], and [callbacks.ErrConflict] if the callback is not pending any more, or
// is another request than the policy was chosen for, because it was announced, corrected or bound
// meanwhile.
func (s *Service) ApplyPolicy(
	ctx context.Context, admin callbacks.Person, id callbacks.ID, reason, seen string,
) (callbacks.Callback, error) {
	shown, content, err := s.sent(ctx, admin, id)
	if err != nil {
		return callbacks.Callback{}, err
	}
	now := s.now()
	if err := s.mayApplyPolicy(admin, &shown, reason, now); err != nil {
		return callbacks.Callback{}, err
	}
	// Conditions are evaluated before the transaction, which others wait for.
	present := s.queues.PresentPolicy(&shown, &content)
	if present == nil {
		return shown, nil
	}
	if PolicySeen(*present) != seen {
		return callbacks.Callback{}, fault.List{{Pointer: "policy", Detail: "The present rules have changed since you opened this page. Read them again before you apply them."}}
	}
	c, err := s.cases.Change(ctx, id, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
		if !c.SameRequest(&shown) {
			return c.WrongState("apply the present policy to")
		}
		c.ApplyPolicy(*present, spelling.Spaced(reason), s.ReviewLimits(c.Queue), now, admin.Actor())
		return nil
	})
	if err != nil {
		return callbacks.Callback{}, fmt.Errorf("apply the present policy to %s: %w", id, err)
	}
	s.changed(c)
	return c, nil
}

// PolicySeen identifies the rule and the terms of a requirement that a page shows.
func PolicySeen(r callbacks.Requirement) string {
	r = callbacks.Requirement{Rule: r.Rule, Terms: r.Terms}
	text, _ := json.Marshal(r) // it has no value that cannot be marshalled
	return strings.TrimSuffix(mark(string(text)), "-")
}

func (s *Service) mayApplyPolicy(admin callbacks.Person, c *callbacks.Callback, reason string, now time.Time) error {
	if !admin.Roles.Admin {
		return &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "Only admins can apply the present policy to a request."}
	}
	if _, configured := s.queues[c.Queue]; !configured {
		return &callbacks.Refusal{Code: callbacks.CodeQueue, Reason: "Queue " + c.Queue + " is not configured any more, so it has no policy to apply."}
	}
	var faults fault.List
	checkReason(&faults, reason, "Say why: it goes on record.")
	if err := faults.Err(); err != nil {
		return err
	}
	return s.fresh(admin, now)
}
