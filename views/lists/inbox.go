package lists

import (
	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/review"
	"countersign/views/words"
)

// Inbox is the page of a person's lists. Its filter is in Shell.Address.
type Inbox struct {
	List
	// how many callbacks each of [InboxChips] finds, in their order; may be empty
	Chips []views.Count
	Open  *review.Review // the review open in the right pane; nil if none is
}

func inboxName(m Inbox) string {
	name := words.Scope(m.Filter.Scope)
	if m.Total.Known() {
		name += ", " + m.Total.String()
	}
	return name
}

// foundWords says how many callbacks a filter found, for screen readers: "12 requests".
func foundWords(l List) string {
	if l.Total.Known() {
		return l.Total.Of("request")
	}
	return words.Plural(len(l.Rows), "request") + " on this page"
}

func openID(m Inbox) callbacks.ID {
	if m.Open == nil {
		return ""
	}
	return m.Open.Callback.ID
}

// inboxPath returns the path of a list of the inbox without any filter.
func inboxPath(scope callbacks.Scope) string {
	if scope == callbacks.ScopeAvailable || scope == "" {
		return "/"
	}
	return "/?scope=" + string(scope)
}

func orderName(o callbacks.Order) string {
	if o == callbacks.OrderNewest {
		return "Newest"
	}
	return "Ends first"
}

// otherOrder returns the value of the "order" parameter that switches to the other order.
func otherOrder(o callbacks.Order) string {
	if o == callbacks.OrderNewest {
		return ""
	}
	return string(callbacks.OrderNewest)
}

func emptyTitle(scope callbacks.Scope) string {
	switch scope {
	case callbacks.ScopeAttention:
		return "Nothing needs attention"
	case callbacks.ScopeHistory:
		return "Nothing has ended yet"
	case callbacks.ScopeMine:
		return "Nothing of yours is open"
	case callbacks.ScopeAvailable, callbacks.ScopeAll:
	}
	return "Nothing is waiting for you"
}

func emptyText(scope callbacks.Scope) string {
	switch scope {
	case callbacks.ScopeAttention:
		return "Deliveries that Lambda refuses, decisions that came too late and executions that failed after an approval appear here."
	case callbacks.ScopeHistory:
		return "What was decided, timed out or closed elsewhere stays here, newest first."
	case callbacks.ScopeMine:
		return "What you review or decided stays here until Lambda has it."
	case callbacks.ScopeAvailable, callbacks.ScopeAll:
	}
	return "The next callback will show up here by itself."
}
