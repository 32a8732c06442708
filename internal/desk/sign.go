package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/spelling"
)

// ErrSignedAlready means that the same press was recorded before: the button was pressed twice, or
// the answer to the first press was lost. There is nothing more to do.
var ErrSignedAlready = errors.New("this signature is on record already")

// Sign records a person's signature for a choice whose preview they saw, which [Preview.Seen]
// names. It either waits for others or, as the last one, makes the decision;
// [callbacks.Choice.Sends] says which of the two the person was told. A recorded decision is
// delivered whatever happens to this process. Errors: [ErrSignedAlready], [callbacks.ErrNotFound],
// [callbacks.ErrForbidden], [fault.List] for a missing comment, [callbacks.ErrOldGroups],
// [callbacks.ErrStale] for an old preview or if the signature would do something else than the
// person was told, a *[CodecError] if the result cannot be encoded for the function at the moment,
// and [callbacks.ErrConflict] if somebody or a clock was faster; the returned callback then says
// who or what.
func (s *Service) Sign(
	ctx context.Context, p callbacks.Person, id callbacks.ID, choice callbacks.Choice, seen string,
) (callbacks.Callback, error) {
	shown, signer, err := s.seeAs(ctx, p, id)
	if err != nil {
		return callbacks.Callback{}, err
	}
	if choice, err = s.answered(ctx, &shown, signer, choice); err != nil {
		return callbacks.Callback{}, err
	}
	var out encoded
	slot := &reservation{to: s.deliveries}
	if choice.Sends {
		if out, err = s.encode(ctx, &shown, signer, choice, seen); err != nil {
			return callbacks.Callback{}, err
		}
		slot = s.reserve(&shown)
		defer slot.release()
	}
	parts := callbacks.Parts{Signatures: true, Delegations: signer.DelegationIDs()}
	c, err := s.cases.Change(ctx, id, parts, func(c *callbacks.Case) error {
		if c.Queue != shown.Queue { // nobody looked whom the signer acts for there
			return fmt.Errorf("it is in queue %s now: %w", c.Queue, callbacks.ErrStale)
		}
		err := s.sign(c, signer.Until(c.DelegationEnds), choice, seen, out, s.now())
		slot.lend(c)
		return err
	})
	switch {
	case errors.Is(err, ErrSignedAlready):
		return shown, err
	case errors.Is(err, callbacks.ErrConflict):
		if current, getErr := s.cases.Get(ctx, id); getErr == nil {
			c = current
		}
		return c, fmt.Errorf("callback %s: %w", id, err)
	case err != nil:
		return callbacks.Callback{}, fmt.Errorf("callback %s: %w", id, err)
	}
	s.changed(c)
	if c.State == callbacks.Decided {
		slot.begin(c)
	}
	s.beat()
	return c, nil
}

// sign holds the rules of Sign. It runs inside the transaction.
func (s *Service) sign(
	c *callbacks.Case, p callbacks.Signer, choice callbacks.Choice, seen string, out encoded, now time.Time,
) error {
	if s.repeats(c, p, choice, seen, now) {
		return ErrSignedAlready
	}
	if c.State != callbacks.Pending {
		return c.WrongState("sign")
	}
	if err := s.mayTakePart(p, &c.Callback, now); err != nil {
		return err
	}
	gate := s.gate(&c.Callback, c.Signatures, now)
	made, err := s.confirmed(gate, p, choice, seen)
	if err != nil {
		return err
	}
	ballot := callbacks.Ballot{
		Proposal: made.Proposal(), Answer: made.Answer, Changes: choice.Changes,
		Comment: c.Requirement.KeptComment(made.Outcome, choice),
		Shown:   made.digest(), Via: callbacks.ViaWeb, Sends: choice.Sends, ConfigVersion: s.version,
	}
	given, err := c.Sign(gate, p, ballot, s.ReviewLimits(c.Queue))
	if err != nil || !ballot.Sends {
		return err
	}
	return s.decide(c, given, made, choice, out, now)
}

// repeats reports whether the signer's signature for the same choice is on record, and waits or is
// one of those that were there at the decision. A button may be pressed twice. While others are
// awaited, another answer to a form is another choice, even if no template sends what differs.
func (s *Service) repeats(
	c *callbacks.Case, p callbacks.Signer, choice callbacks.Choice, seen string, now time.Time,
) bool {
	if c.State != callbacks.Pending && c.Decision == nil {
		return false
	}
	outcome, _ := c.Outcome(choice.Outcome)
	return slices.ContainsFunc(c.Signatures, func(given callbacks.Signature) bool {
		if !given.Live() || given.By.ID != p.ID || given.Outcome != choice.Outcome ||
			given.Comment != c.Requirement.KeptComment(outcome, choice) ||
			!s.seenKeys.recognise(seen, &c.Callback, given.Outcome, given.Shown) {
			return false
		}
		if c.State != callbacks.Pending {
			return true
		}
		made, err := s.prepared(s.gate(&c.Callback, c.Signatures, now), p, choice)
		return err == nil && (made.Proposal() == given.Proposal || s.typedAgain(c.ID, choice, &given))
	})
}

