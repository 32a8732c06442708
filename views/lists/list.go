// Package lists shows many callbacks: the inbox with its groups of rows, and the table of all
// callbacks for admins and auditors. Filters that a page offers as one click are in tables
// ([InboxChips], [TableStates], [Ranges]). A handler counts what each of them finds by parsing
// Shortcut.Apply(query) as it parses a request, so that a number and the list behind it cannot
// disagree.
package lists

import (
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
)

// List is a page of callbacks and the filter that found them.
type List struct {
	Filter    desk.Filter
	Ends      string // the parameter "ends" as the request had it
	Rows      []desk.Row
	Unfolded  Unfolded    // the row that shows what it stands for
	Next      string      // cursor of the next page, empty on the last page
	Total     views.Count // of the whole list; the zero Count if it was not counted
	Functions []string    // to choose from
	Queues    []string    // to choose from
}

// Filtered reports whether the list shows less than its scope contains.
func (l List) Filtered() bool {
	f := l.Filter
	return f.Search != "" || f.Function != "" || f.Queue != "" || f.Source != "" || l.Ends != "" || f.Snoozed || f.Acknowledged || (len(f.States) > 0 && !slices.Equal(f.States, callbacks.OpenStates)) ||
		!f.ReceivedFrom.IsZero() || !f.ReceivedBefore.IsZero()
}
