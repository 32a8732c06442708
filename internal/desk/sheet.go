package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/mask"
)

// Sheet is everything about one callback that its page shows.
type Sheet struct {
	Callback callbacks.Callback
	Content  callbacks.Content      // with masks in it
	Reviews  []callbacks.Review     // open ones, longest first
	Delivery *callbacks.Delivery    // of a decided callback, if there is one
	Sent     []byte                 // what pages show of its completion, as Preview.Shown
	Audit    []callbacks.AuditEntry // newest first, the latest MaxPage
	// Refused is why its reader may not decide it, a *[callbacks.Refusal] or an
	// *[callbacks.OldGroups]; nil if they may.
	Refused error
	// WantsRequester says that an admin may name the requester, because four eyes need to know.
	WantsRequester bool
	// FreshUntil is the last moment at which the reader may sign without signing in again, unless
	// their groups are read again before then; zero for no limit.
	FreshUntil time.Time

	Signatures []callbacks.Signature // all, in the order in which they were given
	Standing   callbacks.Standing    // what those that count add up to
	// SignedAs are the names under which the reader posts answers of others that are not shown.
	SignedAs map[callbacks.Proposal]string
	// Why says whether the reader may sign for the proposal that needs the fewest signatures.
	Why callbacks.Explanation
	// CouldSign says by threshold who of the people seen in 30 days, besides the reader, could fill an
	// open place of it; none where they are more than three.
	CouldSign [][]callbacks.Person
	// Void is the last signature of the reader, if it is void and they have to sign again.
	Void *callbacks.Signature
	// Policy is what the present policy would ask, if that is not what binds the callback, for an
	// admin who may apply it.
	Policy *callbacks.Requirement

	reader callbacks.Signer
	cover  *mask.Cover // hides the masked values of the content
	// Past is what earlier callbacks of the same function and name say of one that waits.
	Past Past
	// Usual is what decisions in its queue take at this hour, of one that waits; zero if it is not known.
	Usual time.Duration
}

// Sheet reads the page of a callback.
func (s *Service) Sheet(ctx context.Context, p callbacks.Person, id callbacks.ID) (Sheet, error) {
	c, reader, err := s.seeAs(ctx, p, id)
	if err != nil {
		return Sheet{}, err
	}
	content, err := s.content(ctx, id)
	if err != nil {
		return Sheet{}, err
	}
	sheet := Sheet{
		Callback: c, Content: content, reader: reader,
		Refused: s.mayTakePart(reader, &c, s.now()), WantsRequester: c.WantsRequester(),
	}
	if sheet.Signatures, err = s.signatures(ctx, &c); err != nil {
		return Sheet{}, err
	}
	s.weigh(&sheet, reader)
	if sheet.CouldSign, err = s.couldSign(ctx, reader, &sheet); err != nil {
		return Sheet{}, err
	}
	if err = s.addPast(ctx, reader, &sheet); err != nil {
		return Sheet{}, err
	}
	decoded, err := s.decoded(ctx, &c, p, content)
	if err != nil {
		return Sheet{}, err
	}
	sheet.Content, sheet.cover = s.queues.Shown(c.Queue, decoded), s.coverOf(&c, &content, &decoded)
	sheet.Content.Forms = under(sheet.cover, sheet.Content.Forms)
	sheet.hideFault()
	if sheet.Reviews, err = s.cases.Reviews(ctx, id); err != nil {
		return Sheet{}, fmt.Errorf("reviews of %s: %w", id, err)
	}
	if sheet.Audit, err = s.records.Audit(ctx, AuditQuery{Callback: id, Limit: MaxPage}); err != nil {
		return Sheet{}, fmt.Errorf("audit of %s: %w", id, err)
	}
	if c.Decision != nil {
		switch d, err := s.cases.Delivery(ctx, id); {
		case err == nil:
			sheet.deliver(&d, s.codec(&c).Encoder != nil)
		case !errors.Is(err, callbacks.ErrNotFound):
			return Sheet{}, fmt.Errorf("delivery of %s: %w", id, err)
		}
	}
	sheet.hideHashes()
	sheet.hideChanges()
	return sheet, nil
}

