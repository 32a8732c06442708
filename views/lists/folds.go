package lists

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/words"
)

// Unfolded is what a row of a folded list stands for.
type Unfolded struct {
	Key  string // of [desk.Alike]; empty if no row shows it
	Rows []desk.Row
	More bool // than these
}

// foldable reports whether the rows of a list could stand for others.
func (l List) foldable() bool {
	f := l.Filter
	f.Folded = !f.Snoozed && (f.Scope == desk.ScopeAvailable || f.Scope == desk.ScopeMine)
	return f.Folds()
}

// folds reports whether a row stands for others that ask the same.
func (r row) folds() bool { return r.Fold.Number > 1 }

// number is how many callbacks are under a heading; empty where a row stands for others, which may
// belong under another.
func (g group) number() string {
	if slices.ContainsFunc(g.Rows, row.folds) {
		return ""
	}
	return strconv.Itoa(len(g.Rows))
}

// foldNumber is how many callbacks a row stands for, as far as they are counted.
func foldNumber(f desk.Fold) string {
	if f.Number > desk.MaxAlike {
		return strconv.Itoa(desk.MaxAlike) + "+"
	}
	return strconv.Itoa(f.Number)
}

// foldSays is the line below the title: how many a row stands for, and in what they differ.
func foldSays(f desk.Fold) string { return foldNumber(f) + " requests, " + foldDiffers(f) }

// foldDiffers says in what the callbacks of a row differ, of what lists know of them.
func foldDiffers(f desk.Fold) string {
	switch {
	case f.Titles > 1 && f.Requesters > 1:
		return "titles and requesters differ"
	case f.Titles > 1:
		return "titles differ"
	case f.Requesters > 1:
		return "same title, requesters differ"
	}
	return "same title and requester"
}

// memberName tells a callback of a row from the others.
func memberName(f desk.Fold, c *callbacks.Callback) string {
	if f.Titles == 1 && f.Requesters > 1 {
		return words.Requester(c)
	}
	return words.Title(c)
}

// unfoldPath is the address of the list in which a row shows what it stands for, or no longer does.
func unfoldPath(s views.Shell, l List, key string) string {
	if l.Unfolded.Key == key {
		key = ""
	}
	return s.Address.With("open", key).String()
}

// swapsList follows a link that shows the same list in another way, and leaves the rest of the page as
// it is.
func swapsList(path string) templ.Attributes {
	return templ.Attributes{
		"hx-get": path, "hx-target": "#list", "hx-select": "#list", "hx-swap": "outerMorph", "hx-replace-url": "true",
	}
}

// nothingElse explains a page without rows that is not the last one.
const nothingElse = "The next 1,000 requests ask what rows before them ask."

// foldOrigin is where callbacks of a row come from: the function, and who asks if that is one person.
func foldOrigin(r row) string {
	if r.Fold.Requesters > 1 && r.Function != "" {
		return r.Function
	}
	return words.Origin(&r.Callback)
}
