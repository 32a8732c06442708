package views

import (
	"slices"

	"countersign/internal/callbacks"
)

// List is a page of callbacks and the filter that found them.
type List struct {
	Filter    callbacks.Filter
	Ends      string // the parameter "ends" as it was asked for
	Rows      []callbacks.Row
	Next      string   // cursor of the next page, empty on the last one
	Total     Count    // of the whole list; the zero Count when it was not counted
	Functions []string // to choose from
	Queues    []string // to choose from
}

// Filtered reports whether the list shows less than its scope holds.
func (l List) Filtered() bool {
	f := l.Filter
	return f.Search != "" || f.Function != "" || f.Queue != "" || f.Source != "" || l.Ends != "" || (len(f.States) > 0 && !slices.Equal(f.States, callbacks.OpenStates)) ||
		!f.ReceivedFrom.IsZero() || !f.ReceivedBefore.IsZero()
}

// Inbox is the page of a person's lists. Its filter is in Shell.Address.
type Inbox struct {
	List
	Chips []Count // how many each of [InboxChips] finds, in their order; may be empty
	Open  *Review // what is open in the right pane, nil for nothing
}