// hideFault takes a masked value out of the reason for which a condition could not be evaluated.
// The reason may have been recorded before the value was masked, and may have a part of it.
func (s *Sheet) hideFault() {
	fault := &s.Callback.Requirement.Fault
	*fault = s.cover.Text(*fault)
	if s.cover != nil && strings.Contains(*fault, "…") {
		*fault = "the reason is not shown, because values of this request are masked"
	}
}

// deliver adds a delivery, with masks in what repeats a masked value. Nobody can tell what is in a
// result that was encoded.
func (s *Sheet) deliver(d *callbacks.Delivery, encoded bool) {
	s.Delivery = d
	body, hidden := d.Completion.Body(), d.Completion.Sealed != nil
	if d.Shown != nil {
		body, hidden = d.Shown, true
	}
	if shown, covered := s.cover.Body(body); covered || hidden {
		s.Sent = shown
	} else if s.cover != nil && encoded && encodes(d.Completion) {
		s.Sent = []byte(mask.Literal)
	}
	if d.FollowUp == nil {
		return
	}
	after := *d.FollowUp
	after.Error.ErrorType, after.Error.ErrorMessage = s.cover.Text(after.Error.ErrorType), s.cover.Text(after.Error.ErrorMessage)
	after.Steps = slices.Clone(after.Steps)
	for i := range after.Steps {
		after.Steps[i].Note = s.cover.Text(after.Steps[i].Note)
	}
	d.FollowUp = &after
}

// hideChanges leaves the values out of changes that tell a masked one: a queue may mask it since they were
// recorded. What a reviewer typed is not compared, because a mask there would tell them that it is the value.
// A value that was recorded in part may have a part of a masked one.
func (s *Sheet) hideChanges() {
	tells := func(value string) bool {
		return s.cover.Finds(value) || s.cover != nil && strings.HasSuffix(value, "…")
	}
	for i := range s.Audit {
		recorded := s.Audit[i].Facts.Changes
		shown := slices.Clone(recorded)
		for j, c := range recorded {
			typed := c.Kind == form.Added || c.Kind == form.Answered
			// What was only moved in its list was recorded as removed and added.
			moved := c.Kind == form.Added && slices.ContainsFunc(recorded, func(from form.Change) bool { return from.Kind == form.Removed && from.Old == c.New })
			if !typed && s.cover.Finds(c.Title) { // a member that no schema names is called by its name
				shown[j] = form.Change{Title: "Answer", Kind: form.Replaced}
			} else if tells(c.Old) || moved && tells(c.New) {
				shown[j] = form.Change{Pointer: c.Pointer, Title: c.Title, Kind: form.Replaced, Widget: c.Widget}
			}
		}
		s.Audit[i].Facts.Changes = shown
	}
}

// hideHashes leaves out what would let a reader try out what a masked value is: the size and the hash
// of what was sent, and the hashes of what signers saw.
func (s *Sheet) hideHashes() {
	if s.cover == nil {
		return
	}
	s.Signatures = slices.Clone(s.Signatures)
	for i := range s.Signatures {
		s.Signatures[i].Shown = ""
	}
	if s.Sent != nil || s.Delivery == nil {
		s.Callback.Decision = unhashed(s.Callback.Decision)
		for i := range s.Audit {
			s.Audit[i].Facts.Decision = unhashed(s.Audit[i].Facts.Decision)
		}
	}
}

// unhashed is a decision, if there is one, without the size and the hash of what it sends.
func unhashed(d *callbacks.Decision) *callbacks.Decision {
	if d == nil {
		return nil
	}
	hidden := *d
	hidden.SHA256, hidden.Size = "", 0
	return &hidden
}

