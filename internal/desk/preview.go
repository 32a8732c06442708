package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/form"
	"countersign/internal/mask"
)

// PreviewAge is how long a preview stays valid for a decision. The time that the preview shows goes
// into the payload.
const PreviewAge = 15 * time.Minute

// Preview is what Lambda would receive for a choice, and what a signature for it would do.
type Preview struct {
	callbacks.Prepared
	Filling *form.Filling // the form with the reader's answer; nil if the outcome has none
	// Faults say why this cannot be sent. Completion is then empty, unless they are those of a form: it
	// is then what the answer would be sent as.
	Faults     fault.List
	PreparedAt time.Time
	// Seen names what the preview shows, see [SeenKeys]; the decision carries it back.
	Seen string
	// Shown is what pages show of the completion's body, if a masked value is in that. The value is
	// sent, and pages tell neither the size nor the hash of the body. A free answer is shown as it was
	// typed.
	Shown []byte
	// real is what is sent; Completion shows less of it if somebody typed a secret
	real callbacks.Completion
	// veiled stands for the hash of what is sent, if the form masks something in it
	veiled string
	// Encoding says what becomes of the result before it goes out, as [Encoder.Says] does; empty if
	// it goes out as it is.
	Encoding string
	// nobody has announced the callback: its request will change when somebody does
	Found  bool
	Stated callbacks.Requester // the requester, if an admin named one; an admin may correct it
	origin string              // see originOf

	Why   callbacks.Explanation // whether the reader may sign for it
	Tally callbacks.Tally       // what the signatures for it add up to
	// Elsewhere are those whose signatures are for other answers of the outcome.
	Elsewhere []callbacks.Actor
	// Sends says that the reader's signature would decide. If it is false, the signature would wait
	// for others, and nothing is sent.
	Sends bool
	// NotFinal are the placeholders whose values others will still change, because the signature
	// would wait for them.
	NotFinal []string
	// Usual is how executions usually went on after the outcome; nil if too few did.
	Usual *Way
}

// foundFirst marks a preview of a callback that was found and not announced yet.
const foundFirst = "found-"

// digest identifies what the preview shows, and stays on record with a signature. It holds the hash of
// the bytes, and marks what the bytes do not show: a callback that was found and not announced yet, a
// requester whom an admin named, how the bytes are encoded before they go out, and that somebody typed
// hidden values: the reader could otherwise compare those with what is hidden.
// A changed configuration would otherwise send in the clear what the page said is encrypted.
func (p Preview) digest() string {
	digest := p.hash()
	if p.Answer.Typed != (form.Typed{}) {
		digest = mark(p.Answer.Typed) + digest
	}
	if p.Encoding != "" {
		digest = mark(p.Encoding) + digest
	}
	if p.Stated != (callbacks.Requester{}) {
		digest = mark(p.Stated) + digest
	}
	if p.Found {
		digest = foundFirst + digest
	}
	return digest
}

// Revision identifies the request and the outcome as the preview shows them, whatever the comment
// and the time in the bytes: another one means that the person has to look again.
func (p Preview) Revision() string {
	return p.origin + mark(fmt.Sprintf("%s %q %+v %t", p.Proposal().Hash, p.Encoding, p.Stated, p.Found))
}

// mark is short, and another one for another value.
func mark(value any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", value))
	return hex.EncodeToString(sum[:8]) + "-"
}

// Preview shows what a choice would send, without recording anything. A comment that the outcome
// requires may still be missing. Preview is the first of two steps, so it demands what
// [Service.Sign] does.
func (s *Service) Preview(
	ctx context.Context, p callbacks.Person, id callbacks.ID, choice callbacks.Choice,
) (Preview, error) {
	gate, signer, forms, cover, err := s.open(ctx, p, id)
	if err != nil {
		return Preview{}, err
	}
	shown, err := s.preview(ctx, gate, signer, choice, forms, cover)
	if err != nil {
		return Preview{}, err
	}
	return shown, nil
}

