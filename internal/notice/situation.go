package notice

import (
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/spelling"
)

// Situation is everything of one callback that messages depend on.
type Situation struct {
	Callback   callbacks.Callback
	Content    callbacks.Content
	Signatures []callbacks.Signature
	Openers    []Opener
	Notices    []Notice                  // those planned so far
	Execution  callbacks.OperationStatus // how it ended after the decision, if that is known
	Now        time.Time

	plan *Plan // as it was made for a message
}

// at is when a part of the time of the callback is over, in percent; zero if it never ends.
func (s *Situation) at(share int) time.Time {
	end, cause := s.Callback.Ends()
	if cause == callbacks.NoDeadline {
		return time.Time{}
	}
	from := s.Callback.ReceivedAt
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

// since is when a person was first to be told; now if that is new.
func (s *Situation) since(person string) time.Time {
	first := s.Now
	for _, n := range s.Notices {
		if n.Person == person && n.Kind == MaySign {
			first = callbacks.Earliest(first, n.PlannedAt)
		}
	}
	return first
}

// unopened is when a person was told first, over another channel than this one; zero if they were
// not.
func (s *Situation) unopened(t Target) (at time.Time) {
	for _, n := range s.Notices {
		if n.Person == t.Person && n.Channel != t.Channel && !n.ToldAt.IsZero() && (at.IsZero() || n.ToldAt.Before(at)) {
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
