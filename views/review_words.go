package views

import (
	"strings"
	"time"

	"countersign/internal/callbacks"
)

// mayDecide reports whether the reader has a decision to make.
func mayDecide(m Review) bool { return m.Callback.State == callbacks.Pending && len(m.Previews) > 0 }

func skipName(m Review) string {
	if mayDecide(m) {
		return "Skip to the decision"
	}
	return "Skip to the callback"
}

func skipTo(m Review) string {
	if mayDecide(m) {
		return "decision"
	}
	return "item"
}

// listScope is the scope of the list that a page was opened from.
func listScope(list Address) callbacks.Scope {
	switch scope := callbacks.Scope(list.Query.Get("scope")); scope {
	case callbacks.ScopeMine, callbacks.ScopeAttention, callbacks.ScopeHistory, callbacks.ScopeAll:
		return scope
	case callbacks.ScopeAvailable:
	}
	return callbacks.ScopeAvailable
}

// listPath goes back to the list. The table of all callbacks has a page of its own.
func listPath(list Address) string {
	list = list.With("item", "")
	if listScope(list) == callbacks.ScopeAll {
		return list.At("/admin/callbacks").String()
	}
	return list.At("/").String()
}

// crumb is the callback in few words.
func crumb(c *callbacks.Callback) string {
	const longest = 48
	runes := []rune(title(c))
	if len(runes) <= longest {
		return string(runes)
	}
	return strings.TrimSpace(string(runes[:longest])) + "…"
}

// otherReviews are the people who are here besides the reader, longest first, each once.
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
		return isolated(firstName(others[0].Name)) + " is also reviewing"
	}
	return reviewing(others, callbacks.Person{}) + " are also reviewing"
}

// presenceSince is how long the one who is here has been.
func presenceSince(m Review, s Shell, others []callbacks.Actor) string {
	if len(others) != 1 {
		return "."
	}
	for _, r := range m.Reviews {
		if r.By.ID == others[0].ID {
			if here := s.Moment.Since(r.OpenedAt); here >= time.Minute {
				return ", here for " + lasting(here.Truncate(time.Minute)) + "."
			}
			break
		}
	}
	return "."
}

// ownReview is the reader's review that lives longest, nil when they have none.
func ownReview(m Review, viewer callbacks.Person) *callbacks.Review {
	var own *callbacks.Review
	for i := range m.Reviews {
		r := &m.Reviews[i]
		if r.By.ID == viewer.ID && (own == nil || r.AsksAt(m.Budget).After(own.AsksAt(m.Budget))) {
			own = r
		}
	}
	return own
}

// keeper says what keeps the callback alive.
func keeper(m Review, viewer callbacks.Person) string {
	switch others := otherReviews(m, viewer); {
	case m.Callback.State == callbacks.Decided:
		return "Kept alive until Lambda has the decision."
	case ownReview(m, viewer) != nil:
		return "Kept alive by this review."
	case len(others) > 0:
		return "Kept alive by " + isolated(firstName(others[0].Name)) + "."
	case m.Callback.KeepAlive == callbacks.KeepAliveQueued:
		return "Kept alive while it waits."
	}
	return "Kept alive."
}