// PreviewAll reads a callback and shows what each outcome would send, as Previews does; or what only one
// of them would, by its name. The forms of the others are not read or checked then.
func (s *Service) PreviewAll(
	ctx context.Context, p callbacks.Person, id callbacks.ID, draft callbacks.Choice, only string,
) ([]Preview, error) {
	gate, signer, forms, cover, err := s.open(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if gate.Callback.State != callbacks.Pending {
		return nil, callbacks.ErrConflict
	}
	past, err := s.past(ctx, signer, gate.Callback)
	if err != nil {
		return nil, err
	}
	previews, err := s.previews(ctx, gate, signer, draft, forms, cover, only)
	return past.told(previews), err
}

// Previews shows what each outcome of a sheet would send with the comment and the answer of a
// draft; it reads nothing more. An outcome that cannot be sent says why in its Faults and does not
// hide the others.
func (s *Service) Previews(
	ctx context.Context, p callbacks.Person, sheet *Sheet, draft callbacks.Choice,
) ([]Preview, error) {
	now, signer := s.now(), sheet.reader
	signer.Person = p
	if err := s.mayTakePart(signer, &sheet.Callback, now); err != nil {
		return nil, err
	}
	gate := s.gate(&sheet.Callback, sheet.Signatures, now)
	previews, err := s.previews(ctx, gate, signer, draft, sheet.Content.Forms, sheet.cover, "")
	return sheet.Past.told(previews), err
}

// open reads what the gate of a callback needs, its forms, and what hides its masked values, for somebody
// who may decide it.
func (s *Service) open(
	ctx context.Context, p callbacks.Person, id callbacks.ID,
) (gate callbacks.Gate, signer callbacks.Signer, forms callbacks.Forms, cover *mask.Cover, err error) {
	c, signer, err := s.seeAs(ctx, p, id)
	if err != nil {
		return gate, signer, nil, nil, err
	}
	now := s.now()
	if err := s.mayTakePart(signer, &c, now); err != nil {
		return gate, signer, nil, nil, err
	}
	signatures, err := s.signatures(ctx, &c)
	if err != nil {
		return gate, signer, nil, nil, err
	}
	forms, cover, err = s.formsOf(ctx, &c, p)
	return s.gate(&c, signatures, now), signer, forms, cover, err
}

func (s *Service) previews(
	ctx context.Context, gate callbacks.Gate, p callbacks.Signer, draft callbacks.Choice, forms callbacks.Forms,
	cover *mask.Cover, only string,
) (previews []Preview, err error) {
	for _, outcome := range s.queues.Offers(gate.Callback) {
		if only != "" && outcome.Name != only {
			continue
		}
		choice := draft
		choice.Outcome, choice.Fields = outcome.Name, maps.Clone(draft.Fields)
		delete(choice.Fields, outcome.SignedInput()) // the page has the reader's own answer
		shown, err := s.preview(ctx, gate, p, choice, forms, cover)
		if faults, invalid := errors.AsType[fault.List](err); invalid {
			shown.Outcome, shown.Faults = outcome, faults
		} else if err != nil {
			return nil, fmt.Errorf("preview of %s: %w", outcome.Name, err)
		}
		previews = append(previews, shown)
	}
	return previews, nil
}

// preview is what the choice would send now, and what a signature for it would do.
func (s *Service) preview(
	ctx context.Context, gate callbacks.Gate, p callbacks.Signer, choice callbacks.Choice, forms callbacks.Forms,
	cover *mask.Cover,
) (Preview, error) {
	choice.PreparedAt = gate.Now.Truncate(time.Second)
	choice, filling, err := s.filled(ctx, gate.Callback, p, choice, forms)
	if err != nil {
		return Preview{}, err
	}
	shown, err := s.prepared(gate, p, choice)
	s.concealed(gate, p, choice, cover, &shown)
	if shown.Filling = filling; filling != nil && err == nil {
		err = filling.Invalid(callbacks.FieldAnswer)
	}
	proposal := shown.Proposal()
	shown.Why = gate.Explain(p, proposal)
	standing := gate.Standing()
	shown.Tally, shown.Elsewhere = standing.Of(proposal), elsewhere(standing, proposal)
	shown.Sends = gate.Sends(p, proposal)
	if !shown.Sends {
		shown.NotFinal = shown.Outcome.NotFinal()
	}
	return shown, err
}

// elsewhere are those who signed for the outcome of a proposal with another answer.
func elsewhere(s callbacks.Standing, proposal callbacks.Proposal) (others []callbacks.Actor) {
	for _, tally := range s.Tallies {
		if tally.Outcome != proposal.Outcome || tally.Proposal == proposal {
			continue
		}
		for _, counted := range tally.Signed {
			others = append(others, counted.Signature.By)
		}
	}
	return others
}

// prepared is what the choice would send, at the time that it was prepared. With an
// [fault.List], the preview says only what was chosen.
func (s *Service) prepared(gate callbacks.Gate, p callbacks.Signer, choice callbacks.Choice) (Preview, error) {
	c := gate.Callback
	codec := s.codec(c)
	gate.ReadsText = codec.Text
	made, err := gate.Prepare(p, choice)
	shown := Preview{Prepared: made}
	if err != nil {
		return shown, err
	}
	s.veil(gate, p, choice, &shown)
	shown.PreparedAt, shown.Found, shown.origin = choice.PreparedAt, c.Found(), originOf(c)
	if codec.Encoder != nil && encodes(shown.real) {
		shown.Encoding = codec.Encoder.Says()
	}
	if c.Requester.StatedBy != "" {
		shown.Stated = c.Requester
	}
	shown.Seen = s.seenKeys.Name(c, made.Outcome.Name, shown.digest())
	return shown, nil
}
