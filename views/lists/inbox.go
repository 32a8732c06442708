package lists

import (
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/review"
	"countersign/views/words"
)

// Inbox is the page of a person's lists. Its filter is in Shell.Address.
type Inbox struct {
	List
	// how many callbacks each of [ChipsOf] finds, in their order; may be empty
	Chips []views.Count
	Open  *review.Review // the review open in the right pane; nil if none is
	// Done is what the reader decided last beside the list; nil for nothing.
	Done     *callbacks.Callback
	Stranded Stranded
}

func inboxName(s views.Shell, m Inbox) string {
	name := headName(s, words.Scope(m.Filter.Scope))
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

// opened is the callback beside the list, nil for none.
func opened(m Inbox) *callbacks.Callback {
	if m.Open == nil {
		return nil
	}
	return &m.Open.Callback
}

// inboxPath returns the path of a list of the inbox without any filter.
func inboxPath(scope desk.Scope) string {
	if scope == desk.ScopeAvailable || scope == "" {
		return "/"
	}
	return "/?scope=" + string(scope)
}

// inboxOrders are the orders that a person's list offers, its own first.
var inboxOrders = []desk.Order{desk.OrderRisk, desk.OrderDeadline, desk.OrderNewest}

func orderName(o desk.Order) string {
	switch o {
	case desk.OrderDeadline:
		return "Ends first"
	case desk.OrderNewest:
		return "Newest"
	case desk.OrderLatest:
		return "Ends last"
	case desk.OrderOldest:
		return "Oldest"
	case desk.OrderEnd:
		return "Ended last"
	case desk.OrderEndedFirst:
		return "Ended first"
	case desk.OrderQueue, desk.OrderQueueLast:
		return "Queue"
	case desk.OrderRisk:
	}
	return "Risk"
}

// orderValue is the "order" parameter of an order; the list's own needs none.
func orderValue(o desk.Order) string {
	if o == desk.OrderRisk {
		return ""
	}
	return string(o)
}

func (m Inbox) emptyTitle() string {
	switch m.Filter.Scope {
	case desk.ScopeAttention:
		if len(m.Stranded.All) > 0 {
			return "Nothing else needs attention"
		}
		return "Nothing needs attention"
	case desk.ScopeHistory:
		return "Nothing has ended yet"
	case desk.ScopeMine:
		return "Nothing of yours is open"
	case desk.ScopeAvailable, desk.ScopeAll:
	}
	return "Nothing is waiting for you"
}

func emptyText(scope desk.Scope) string {
	switch scope {
	case desk.ScopeAttention:
		return "Deliveries that Lambda refuses, decisions that came too late and executions that failed after an approval appear here."
	case desk.ScopeHistory:
		return "What was decided, timed out or closed elsewhere stays here, newest first."
	case desk.ScopeMine:
		return "What is assigned to you is here, what waits for your signature after those of others, and what you decided until Lambda has it."
	case desk.ScopeAvailable, desk.ScopeAll:
	}
	return "The next callback will show up here by itself."
}
