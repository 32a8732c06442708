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

// onlyOpen reports whether it finds none that have.
func onlyOpen(f desk.Filter) bool {
	return len(f.States) > 0 && !slices.ContainsFunc(f.States, func(s callbacks.State) bool { return !s.Open() })
}

// column is one by which the table can be sorted: the orders that have its smallest and its largest
// value first, and which of them its heading asks for.
type column struct{ ascending, descending, first desk.Order }

var (
	byDeadline = column{desk.OrderDeadline, desk.OrderLatest, desk.OrderDeadline}
	byAge      = column{desk.OrderNewest, desk.OrderOldest, desk.OrderNewest}
	byQueue    = column{desk.OrderQueue, desk.OrderQueueLast, desk.OrderQueue}
	byEnd      = column{desk.OrderEndedFirst, desk.OrderEnd, desk.OrderEnd}
)

// sort says by what a list is sorted in this column, in words of ARIA.
func (c column) sort(order desk.Order) string {
	if order == c.ascending {
		return "ascending"
	}
	if order == c.descending {
		return "descending"
	}
	return "none"
}

// next is the order for which the heading asks: the other one, if the list is sorted by the column.
func (c column) next(order desk.Order) desk.Order {
	switch {
	case order == c.first && order == c.ascending:
		return c.descending
	case order == c.first:
		return c.ascending
	}
	return c.first
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
