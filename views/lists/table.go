package lists

import (
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/words"
)

// Table is the table of all callbacks. Its filter is in Shell.Address.
type Table struct {
	List
	Bars   []views.Count // how many callbacks each of [Ranges] finds, in their order
	States []views.Count // how many callbacks each of [TableStates] finds, in their order
}

func shownWords(l List) string {
	shown := words.Plural(len(l.Rows), "callback") + " on this page"
	if l.Total.Known() {
		shown += " of " + l.Total.String()
	}
	return shown
}

// onlyEnded reports whether a filter finds only callbacks that have ended.
func onlyEnded(f desk.Filter) bool {
	return len(f.States) > 0 && !slices.ContainsFunc(f.States, callbacks.State.Open)
}

// sortedBy reports whether a list is sorted by a column.
func sortedBy(order, column desk.Order) bool {
	if order == desk.OrderDeadline {
		order = ""
	}
	return order == column
}

func ariaSort(order, column desk.Order) string {
	if !sortedBy(order, column) {
		return "none"
	}
	return "ascending"
}

// tableMark is the mark of a row of the table. What Lambda accepted says how it was decided; who
// decided, and when, have columns of their own.
func tableMark(r row) words.Mark {
	m := words.MarkOf(r.Row, r.Urgency)
	if r.State != callbacks.Completed || r.Decision == nil {
		return m
	}
	if r.ExecutionFailed {
		m.Word = words.Decision(r.Decision) + ", execution failed"
		return m
	}
	m.Word, m.Tone = words.Decision(r.Decision), words.DecisionTone(r.Decision)
	if m.Tone == "rejected" {
		m.Icon = "x"
	}
	return m
}

// endedWord says in one word what ended a callback, for a narrow column.
func endedWord(c *callbacks.Callback) string {
	if c.Ending == nil {
		return ""
	}
	switch c.Ending.By {
	case callbacks.EndedByUs:
		return "decision"
	case callbacks.EndedByOther:
		return "other client"
	case callbacks.EndedByClock:
		return words.Cause(c.Ending.Cause)
	case callbacks.EndedByExecution:
		return "execution"
	case callbacks.EndedByGone, callbacks.EndedByUnknown:
	}
	return "not known"
}
