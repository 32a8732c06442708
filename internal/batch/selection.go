package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
)

// Desk is what selections ask of [desk.Service].
type Desk interface {
	Content(ctx context.Context, p callbacks.Person, id callbacks.ID) (callbacks.Callback, callbacks.Content, error)
	Reviewers(ctx context.Context, p callbacks.Person, id callbacks.ID) ([]callbacks.Actor, error)
	Preview(ctx context.Context, p callbacks.Person, id callbacks.ID, choice callbacks.Choice) (desk.Preview, error)
	Queues() callbacks.Queues
}

// MaxShown bounds the payload and the bytes for Lambda of an item, in bytes: whoever decides many at
// once reads them in a table.
const MaxShown = 32 << 10

// Candidate is a selected callback, and whether a batch can take it now.
type Candidate struct {
	Callback  callbacks.Callback
	Payload   []byte            // with masks in it
	Reviewers []callbacks.Actor // who has it open, the reader too
	Preview   desk.Preview      // of the one outcome of the stance, if there is one and it can be sent
	Out       Out               // why a batch does not take it; empty if it does
	Why       string            // with OutRefused, OutUnsendable and OutUnread: why, in words
	refused   error             // with OutRefused: why
}

// Out is why a batch does not take a callback.
type Out string

// The reasons.
const (
	OutEnded      Out = "ended"      // it does not wait any more
	OutSoon       Out = "soon"       // less than [Margin] is left
	OutHeld       Out = "held"       // somebody else has it open
	OutSignatures Out = "signatures" // more than one person has to sign
	OutForm       Out = "form"       // each has an answer of its own
	OutLong       Out = "long"       // it is longer than [MaxShown]
	OutSeveral    Out = "several"    // more than one outcome has the stance
	OutNone       Out = "none"       // no outcome has the stance
	OutRefused    Out = "refused"    // the person may not sign
	OutUnsendable Out = "unsendable" // what would be sent is not valid, or cannot be made now
	OutChanged    Out = "changed"    // it is not what the person selected
	OutUnread     Out = "unread"     // its payload cannot be read as its function wrote it
)

// Service makes and begins batches for people. Its methods check nothing of other people's: a batch
// of somebody else is [callbacks.ErrNotFound].
type Service struct {
	store Store
	desk  Desk
	begun func()
	now   func() time.Time
}

// NewService makes a service. begun is called when a batch begins; it must not block.
func NewService(store Store, d Desk, begun func(), now func() time.Time) *Service {
	return &Service{store: store, desk: d, begun: begun, now: now}
}

// Select records a selection of callbacks. What the person may not see is left out without a word.
// Errors: [ErrTooMany], [ErrEmpty] if nothing is left.
func (s *Service) Select(ctx context.Context, p callbacks.Person, ids []callbacks.ID, stance callbacks.Stance, list string) (Batch, error) {
	if len(ids) > MaxItems {
		return Batch{}, ErrTooMany
	}
	b := Batch{ID: callbacks.NewID(), By: p, Stance: stance, List: list, MadeAt: s.now()}
	for _, id := range ids {
		if b.Index(id) < 0 {
			b.Items = append(b.Items, Item{Callback: id})
		}
	}
	all, err := s.candidates(ctx, p, &b, "")
	if err != nil {
		return Batch{}, err
	}
	b.Items = nil
	for i := range all {
		item := Item{Callback: all[i].Callback.ID}
		if all[i].Out == "" || all[i].Out == OutHeld || all[i].Out == OutSoon { // what may still go when it is confirmed
			item.Outcome, item.Revision = all[i].Preview.Outcome.Name, all[i].Preview.Revision()
		}
		b.Items = append(b.Items, item)
	}
	if len(b.Items) == 0 {
		return Batch{}, ErrEmpty
	}
	if err := s.store.AddBatch(ctx, b); err != nil {
		return Batch{}, fmt.Errorf("record a selection: %w", err)
	}
	return b, nil
}

// Batch reads a batch of the person.
func (s *Service) Batch(ctx context.Context, p callbacks.Person, id callbacks.ID) (Batch, error) {
	b, err := s.store.Batch(ctx, id)
	if err == nil && b.By.ID != p.ID {
		err = callbacks.ErrNotFound
	}
	if err != nil {
		return Batch{}, fmt.Errorf("batch %s: %w", id, err)
	}
	return b, nil
}

// Candidates reads what each item of a selection is now, nearest deadline first.
func (s *Service) Candidates(ctx context.Context, p callbacks.Person, b *Batch) ([]Candidate, error) {
	return s.candidates(ctx, p, b, "")
}

