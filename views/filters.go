package views

import (
	"slices"

	"countersign/internal/callbacks"

	"github.com/a-h/templ"
)

// filtersList makes a form apply while it is typed in: htmx sends it as the browser would and takes the list out of the
// answer. Where the answer is an error, the list and its address stay, and what the error page says comes to [filterFault].
func filtersList(path string) templ.Attributes {
	const refused = `target:#filter-fault select:"#problem > :is(.faults, p:not(.codeno, .tech), .btn-row)" swap:"innerHTML ignoreTitle:true" replace:false`
	return templ.Attributes{
		"hx-get": path, "hx-trigger": "input delay:200ms, submit", "hx-sync": "this:replace",
		"hx-target": "#list", "hx-select": "#list", "hx-swap": "outerMorph", "hx-replace-url": "true",
		"hx-status:4xx": refused, "hx-status:5xx": refused,
	}
}

func inboxName(m Inbox) string {
	name := scopeName(m.Filter.Scope)
	if m.Total.Known() {
		name += ", " + m.Total.String()
	}
	return name
}

// foundWords is what a filter found, said aloud: "12 requests".
func foundWords(l List) string {
	if l.Total.Known() {
		return countWords(l.Total, "request")
	}
	return plural(len(l.Rows), "request") + " on this page"
}

func openID(m Inbox) callbacks.ID {
	if m.Open == nil {
		return ""
	}
	return m.Open.Callback.ID
}

// inboxPath is a list of the inbox without any filter.
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

// otherOrder is the value of the parameter "order" that switches to the other order.
func otherOrder(o callbacks.Order) string {
	if o == callbacks.OrderNewest {
		return ""
	}
	return string(callbacks.OrderNewest)
}

// isOn reports whether a shortcut is what the page filters by.
func isOn(a Address, s Shortcut) bool {
	for name, want := range s.Query {
		if !slices.Equal(slices.Sorted(slices.Values(a.Query[name])), slices.Sorted(slices.Values(want))) {
			return false
		}
	}
	return true
}

// toggled is the link of a shortcut: it applies it, or takes it away when it is on.
func toggled(a Address, s Shortcut) string {
	query := s.Apply(a.Query)
	if isOn(a, s) {
		for name := range s.Query {
			query.Del(name)
		}
	}
	return Address{Path: a.Path, Query: query}.String()
}

func countAt(counts []Count, i int) Count {
	if i < len(counts) {
		return counts[i]
	}
	return Count{}
}

// with is the list of choices with the chosen one in it, so that a form never drops what it was sent with.
func with(values []string, value string) []string {
	if value == "" || slices.Contains(values, value) {
		return values
	}
	return append([]string{value}, values...)
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
