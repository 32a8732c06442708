package review

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// otherReviews returns the people who review the callback besides the reader, longest first, each
// once.
func otherReviews(m Review, viewer callbacks.Person) []callbacks.Actor {
	var others []callbacks.Actor
	seen := map[string]bool{viewer.ID: true}
	for _, r := range m.Reviews {
		if !seen[r.By.ID] {
			seen[r.By.ID] = true
			others = append(others, r.By)
		}
	}
	return others
}

func presenceLead(others []callbacks.Actor) string {
	if len(others) == 1 {
		return untrusted.Isolate(words.FirstName(others[0].Name)) + " is also reviewing"
	}
	return words.Reviewers(others, callbacks.Person{}) + " are also reviewing"
}

// presenceMeans says what it means for the reader that others are here.
func presenceMeans(m Review) string {
	if severalSigners(&m.Callback) {
		return "Signatures add up; you will see theirs at once."
	}
	return "The first decision wins; you will see theirs at once."
}

// presenceSince says how long another reviewer has been here, if there is exactly one.
func presenceSince(m Review, s views.Shell, others []callbacks.Actor) string {
	if len(others) != 1 {
		return "."
	}
	for _, r := range m.Reviews {
		if r.By.ID == others[0].ID {
			if here := s.Moment.Since(r.OpenedAt); here >= time.Minute {
				return ", here for " + words.Duration(here.Truncate(time.Minute)) + "."
			}
			break
		}
	}
	return "."
}

// ownReview returns the reader's review that expires last, or nil if they have none.
func ownReview(m Review, viewer callbacks.Person) *callbacks.Review {
	var own *callbacks.Review
	for i := range m.Reviews {
		r := &m.Reviews[i]
		if r.By.ID == viewer.ID && (own == nil || r.AsksAt(m.ReviewLimits).After(own.AsksAt(m.ReviewLimits))) {
			own = r
		}
	}
	return own
}

// keeper says what keeps the callback alive.
func keeper(m Review, s views.Shell) string {
	switch others := otherReviews(m, s.Viewer); {
	case m.Callback.State == callbacks.Decided:
		return "Kept alive until Lambda has the decision."
	case ownReview(m, s.Viewer) != nil:
		return "Kept alive by this review."
	case len(others) > 0:
		return "Kept alive by " + untrusted.Isolate(words.FirstName(others[0].Name)) + "."
	case m.Callback.KeepAlive == callbacks.KeepAliveQueued:
		return "Kept alive while it waits."
	case m.Callback.KeepAlive == callbacks.KeepAliveSigned && !m.Callback.WaitingSince.IsZero():
		return "Kept alive while a signature waits for others, until " + s.Moment.Minute(m.Callback.SignedUntil(m.ReviewLimits)) + " at most."
	}
	return "Kept alive."
}
