package desk

import (
	"context"
	"fmt"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/mask"
)

// Revealed is a masked value, and the request that it is of, as [Service.Content] returns both. They are
// read once: if the payload had to be decoded again to show the value, that could fail once the
// revealing is on record.
type Revealed struct {
	callbacks.Revealed
	Callback callbacks.Callback
	Content  callbacks.Content
}

// Reveal returns a masked value of a callback's payload or of a form, and puts on record who saw it. at
// is that of [mask.Place], or the name of an input of a form. Only people who may sign the callback now can reveal values;
// readers, auditors, and admins who may not sign, cannot. Errors: [callbacks.ErrNotFound], also if
// nothing is masked there; [callbacks.ErrForbidden]; [callbacks.ErrOldGroups]; and
// [callbacks.ErrConflict] if the callback is not pending, or its payload was replaced meanwhile.
func (s *Service) Reveal(
	ctx context.Context, p callbacks.Person, id callbacks.ID, at string,
) (Revealed, error) {
	shown, content, err := s.read(ctx, p, id)
	if err != nil {
		return Revealed{}, err
	}
	reader, err := s.signerOf(ctx, p, &shown)
	if err != nil {
		return Revealed{}, err
	}
	if err := s.mayReveal(reader, &shown); err != nil {
		return Revealed{}, err
	}
	forms := under(s.queues.Cover(shown.Queue, &content), content.Forms)
	revealed, masked := s.revealAnswer(p, &shown, forms, at)
	if !masked {
		revealed, masked = s.queues.Reveal(shown.Queue, content, at)
	}
	if !masked {
		return Revealed{}, fmt.Errorf("callback %s masks nothing at %q: %w", id, at, callbacks.ErrNotFound)
	}
	parts := callbacks.Parts{Delegations: reader.DelegationIDs()}
	_, err = s.cases.Change(ctx, id, parts, func(c *callbacks.Case) error {
		signer := reader.Until(c.DelegationEnds)
		if err := s.mayReveal(signer, &c.Callback); err != nil {
			return err
		}
		if c.Found() != shown.Found() || c.Queue != shown.Queue {
			return fmt.Errorf("announced with another payload: %w", callbacks.ErrConflict)
		}
		right := s.gate(&c.Callback, nil, s.now()).Explain(signer, callbacks.Proposal{Stance: callbacks.For})
		c.Revealed(revealed.Pointer, right.ActingFor, s.now(), p.Actor())
		return nil
	})
	if err != nil {
		return Revealed{}, fmt.Errorf("reveal a value of callback %s: %w", id, err)
	}
	return Revealed{Revealed: revealed, Callback: shown, Content: s.queues.Shown(shown.Queue, content)}, nil
}

// MayReveal reports whether a page offers a person to reveal what a callback masks.
func (s *Service) MayReveal(ctx context.Context, p callbacks.Person, c *callbacks.Callback) (bool, error) {
	reader, err := s.signerOf(ctx, p, c)
	return err == nil && c.State == callbacks.Pending && s.mayTakePart(reader, c, s.now()) == nil, err
}

// mayReveal returns nil if somebody may see the masked values of a callback now: if they may sign
// it.
func (s *Service) mayReveal(p callbacks.Signer, c *callbacks.Callback) error {
	if c.State != callbacks.Pending {
		return c.WrongState("reveal a value of")
	}
	return s.mayTakePart(p, c, s.now())
}

// revealAnswer returns the masked value that a form proposes, by the name of its input, with the proof
// that the person has seen it. ok is false if nothing is masked there.
func (s *Service) revealAnswer(
	p callbacks.Person, c *callbacks.Callback, forms callbacks.Forms, name string,
) (r callbacks.Revealed, ok bool) {
	for _, o := range c.Outcomes {
		if !o.Form || !strings.HasPrefix(name, o.Inputs()+"/") && name != o.Inputs() {
			continue
		}
		filling := forms[o.Name].Filling(o, nil)
		if e, ok := filling.Form.Reveal(o.Inputs(), filling.Proposed, name); ok {
			e.Proof = s.seenKeys.name(c.ID, name, revealedDigest(p, forms[o.Name]))
			return callbacks.Revealed{
				Place: mask.Place{At: name, Pointer: o.Inputs() + string(e.Pointer)}, Value: []byte(e.Was.JSON()), Entry: e,
			}, true
		}
	}
	return callbacks.Revealed{}, false
}
