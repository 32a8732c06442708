package callbacks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"countersign/internal/spelling"
)

// Rebound says what bound a callback instead of what: once more was known of the request, or because
// an admin applied the present policy.
type Rebound struct {
	From, To Requirement
}

// ApplyPolicy binds a pending callback anew to what the present policy of its queue asks. A changed
// configuration never does that by itself: an admin does, for a reason that goes on record with
// both requirements. Nothing changes if the callback is bound to the present policy already. Errors:
// [ErrNotFound], [ErrForbidden], [Invalid] without a reason, [ErrOldGroups], and [ErrConflict] if
// the callback is not pending any more or was announced meanwhile.
func (s *Service) ApplyPolicy(ctx context.Context, admin Person, id ID, reason string) (Callback, error) {
	shown, content, err := s.Content(ctx, admin, id)
	if err != nil {
		return Callback{}, err
	}
	now := s.now()
	if err := s.mayApplyPolicy(admin, &shown, reason, now); err != nil {
		return Callback{}, err
	}
	if s.unbound(&shown, &content) == nil {
		return shown, nil
	}
	c, err := s.store.Change(ctx, id, Parts{Signatures: true}, func(c *Case) error {
		if c.State != Pending || c.found() != shown.found() {
			return c.wrongState("apply the present policy to")
		}
		if present := s.unbound(&c.Callback, &content); present != nil {
			c.bind(*present, spelling.Spaced(reason), now, admin.Actor())
			c.holdSigned(s.limits, now)
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
	faults.checkReason(reason, "Say why: it goes on record.")
	if err := faults.Err(); err != nil {
		return err
	}
	return s.fresh(admin, now)
}

// unbound returns what the present policy asks of a pending callback, if that is not what binds it.
func (s *Service) unbound(c *Callback, content *Content) *Requirement {
	queue, configured := s.queues[c.Queue]
	if c.State != Pending || !configured {
		return nil
	}
	present := queue.Bind(c, content)
	if present.same(c.Requirement) {
		return nil
	}
	return &present
}

// bind replaces the requirement of a callback. Signatures that do not fit the new one are void. If
// those that do would be enough, the last of them is void too: a decision is made by a signature of
// somebody who saw what is sent, and never by a policy.
func (c *Case) bind(r Requirement, reason string, now time.Time, by Actor) {
	entry := c.entry(now, by, ActionPolicyApplied, Facts{
		Policy: &Rebound{From: c.Requirement, To: r}, Reason: reason,
	})
	c.Requirement, c.EscalatedAt = r, time.Time{}
	c.Audit = append(c.Audit, entry)
	how := SignatureEnd{
		Lapse: Void, At: now, Why: "An admin applied another rule, in which this signature has no place.",
	}
	c.endSignatures(how, by, func(s *Signature) bool { return !slices.Contains(r.fits(s), true) })
	how.Why = "An admin applied another rule, by which this signature decides. Sign again to send."
	for decided := c.wait().Decided; decided != nil; decided = c.wait().Decided {
		last := decided.Signed[len(decided.Signed)-1]
		c.endSignatures(how, by, func(s *Signature) bool { return s.By == last.By })
	}
}