// typedAgain reports whether a choice has the answer of a signature of the same person, with a secret
// that they typed. Each press seals it anew, so that the proposals differ.
func (s *Service) typedAgain(id callbacks.ID, choice callbacks.Choice, given *callbacks.Signature) bool {
	if choice.Real == "" || choice.Answer.Document != given.Answer.Document {
		return false
	}
	real, err := s.secrets.OpenAnswer(id, given.Answer.Sealed)
	return err == nil && real == choice.Real
}

// decide makes the decision of the last signature, and its delivery.
func (s *Service) decide(
	c *callbacks.Case, last *callbacks.Signature, made Preview, choice callbacks.Choice, out encoded, now time.Time,
) error {
	sent, err := s.outgoing(&c.Callback, made, out)
	if err != nil {
		return err
	}
	decision := callbacks.Decision{
		Outcome: made.Outcome.Name, Label: made.Outcome.Label, Kind: made.Outcome.Kind,
		By: last.By, Comment: last.Comment, At: now,
		SHA256: sent.SHA256(), Size: len(sent.Body()), ConfigVersion: s.version, Batch: choice.Batch,
	}
	delivery := callbacks.Delivery{
		Callback: c.ID, Completion: sent, Lane: s.lanes.Of(c.ExecutionARN, c.Region), DueAt: now,
	}
	if made.Shown != nil && sent.Sealed == nil { // its hash would tell what the form masks
		decision.SHA256, decision.Size, delivery.Shown = "", 0, made.Shown
	}
	if err := c.Record(c.Decide(decision, choice.Changes...)); err != nil {
		return err
	}
	c.Delivery = &delivery
	return nil
}

// confirmed returns the preview of a choice, if the choice is complete and the preview is the one
// that the person saw a short while ago.
func (s *Service) confirmed(
	gate callbacks.Gate, p callbacks.Signer, choice callbacks.Choice, seen string,
) (Preview, error) {
	now := gate.Now
	made, err := s.prepared(gate, p, choice)
	if err != nil {
		return Preview{}, err
	}
	if err := gate.Callback.Requirement.CheckComment(made.Outcome, choice.Comment); err != nil {
		return Preview{}, err
	}
	switch {
	case choice.PreparedAt.Before(now.Add(-PreviewAge)) || choice.PreparedAt.After(now.Add(time.Minute)):
		return Preview{}, fmt.Errorf("prepared at %s: %w", choice.PreparedAt.Format(time.RFC3339), callbacks.ErrStale)
	case !s.seenKeys.recognise(seen, gate.Callback, made.Outcome.Name, made.digest()):
		return Preview{}, fmt.Errorf("other bytes than those shown, or another request: %w", callbacks.ErrStale)
	}
	return made, nil
}

// Withdraw takes back the signature of a person that waits for others, on record, for a reason. It
// changes nothing if that is done already. Whoever signed needs no other right, so that leaving the
// queue's groups does not make a signature final. Errors: [callbacks.ErrNotFound],
// [fault.List] without a reason, [callbacks.ErrOldGroups], and [callbacks.ErrConflict] if
// the callback is decided or ended, or nothing of theirs waits.
func (s *Service) Withdraw(
	ctx context.Context, p callbacks.Person, id callbacks.ID, why string,
) (callbacks.Callback, error) {
	var faults fault.List
	checkReason(&faults, why, "Say why: it goes on record.")
	if err := faults.Err(); err != nil {
		return callbacks.Callback{}, err
	}
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return callbacks.Callback{}, err
	}
	reader, err := s.Signer(ctx, p)
	if err != nil {
		return callbacks.Callback{}, err
	}
	c, err := s.cases.Change(ctx, id, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
		if callbacks.LastSignature(c.Signatures, p) == nil && !s.queues.MaySee(reader, c.Queue, now) {
			return callbacks.ErrNotFound
		}
		return c.Withdraw(p, spelling.Spaced(why), s.ReviewLimits(c.Queue), now)
	})
	if errors.Is(err, callbacks.ErrWithdrawnAlready) {
		return s.cases.Get(ctx, id)
	}
	if err != nil {
		return callbacks.Callback{}, fmt.Errorf("withdraw from %s: %w", id, err)
	}
	s.changed(c)
	return c, nil
}
