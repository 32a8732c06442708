package desk

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/spelling"
)

// ApplyPolicy binds a pending callback anew to what the present policy of its queue asks. A changed
// configuration never does that by itself: an admin does, for a reason that goes on record with
// both requirements. Nothing changes if the callback is bound to the present policy already.
// Errors: [callbacks.ErrNotFound], [callbacks.ErrForbidden], [fault.List] without a reason,
// [callbacks.ErrOldGroups], and [callbacks.ErrConflict] if the callback is not pending any more, or
// is another request than the policy was chosen for, because it was announced, corrected or bound
// meanwhile.
func (s *Service) ApplyPolicy(
	ctx context.Context, admin callbacks.Person, id callbacks.ID, reason string,
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
	c, err := s.store.Change(ctx, id, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
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