// Arm is the first of two presses: it keeps what the person is shown then, for those of the items that
// are included, with one comment for all. It returns the included ones that can go, with what would be
// sent, and those that cannot any more. Errors: [callbacks.ErrNotFound], [ErrBegun], [ErrOld],
// [ErrEmpty], [callbacks.ErrOldGroups], and a [fault.List] about the comment.
func (s *Service) Arm(
	ctx context.Context, p callbacks.Person, id callbacks.ID, included []callbacks.ID, comment string,
) (Batch, []Candidate, error) {
	b, err := s.open(ctx, p, id)
	if err != nil {
		return b, nil, err
	}
	all, err := s.candidates(ctx, p, &b, comment)
	if err != nil {
		return b, nil, err
	}
	all = slices.DeleteFunc(all, func(c Candidate) bool { return !slices.Contains(included, c.Callback.ID) })
	for i := range all {
		if errors.Is(all[i].refused, callbacks.ErrOldGroups) {
			return b, nil, all[i].refused
		}
	}
	if err := checkComment(all, comment); err != nil {
		return b, nil, err
	}
	if !slices.ContainsFunc(all, func(c Candidate) bool { return c.Out == "" }) {
		return b, nil, ErrEmpty
	}
	b.Comment = comment
	b.prepare(all)
	if err := s.store.ArmBatch(ctx, b); err != nil {
		return b, nil, fmt.Errorf("arm batch %s: %w", id, err)
	}
	return b, all, nil
}

// Begin is the second press: it confirms what [Batch.Shown] names. Errors: [callbacks.ErrNotFound],
// [ErrBegun], [ErrOld], and [ErrOther] if something else was shown last.
func (s *Service) Begin(ctx context.Context, p callbacks.Person, id callbacks.ID, shown string) (Batch, error) {
	b, err := s.open(ctx, p, id)
	switch {
	case err != nil:
		return b, err
	case b.Shown() != shown || !slices.ContainsFunc(b.Items, func(i Item) bool { return i.Seen != "" }):
		return b, ErrOther
	}
	b.Items = slices.DeleteFunc(b.Items, func(i Item) bool { return i.Seen == "" })
	b.By, b.BegunAt = p, s.now()
	entry := callbacks.AuditEntry{
		At: b.BegunAt, Actor: p.Actor(), Action: callbacks.ActionBatchBegun,
		Detail: fmt.Sprintf("%d requests, %s, in batch %s.", len(b.Items), b.Stance, b.ID),
	}
	if err := s.store.BeginBatch(ctx, b, entry); err != nil {
		return b, fmt.Errorf("begin batch %s: %w", id, err)
	}
	s.begun()
	return b, nil
}

// open reads a selection that can still be confirmed.
func (s *Service) open(ctx context.Context, p callbacks.Person, id callbacks.ID) (Batch, error) {
	b, err := s.Batch(ctx, p, id)
	switch {
	case err != nil:
		return Batch{}, err
	case b.Begun():
		return b, ErrBegun
	case s.now().Sub(b.MadeAt) > SelectionAge:
		return b, ErrOld
	}
	return b, nil
}

// Stop ends a batch after the item under way.
func (s *Service) Stop(ctx context.Context, p callbacks.Person, id callbacks.ID) error {
	b, err := s.Batch(ctx, p, id)
	if err != nil || !b.Begun() || b.Ended() {
		return err
	}
	now := s.now()
	return s.store.StopBatch(ctx, id, now, callbacks.AuditEntry{
		At: now, Actor: p.Actor(), Action: callbacks.ActionBatchStopped, Detail: fmt.Sprintf("Batch %s.", id),
	})
}

// prepare puts the items into the order in which they are signed, and notes the bytes that are shown
// of those that can go.
func (b *Batch) prepare(all []Candidate) {
	ordered := make([]Item, 0, len(b.Items))
	for i := range all {
		item := b.Items[b.Index(all[i].Callback.ID)]
		item.Seen, item.PreparedAt = "", time.Time{}
		if all[i].Out == "" {
			item.Seen, item.PreparedAt = all[i].Preview.Seen, all[i].Preview.PreparedAt
		}
		ordered = append(ordered, item)
	}
	for _, item := range b.Items {
		if !slices.ContainsFunc(ordered, func(o Item) bool { return o.Callback == item.Callback }) {
			item.Seen, item.PreparedAt = "", time.Time{}
			ordered = append(ordered, item)
		}
	}
	b.Items = ordered
}