// weigh says what the signatures of a sheet add up to, and what its reader may do about it.
func (s *Service) weigh(sheet *Sheet, p callbacks.Signer) {
	gate := s.gate(&sheet.Callback, sheet.Signatures, s.now())
	sheet.Standing, sheet.FreshUntil = gate.Standing(), gate.FreshUntil(p.Person)
	sheet.SignedAs = make(map[callbacks.Proposal]string)
	for _, tally := range sheet.Standing.Tallies {
		sheet.SignedAs[tally.Proposal] = s.seenKeys.nameAnswer(sheet.Callback.ID, tally.Proposal)
	}
	sheet.Why = gate.Explain(p, sheet.Standing.Leading().Proposal)
	sheet.Void = voided(&sheet.Callback, sheet.Signatures, p.Person)
	if p.Roles.Admin {
		sheet.Policy = s.queues.PresentPolicy(&sheet.Callback, &sheet.Content)
	}
}

// voided is the last signature of a person if it is void while the callback waits; else nil.
func voided(c *callbacks.Callback, signatures []callbacks.Signature, p callbacks.Person) *callbacks.Signature {
	last := callbacks.LastSignature(signatures, p)
	if last == nil || c.State != callbacks.Pending || last.Live() || last.End.Lapse != callbacks.Void {
		return nil
	}
	return last
}

// signatures reads the signatures of a callback, if it has any.
func (s *Service) signatures(ctx context.Context, c *callbacks.Callback) ([]callbacks.Signature, error) {
	if c.SignatureCount == 0 {
		return nil, nil
	}
	all, err := s.cases.Signatures(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("signatures of %s: %w", c.ID, err)
	}
	return all, nil
}

// Content reads a callback and what its sender wrote, with masks in it. The reader needs the rights
// that [Service.Sheet] needs.
func (s *Service) Content(
	ctx context.Context, p callbacks.Person, id callbacks.ID,
) (callbacks.Callback, callbacks.Content, error) {
	c, content, err := s.read(ctx, p, id)
	return c, s.queues.Shown(c.Queue, content), err
}

// sent is what Content reads, without masks. Nobody may be shown it.
func (s *Service) sent(
	ctx context.Context, p callbacks.Person, id callbacks.ID,
) (callbacks.Callback, callbacks.Content, error) {
	c, err := s.see(ctx, p, id)
	if err != nil {
		return callbacks.Callback{}, callbacks.Content{}, err
	}
	content, err := s.content(ctx, id)
	return c, content, err
}

func (s *Service) content(ctx context.Context, id callbacks.ID) (callbacks.Content, error) {
	content, err := s.cases.Content(ctx, id)
	if err != nil {
		return callbacks.Content{}, fmt.Errorf("content of %s: %w", id, err)
	}
	return content, nil
}

// Fate is what became of a signature.
type Fate string

// The fates.
const (
	FateWaiting   Fate = "waiting"  // it waits for others
	FateDecided   Fate = "decided"  // it is one of those that decided
	FateOutvoted  Fate = "outvoted" // another proposal was decided
	FateLate      Fate = "late"     // the callback ended before enough had signed
	FateWithdrawn Fate = Fate(callbacks.Withdrawn)
	FateReplaced  Fate = Fate(callbacks.Replaced)
	FateVoid      Fate = Fate(callbacks.Void)
)

// Fate says what became of one of the sheet's signatures.
func (s *Sheet) Fate(given *callbacks.Signature) Fate {
	switch {
	case given.End != nil:
		return Fate(given.End.Lapse)
	case s.Callback.State == callbacks.Pending:
		return FateWaiting
	case s.Callback.Decision == nil:
		return FateLate
	case s.Standing.Decided != nil && s.Standing.Decided.Proposal == given.Proposal:
		return FateDecided
	}
	return FateOutvoted
}
