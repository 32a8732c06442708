package desk

import (
	"context"
	"fmt"
	"unicode/utf8"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/printable"
)

// Statement is what an admin says about a request whose sender did not name the requester, or not
// in a form that can be compared.
type Statement struct {
	Requester   string // as in an announcement
	RequesterID string
	Reason      string // how the admin knows
}

// check makes the requester of a statement. Faults name the fields of the form.
func (s Statement) check() (callbacks.Requester, error) {
	var faults fault.List
	r, fault := callbacks.ParseRequester(s.Requester, s.RequesterID)
	if fault != "" {
		faults.Add("requester", "This %s. Give one address, or the subject beside it.", fault)
	}
	checkLine(&faults, "requester", s.Requester, callbacks.MaxNameRunes)
	checkLine(&faults, "requesterId", s.RequesterID, callbacks.MaxSubjectRunes)
	checkReason(&faults, s.Reason, "Say how you know: it goes on record.")
	return r, faults.Err()
}

// checkLine adds a fault if a line of a form is too long, or holds what nobody can see.
func checkLine(faults *fault.List, field, value string, limit int) {
	if _, _, hidden := printable.Unseen(value); hidden || utf8.RuneCountInString(value) > limit {
		faults.Add(field, "One line of at most %d characters.", limit)
	}
}

// checkReason adds a fault unless somebody says in a line why they do something; missing is what
// they read without one.
func checkReason(faults *fault.List, reason, missing string) {
	if !printable.HasInk(reason) {
		faults.Add("reason", "%s", missing)
		return
	}
	checkLine(faults, "reason", reason, callbacks.MaxReasonRunes)
}

// StateRequester lets an admin name the requester of a callback that waits in a queue with four
// eyes and whose requester cannot be compared. Errors: [callbacks.ErrNotFound],
// [callbacks.ErrForbidden], [fault.List], [callbacks.ErrOldGroups], and
// [callbacks.ErrConflict] if nobody needs to name the requester any more. Signatures given before
// are void, because nobody compared those who signed with the requester named now.
func (s *Service) StateRequester(
	ctx context.Context, p callbacks.Person, id callbacks.ID, statement Statement,
) (callbacks.Callback, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return callbacks.Callback{}, err
	}
	if !p.Roles.Admin {
		return callbacks.Callback{}, &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "Only admins can say who asks for a request."}
	}
	requester, err := statement.check()
	if err != nil {
		return callbacks.Callback{}, err
	}
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return callbacks.Callback{}, err
	}
	c, err := s.cases.Change(ctx, id, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
		if !c.WantsRequester() {
			return c.WrongState("say who asks for")
		}
		requester.StatedByAddress = p.VerifiedAddress()
		return c.RequesterStated(requester, statement.Reason, s.ReviewLimits(c.Queue), now, p.Actor())
	})
	if err != nil {
		return callbacks.Callback{}, fmt.Errorf("say who asks for %s: %w", id, err)
	}
	s.changed(c)
	return c, nil
}