// candidates reads the items of a batch that the person may see, nearest deadline first, with what
// would be sent for each with a comment.
func (s *Service) candidates(ctx context.Context, p callbacks.Person, b *Batch, comment string) ([]Candidate, error) {
	now := s.now()
	var all []Candidate
	for i := range b.Items {
		c, err := s.candidate(ctx, p, b.Items[i].Callback, b.Stance, comment, now)
		switch {
		case errors.Is(err, callbacks.ErrNotFound):
			continue
		case err != nil:
			return nil, err
		case c.Out == "" && b.Items[i].Revision != "" && c.Preview.Revision() != b.Items[i].Revision:
			c.Out = OutChanged
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, soonest)
	return all, nil
}

// soonest sorts what ends first to the front, and what never ends to the back.
func soonest(a, b Candidate) int {
	at, _ := a.Callback.Ends()
	bt, _ := b.Callback.Ends()
	switch {
	case at.IsZero() && bt.IsZero():
		return 0
	case at.IsZero():
		return 1
	case bt.IsZero():
		return -1
	}
	return at.Compare(bt)
}

// candidate reads one callback and says whether a batch takes it.
func (s *Service) candidate(
	ctx context.Context, p callbacks.Person, id callbacks.ID, stance callbacks.Stance, comment string, now time.Time,
) (c Candidate, err error) {
	var content callbacks.Content
	if c.Callback, content, err = s.desk.Content(ctx, p, id); err != nil {
		return Candidate{}, err
	}
	outcome := ""
	if outcome, c.Out = choose(s.desk.Queues().Offers(&c.Callback), stance); c.Callback.State != callbacks.Pending {
		c.Out = OutEnded
	} else if c.Callback.Requirement.Places() > 1 {
		c.Out = OutSignatures
	} else if len(content.Payload) > MaxShown {
		c.Out = OutLong
	} else if content.Undecoded != "" {
		c.Out, c.Why = OutUnread, content.Undecoded
	}
	if c.Out != "" {
		return c, nil
	}
	c.Payload = content.Payload
	if c.Reviewers, err = s.desk.Reviewers(ctx, p, id); err != nil {
		return Candidate{}, err
	}
	preview, err := s.desk.Preview(ctx, p, id, callbacks.Choice{Outcome: outcome, Comment: comment})
	return c, c.consider(preview, err, p, now)
}

// choose finds the one outcome with the stance. An answer that the reviewer writes needs a page of
// its own, so it is no choice here.
func choose(offered []callbacks.Outcome, stance callbacks.Stance) (name string, out Out) {
	fitting := slices.DeleteFunc(slices.Clone(offered), func(o callbacks.Outcome) bool { return o.Stance() != stance || o.Free() })
	switch {
	case len(fitting) == 0:
		return "", OutNone
	case len(fitting) > 1:
		return "", OutSeveral
	case fitting[0].Form:
		return "", OutForm
	}
	return fitting[0].Name, ""
}

// consider says why a batch does not take the outcome that fits. It returns an error that is none of
// the reasons.
func (c *Candidate) consider(preview desk.Preview, err error, p callbacks.Person, now time.Time) error {
	refusal, refused := errors.AsType[*callbacks.Refusal](err)
	faults, faulty := errors.AsType[fault.List](err)
	failed, unencoded := errors.AsType[*desk.CodecError](err)
	switch {
	case refused:
		c.Out, c.Why, c.refused = OutRefused, refusal.Reason, err
	case errors.Is(err, callbacks.ErrOldGroups):
		c.Out, c.Why, c.refused = OutRefused, oldGroups, err
	case errors.Is(err, callbacks.ErrConflict):
		c.Out = OutEnded
	case faulty:
		c.Out, c.Why = OutUnsendable, faults[0].Detail
		c.Preview.Faults = faults
	case unencoded:
		c.Out, c.Why = OutUnsendable, failed.Words
	case err != nil:
		return err
	default:
		c.weigh(preview, p, now)
	}
	return nil
}

// weigh says whether a batch takes an outcome that the person could sign.
func (c *Candidate) weigh(preview desk.Preview, p callbacks.Person, now time.Time) {
	c.Preview = preview
	ends, _ := c.Callback.Ends()
	failed, cannot := preview.Why.Failed()
	switch {
	case cannot:
		c.Out, c.Why = OutRefused, failed.Reason
		c.refused = &callbacks.Refusal{Code: failed.Code, Reason: failed.Reason}
	case !preview.Sends: // as for a rejection that two have to sign
		c.Out = OutSignatures
	case len(preview.Completion.Body()) > MaxShown:
		c.Out, c.Preview = OutLong, desk.Preview{}
	case !ends.IsZero() && ends.Sub(now) < Margin:
		c.Out = OutSoon
	case c.held(p):
		c.Out = OutHeld
	}
}

// held reports whether somebody besides the reader has it open.
func (c *Candidate) held(reader callbacks.Person) bool {
	return slices.ContainsFunc(c.Reviewers, func(a callbacks.Actor) bool { return a.ID != reader.ID })
}

// checkComment refuses a comment that is missing where one of those that can go needs it, or that
// cannot be sent.
func checkComment(all []Candidate, comment string) error {
	for i := range all {
		c := &all[i]
		if c.Out == OutUnsendable && c.Preview.Faults[0].Pointer == "comment" {
			return c.Preview.Faults
		}
		if c.Out != "" {
			continue
		}
		if err := c.Callback.Requirement.CheckComment(c.Preview.Outcome, comment); err != nil {
			return err
		}
	}
	return nil
}
