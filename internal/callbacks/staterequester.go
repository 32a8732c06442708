package callbacks

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"countersign/internal/printable"
	"countersign/internal/spelling"
)

// Limits of a statement that names the requester. Those of name and subject also apply to
// announcements.
const (
	MaxNameRunes    = 256
	MaxSubjectRunes = 255 // OpenID Connect Core section 2
	MaxReasonRunes  = 200
)

// Statement is what an admin says about a request whose sender did not name the requester, or not
// in a form that can be compared.
type Statement struct {
	Requester   string // as in an announcement
	RequesterID string
	Reason      string // how the admin knows
}

// check makes the requester of a statement. Faults name the fields of the form.
func (s Statement) check() (Requester, error) {
	var faults Invalid
	r, fault := requesterOf(s.Requester, s.RequesterID)
	if fault != "" {
		faults.Add("requester", "This %s. Give one address, or the subject beside it.", fault)
	}
	for _, line := range []struct {
		field, value string
		limit        int
	}{{"requester", s.Requester, maxName}, {"requesterId", s.RequesterID, MaxSubjectRunes}, {"reason", s.Reason, MaxReasonRunes}} {
		switch {
		case line.field == "reason" && !printable.HasInk(line.value):
			faults.Add(line.field, "Say how you know: it goes on record.")
		case utf8.RuneCountInString(line.value) > line.limit || hasUnseen(line.value):
			faults.Add(line.field, "One line of at most %d characters.", line.limit)
		}
	}
	return r, faults.Err()
}

// requesterOpen reports whether an admin may name the requester: nobody has named one that can be
// compared, or an admin did and may have to correct it.
func (c *Callback) requesterOpen() bool {
	return c.State == Pending && (c.found() || !c.Requester.Comparable() || c.Requester.StatedBy != "")
}

// StateRequester records the requester that an admin names.
func (c *Callback) StateRequester(r Requester, reason string, now time.Time, by Actor) (AuditEntry, error) {
	if !c.requesterOpen() {
		return AuditEntry{}, c.wrongState("say who asks for")
	}
	r.StatedBy = by.ID
	c.Requester = r
	return c.entry(now, by, ActionRequesterStated, Facts{Requester: &r, Reason: spelling.Spaced(reason)}), nil
}

// StateRequester lets an admin name the requester of a callback that waits in a queue with four
// eyes and whose requester cannot be compared. Errors: [ErrNotFound], [ErrForbidden], [Invalid],
// [ErrOldGroups], and [ErrConflict] if nobody needs to name the requester any more.
func (s *Service) StateRequester(ctx context.Context, p Person, id ID, statement Statement) (Callback, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return Callback{}, err
	}
	if !p.Roles.Admin {
		return Callback{}, &Refusal{Code: "role", Reason: "Only admins can say who asks for a request."}
	}
	requester, err := statement.check()
	if err != nil {
		return Callback{}, err
	}
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return Callback{}, err
	}
	c, err := s.store.Change(ctx, id, Parts{}, func(c *Case) error {
		if !s.queues.WantsRequester(&c.Callback) {
			return c.wrongState("say who asks for")
		}
		return c.Record(c.StateRequester(requester, statement.Reason, now, p.Actor()))
	})
	if err != nil {
		return Callback{}, fmt.Errorf("say who asks for %s: %w", id, err)
	}
	s.changed(c)
	return c, nil
}
