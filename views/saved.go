package views

import "net/url"

// SavedPath is the page of a person's saved views.
const SavedPath = "/views"

// MostInRail is how many saved views the navigation shows.
const MostInRail = 20

// Saved are the saved views that a reader has, and the one from which the page's list started.
type Saved struct {
	Views []SavedView // the reader's own first
	Open  *OpenView   // nil for none
}

// SavedView is a filter of a list under a name, which its owner chose.
type SavedView struct {
	ID, Name string
	Path     string // of the list; empty if the reader cannot open it
	Query    url.Values
	Group    string // with which it is shared; empty for its owner alone
	Owner    string // the name of whoever shares it; empty if it is the reader's own
}

// Own reports whether the view is the reader's.
func (v SavedView) Own() bool { return v.Owner == "" }

// Edit is the page on which its owner changes it.
func (v SavedView) Edit() string { return SavedPath + "/" + v.ID }

// Mark is the icon of a view, and what it says to those who do not see it.
func (v SavedView) Mark() (icon, says string) {
	if v.Group == "" {
		return "saved", ""
	}
	return "users", ", shared"
}

// OpenView is the view from which the page's list started, beside what the list asks for now.
type OpenView struct {
	SavedView
	Now url.Values // as Query is written
}

// Changed reports whether the list asks for something else than the view.
func (o *OpenView) Changed() bool { return o != nil && o.Query.Encode() != o.Now.Encode() }

// Openable are the views that the reader can open, at most a number of them.
func (s Saved) Openable(most int) (all []SavedView) {
	for _, v := range s.Views {
		if v.Path != "" && len(all) < most {
			all = append(all, v)
		}
	}
	return all
}

// IsOpen reports whether the page's list started from a view.
func (s Saved) IsOpen(v SavedView) bool { return s.Open != nil && s.Open.ID == v.ID }
