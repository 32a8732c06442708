package callbacks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/internal/printable"
)

// PreviewAge is how long a preview stays valid for a decision. The time that the preview shows goes
// into the payload.
const PreviewAge = 15 * time.Minute

// ErrStale means that what the reviewer saw differs from what would be sent, or was shown too long
// ago. Show a fresh preview.
var ErrStale = errors.New("the preview is out of date")

// Preview is what Lambda would receive for a choice.
type Preview struct {
	Outcome    Outcome
	Faults     Invalid // why this cannot be sent; Completion is then empty
	Completion Completion
	PreparedAt time.Time
	Sealed     bool // a success is encrypted for the function before it goes out
	// nobody has announced the callback: its request will change when somebody does
	Found  bool
	Stated Requester // the requester, if an admin named one; an admin may correct it
}

const (
	foundFirst = "found-"  // marks a preview of a callback that was found and not announced yet
	sealMark   = "sealed-" // marks a preview that promises encryption
)

// Seen identifies what the preview shows; the decision carries it back. It holds the hash of the
// bytes, and marks three things that the bytes do not show: a callback that was found and not
// announced yet, a requester whom an admin named, and that the bytes are encrypted before they go
// out. A changed configuration would otherwise send in the clear what the page said is encrypted.
func (p Preview) Seen() string {
	seen := p.Completion.SHA256()
	if p.Sealed {
		seen = sealMark + seen
	}
	if p.Stated != (Requester{}) {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q", p.Stated))
		seen = hex.EncodeToString(sum[:8]) + "-" + seen
	}
	if p.Found {
		seen = foundFirst + seen
	}
	return seen
}

// seenHash is the hash of the bytes in a value made by [Preview.Seen].
func seenHash(seen string) string { return seen[strings.LastIndexByte(seen, '-')+1:] }

// Preview shows what a choice would send, without recording anything. A comment that the outcome
// requires may still be missing. Preview is the first of two steps, so it demands fresh groups as
// [Service.Decide] does.
func (s *Service) Preview(ctx context.Context, p Person, id ID, choice Choice) (Preview, error) {
	c, err := s.see(ctx, p, id)
	if err != nil {
		return Preview{}, err
	}
	if err := s.queues.MayDecide(p, &c, s.now()); err != nil {
		return Preview{}, err
	}
	shown, err := s.preview(&c, p, choice)
	if err != nil {
		return Preview{}, err
	}
	return shown, s.fresh(p, s.now())
}

