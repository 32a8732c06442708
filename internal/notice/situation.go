package notice

import (
	"context"
	"errors"
	"slices"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/spelling"
)

// Situation is everything of one callback that messages depend on.
type Situation struct {
	Callback   callbacks.Callback
	Content    callbacks.Content
	Signatures []callbacks.Signature
	Openers    []Opener
	Assigned   assignment.Assignment     // while it is pending
	Notices    []Notice                  // those planned so far
	Execution  callbacks.OperationStatus // how it ended after the decision, if that is known
	Tries      int                       // to deliver the decision, and whether one may have arrived, if it has a problem
	Doubtful   bool
	Now        time.Time
}

// considered is a situation with what a plan made of it.
type considered struct {
	*Situation
	circle *Circle
	wanted map[aim]*Planned
	tooFew bool // the people seen are too few to decide
	readAt time.Time
}

// aim is what a notice is about and where it goes.
type aim struct {
	Target
	Topic
}

// consider plans a situation.
func (c *Circle) consider(s *Situation) *considered {
	known := &considered{Situation: s, circle: c, wanted: make(map[aim]*Planned), readAt: s.Now}
	plan := c.Plan(s)
	known.tooFew = plan.TooFew
	for i := range plan.Notices {
		p := &plan.Notices[i]
		known.wanted[aim{p.Target, p.Topic}] = p
	}
	return known
}

// at is when a part of the time of the callback is over, in percent; zero if it never ends.
func (s *Situation) at(share int) time.Time {
	end, cause := s.Callback.Ends()
	if cause == callbacks.NoDeadline {
		return time.Time{}
	}
	from := s.Callback.ReceivedAt
	if cause == callbacks.CauseHeartbeat { // which counts from the last one
		from = end.Add(-s.Callback.Clocks.HeartbeatTimeout)
	}
	return from.Add(max(end.Sub(from), 0) * time.Duration(share) / 100)
}

// opener returns what is known of a person who opened the callback.
func (s *Situation) opener(person string) (o Opener, opened bool) {
	i := slices.IndexFunc(s.Openers, func(o Opener) bool { return o.Person == person })
	if i < 0 {
		return Opener{}, false
	}
	return s.Openers[i], true
}

// open reports whether anybody has the callback open.
func (s *Situation) open() bool {
	return slices.ContainsFunc(s.Openers, func(o Opener) bool { return o.Open })
}

// past is what one person was planned and told so far, to be asked for a signature.
type past struct {
	since time.Time // when they were first to be told
	told  []Notice
	// digests are the notices in digests, sent or not.
	digests []Notice
}

// pasts are those of all people, by their keys.
func (s *Situation) pasts() map[string]past {
	all := make(map[string]past)
	for _, n := range s.Notices {
		if n.Person == "" || n.Kind != MaySign && n.Kind != Needed && n.Kind != Digest {
			continue
		}
		p := all[n.Person]
		if n.Kind == MaySign && (p.since.IsZero() || n.PlannedAt.Before(p.since)) {
			p.since = n.PlannedAt
		}
		if n.Kind == Digest {
			p.digests = append(p.digests, n)
		}
		if !n.ToldAt.IsZero() {
			p.told = append(p.told, n)
		}
		all[n.Person] = p
	}
	return all
}

// digested reports whether an earlier digest at a place named the callback, which does not wait any
// more.
func (s *Situation) digested(t Target) bool {
	return s.Callback.State != callbacks.Pending && slices.ContainsFunc(s.Notices, func(n Notice) bool {
		return n.Target == t && n.Kind == Digest && !n.ToldAt.IsZero()
	})
}

// toldAt is when a place was first told that the callback waits; zero if it was not.
func (s *Situation) toldAt(t Target) (at time.Time) {
	for _, n := range s.Notices {
		if n.Target == t && n.Kind == MaySign && !n.ToldAt.IsZero() && (at.IsZero() || n.ToldAt.Before(at)) {
			at = n.ToldAt
		}
	}
	return at
}

// unopened is when the person was told first over another channel than one; zero if they were not.
func (p past) unopened(channel string) (at time.Time) {
	for _, n := range p.told {
		if n.Channel != channel && !n.ToldAt.IsZero() && (at.IsZero() || n.ToldAt.Before(at)) {
			at = n.ToldAt
		}
	}
	return at
}

// signed reports whether a signature of a person counts.
func (s *Situation) signed(person string) bool {
	return slices.ContainsFunc(s.Signatures, func(given callbacks.Signature) bool { return given.Live() && given.By.ID == person })
}

// asks reports whether a person certainly is the requester: by the subject of their sign-in, or by
// an address that the provider vouched for. A name is not enough to tell anybody anything.
func (s *Situation) asks(p callbacks.Person) bool {
	r := s.Callback.Requester
	if r.ID != "" {
		return r.ID == p.Subject
	}
	address, readable := spelling.AddressKey(r.Email)
	return readable && address == p.VerifiedAddress()
}

// Bounds of what is kept of situations, because one callback may be in hundreds of messages.
const (
	recentAge = 5 * time.Second
	maxRecent = 256
)

// consider returns a callback as it is now, with what a plan makes of it; nil if it does not exist.
// Whatever messages have to say of it raises its revision, so one reading tells whether it is still
// as it was read lately.
func (w *Worker) consider(ctx context.Context, circle *Circle, id callbacks.ID, now time.Time) (*considered, error) {
	w.mu.Lock()
	known := w.recent[id]
	w.mu.Unlock()
	if known != nil && known.circle == circle && now.Sub(known.readAt).Abs() < recentAge {
		c, err := w.Desk.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		if c.Revision == known.Callback.Revision {
			return known, nil
		}
	}
	s, err := w.situation(ctx, id, now)
	if err != nil || s == nil {
		return nil, err
	}
	known = circle.consider(s)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.recent) >= maxRecent {
		clear(w.recent)
	}
	w.recent[id] = known
	return known, nil
}

// situation reads everything that messages of a callback depend on; nil if it does not exist.
func (w *Worker) situation(ctx context.Context, id callbacks.ID, now time.Time) (*Situation, error) {
	s := &Situation{Now: now}
	var err error
	if s.Callback, err = w.Desk.Get(ctx, id); errors.Is(err, callbacks.ErrNotFound) {
		return nil, nil
	}
	if err == nil {
		s.Content, err = w.Desk.Content(ctx, id)
	}
	if err == nil && s.Callback.SignatureCount > 0 {
		s.Signatures, err = w.Desk.Signatures(ctx, id)
	}
	if err == nil {
		s.Openers, err = w.Store.Openers(ctx, id)
	}
	if err == nil && s.Callback.State == callbacks.Pending {
		s.Assigned, err = w.Assignments.Assignment(ctx, id)
	}
	if err == nil {
		s.Notices, err = w.Store.Notices(ctx, id)
	}
	if c := &s.Callback; err == nil && (c.ExecutionFailed || c.Decision != nil && needsOperator(c)) {
		err = w.delivery(ctx, s)
	}
	return s, err
}

// delivery reads what became of the decision.
func (w *Worker) delivery(ctx context.Context, s *Situation) error {
	d, err := w.Desk.Delivery(ctx, s.Callback.ID)
	if err != nil {
		return err
	}
	s.Tries, s.Doubtful = d.Tries, d.Doubtful
	if s.Callback.ExecutionFailed && d.FollowUp != nil {
		s.Execution = d.FollowUp.Status
	}
	return nil
}
