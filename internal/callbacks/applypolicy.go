package callbacks

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/spelling"
)

// ApplyPolicy binds a pending callback anew to what the present policy of its queue asks. A changed
// configuration never does that by itself: an admin does, for a reason that goes on record with
// both requirements. Nothing changes if the callback is bound to the present policy already. Errors:
// [ErrNotFound], [ErrForbidden], [Invalid] without a reason, [ErrOldGroups], and [ErrConflict] if
// the callback is not pending any more or was announced meanwhile.
func (s *Service) ApplyPolicy(ctx context.Context, admin Person, id ID, reason string) (Callback, error) {
	shown, content, err := s.sent(ctx, admin, id)
	if err != nil {
		return Callback{}, err
	}
	now := s.now()
	if err := s.mayApplyPolicy(admin, &shown, reason, now); err != nil {
		return Callback{}, err
	}
	if s.queues.PresentPolicy(&shown, &content) == nil {
		return shown, nil
	}
	c, err := s.store.Change(ctx, id, Parts{Signatures: true}, func(c *Case) error {
		if c.State != Pending || c.Found() != shown.Found() {
			return c.WrongState("apply the present policy to")
		}
		if present := s.queues.PresentPolicy(&c.Callback, &content); present != nil {
			c.ApplyPolicy(*present, spelling.Spaced(reason), s.limits, now, admin.Actor())
		}
		return nil
	})
	if err != nil {
		return Callback{}, fmt.Errorf("apply the present policy to %s: %w", id, err)
	}
	s.changed(c)
	return c, nil
}

func (s *Service) mayApplyPolicy(admin Person, c *Callback, reason string, now time.Time) error {
	if !admin.Roles.Admin {
		return &Refusal{Code: CodeRole, Reason: "Only admins can apply the present policy to a request."}
	}
	if _, configured := s.queues[c.Queue]; !configured {
		return &Refusal{Code: CodeQueue, Reason: "Queue " + c.Queue + " is not configured any more, so it has no policy to apply."}
	}
	var faults Invalid
	checkReason(&faults, reason, "Say why: it goes on record.")
	if err := faults.Err(); err != nil {
		return err
	}
	return s.fresh(admin, now)
}