// PreviewAll reads a callback and shows what each outcome would send with a comment, as Previews
// does.
func (s *Service) PreviewAll(ctx context.Context, p Person, id ID, comment string) ([]Preview, error) {
	c, err := s.see(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if c.State != Pending {
		return nil, ErrConflict
	}
	return s.Previews(p, &Sheet{Callback: c}, comment)
}

// Previews shows what each outcome of a sheet would send with a comment; it reads nothing more. An
// outcome that cannot be sent says why in its Faults and does not hide the others.
func (s *Service) Previews(p Person, sheet *Sheet, comment string) ([]Preview, error) {
	c := &sheet.Callback
	if err := s.queues.MayDecide(p, c, s.now()); err != nil {
		return nil, err
	}
	previews := make([]Preview, len(c.Outcomes))
	for i, outcome := range c.Outcomes {
		shown, err := s.preview(c, p, Choice{Outcome: outcome.Name, Comment: comment})
		if faults, invalid := errors.AsType[Invalid](err); invalid {
			shown = Preview{Outcome: outcome, Faults: faults}
		} else if err != nil {
			return nil, fmt.Errorf("preview of %s: %w", outcome.Name, err)
		}
		previews[i] = shown
	}
	return previews, nil
}

// preview is what the choice would send now.
func (s *Service) preview(c *Callback, p Person, choice Choice) (Preview, error) {
	choice.PreparedAt = s.now().Truncate(time.Second)
	return s.prepared(c, p, choice)
}

// prepared is what the choice would send, at the time that it was prepared.
func (s *Service) prepared(c *Callback, p Person, choice Choice) (Preview, error) {
	shown, err := preview(c, p, choice)
	shown.Sealed = s.sealer(c) != nil && shown.Completion.Kind == Success
	return shown, err
}

func preview(c *Callback, p Person, choice Choice) (Preview, error) {
	outcome, ok := c.Outcome(choice.Outcome)
	if !ok {
		return Preview{}, Invalid{{Pointer: "outcome", Detail: "This request does not offer that outcome."}}
	}
	choice.Comment = tidyComment(choice.Comment)
	if n := utf8.RuneCountInString(choice.Comment); n > MaxCommentRunes {
		return Preview{}, Invalid{{Pointer: "comment", Detail: fmt.Sprintf("At most %d characters, this has %d.", MaxCommentRunes, n)}}
	}
	if outcome.Comment == CommentNone {
		choice.Comment = ""
	}
	if n := outcome.leastSize(choice, p); n > maxCompletionBytes {
		return Preview{}, tooLong(choice, n)
	}
	made := outcome.Fill(choice, p)
	if n := len(made.Body()); n > maxCompletionBytes {
		return Preview{}, tooLong(choice, n)
	}
	shown := Preview{Outcome: outcome, Completion: made, PreparedAt: choice.PreparedAt, Found: c.found()}
	if c.Requester.StatedBy != "" {
		shown.Stated = c.Requester
	}
	return shown, nil
}

// tooLong is the fault of a completion of n bytes or more. If there is no comment, the reviewer
// cannot shorten anything, and the fault is about the outcome.
func tooLong(choice Choice, n int) Invalid {
	place := "comment"
	if choice.Comment == "" {
		place = "outcome"
	}
	return Invalid{{Pointer: place, Detail: fmt.Sprintf("Lambda takes at most %d bytes, this would be %d or more.", maxCompletionBytes, n)}}
}

// Decide records the decision that a person saw as the preview that [Preview.Seen] identifies. Once
// recorded, the decision is delivered whatever happens to this process. Errors: [ErrNotFound],
// [ErrForbidden], [Invalid] for a missing comment, [ErrOldGroups], [ErrStale] for an old preview,
// and [ErrConflict] if somebody or a clock was faster; the returned callback then says who or what.
func (s *Service) Decide(ctx context.Context, p Person, id ID, choice Choice, seen string) (Callback, error) {
	shown, err := s.see(ctx, p, id)
	if err != nil {
		return Callback{}, err
	}
	out := s.seal(ctx, &shown, p, choice, seen)
	slot := s.reserve(&shown)
	defer slot.release()
	c, err := s.store.Change(ctx, id, Parts{}, func(c *Case) error {
		err := s.decide(c, p, choice, seen, out, s.now())
		slot.lend(c)
		return err
	})
	switch {
	case errors.Is(err, ErrConflict):
		if current, getErr := s.store.Get(ctx, id); getErr == nil {
			c = current
		}
		return c, fmt.Errorf("callback %s: %w", id, err)
	case err != nil:
		return Callback{}, fmt.Errorf("callback %s: %w", id, err)
	}
	s.changed(c)
	slot.begin(c)
	s.beat()
	return c, nil
}

// decide holds the rules of Decide. It runs inside the transaction.
func (s *Service) decide(
	c *Case, p Person, choice Choice, seen string, out sealed, now time.Time,
) error {
	if c.State != Pending {
		return c.wrongState("decide")
	}
	if err := s.queues.MayDecide(p, &c.Callback, now); err != nil {
		return err
	}
	made, err := s.confirmed(&c.Callback, p, choice, seen, now)
	if err != nil {
		return err
	}
	sent, err := s.outgoing(&c.Callback, made.Completion, out)
	if err != nil {
		return err
	}
	signature, err := s.sign(&c.Callback, p, Ballot{
		Proposal: made.Outcome.Proposal(nil), Comment: made.Outcome.comment(choice), Shown: seen,
		Via: ViaWeb, Sends: true,
	}, now)
	if err != nil {
		return err
	}
	decision := Decision{
		Outcome: made.Outcome.Name, Label: made.Outcome.Label, Kind: made.Outcome.Kind,
		By: signature.By, Comment: signature.Comment, At: now,
		SHA256: sent.SHA256(), Size: len(sent.Body()), ConfigVersion: s.version,
	}
	if err := c.Record(c.Decide(decision)); err != nil {
		return err
	}
	c.Signature = signature
	c.Delivery = &Delivery{
		Callback: c.ID, Completion: sent, Lane: s.lanes.Of(c.Target()), DueAt: now,
	}
	return nil
}

// confirmed returns the preview of a choice, if the choice is complete and the preview is the one
// that the person saw a short while ago.
func (s *Service) confirmed(
	c *Callback, p Person, choice Choice, seen string, now time.Time,
) (Preview, error) {
	made, err := s.prepared(c, p, choice)
	if err != nil {
		return Preview{}, err
	}
	if made.Outcome.Comment == CommentRequired && !printable.HasInk(made.Outcome.comment(choice)) {
		return Preview{}, Invalid{{Pointer: "comment", Detail: made.Outcome.Label + " needs a comment."}}
	}
	if err := s.fresh(p, now); err != nil {
		// checked after everything else that the person can fix, so that the comment they typed is
		// worth keeping until they have signed in
		return Preview{}, err
	}
	switch {
	case choice.PreparedAt.Before(now.Add(-PreviewAge)) || choice.PreparedAt.After(now.Add(time.Minute)):
		return Preview{}, fmt.Errorf("prepared at %s: %w", choice.PreparedAt.Format(time.RFC3339), ErrStale)
	case made.Seen() != seen:
		return Preview{}, fmt.Errorf("other bytes than those shown, or another request: %w", ErrStale)
	}
	return made, nil
}

// sign asks the gate for a person's signature.
func (s *Service) sign(c *Callback, p Person, b Ballot, now time.Time) (*Signature, error) {
	signatures, _, err := s.queues.gate(c, now).Sign(Signer{Person: p}, b)
	if err != nil {
		return nil, err
	}
	given := signatures[len(signatures)-1]
	given.ConfigVersion = s.version
	return &given, nil
}

// comment is the comment of a choice, empty if the outcome has none.
func (o Outcome) comment(choice Choice) string {
	if o.Comment == CommentNone {
		return ""
	}
	return tidyComment(choice.Comment)
}

// Repeats reports whether a person made this decision already: the button was pressed twice, or the
// answer to the first press was lost. It compares the bytes that were seen; if they were encrypted
// before sending, it compares outcome and comment.
func (s *Service) Repeats(c *Callback, p Person, choice Choice, seen string) bool {
	d := c.Decision
	if d == nil || d.By.ID != p.ID {
		return false
	}
	sealed := d.Kind == Success && strings.Contains(seen, sealMark)
	return d.SHA256 == seenHash(seen) || sealed && d.Outcome == choice.Outcome && d.Comment == tidyComment(choice.Comment)
}

// tidyComment normalises the line ends of a form, so that the same comment gives the same bytes
// with and without scripts.
func tidyComment(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n"))
}

// RetryDelivery sends a decision again when an admin believes that it can be delivered; only admins
// may call it. It returns [ErrConflict] if there is nothing to deliver.
func (s *Service) RetryDelivery(ctx context.Context, p Person, id ID) (Callback, error) {
	if _, err := s.see(ctx, p, id); err != nil {
		return Callback{}, err
	}
	if !p.Roles.Admin {
		return Callback{}, &Refusal{Code: CodeRole, Reason: "Only admins can resend a decision."}
	}
	now := s.now()
	if err := s.fresh(p, now); err != nil {
		return Callback{}, err
	}
	c, err := s.store.Change(ctx, id, Parts{Delivery: true}, func(c *Case) error {
		return c.Record(c.Retry(c.Delivery, now, p.Actor()))
	})
	if err != nil {
		return Callback{}, fmt.Errorf("retry %s: %w", id, err)
	}
	s.changed(c)
	s.deliveries.Wake()
	s.beat()
	return c, nil
}
