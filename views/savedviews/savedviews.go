package savedviews

import (
	"net/url"
	"slices"

	"countersign/internal/fault"
	"countersign/views"
)

// Draft is what a form has: of a new view, or of one that its owner changes.
type Draft struct {
	ID     string // empty for a new view
	Name   string
	Group  string     // empty for the reader alone
	Query  url.Values // the filter
	Groups []string   // to choose from
	Back   string     // the list
	Faults fault.List
}

func (d Draft) title() string {
	if d.ID == "" {
		return "Save this list as a view"
	}
	return "Change a view"
}

func (d Draft) action() string {
	if d.ID == "" {
		return views.SavedPath
	}
	return views.SavedPath + "/" + d.ID
}

// choices are the groups to choose from, with the one that was chosen before.
func (d Draft) choices() []string {
	if d.Group == "" || slices.Contains(d.Groups, d.Group) {
		return d.Groups
	}
	return append([]string{d.Group}, d.Groups...)
}

func (d Draft) fault(field string) string {
	for _, f := range d.Faults {
		if f.Pointer == field {
			return f.Detail
		}
	}
	return ""
}

// own and shared part the views of a reader.
func own(s views.Shell) (all []views.SavedView) {
	for _, v := range s.Saved.Views {
		if v.Own() {
			all = append(all, v)
		}
	}
	return all
}

func shared(s views.Shell) (all []views.SavedView) {
	for _, v := range s.Saved.Views {
		if !v.Own() {
			all = append(all, v)
		}
	}
	return all
}

// whose says who sees a view, or who shares it.
func whose(v views.SavedView, groups []string) string {
	switch {
	case !v.Own():
		return "Shared by " + v.Owner + " with " + v.Group
	case v.Group == "":
		return "For you alone"
	case !slices.Contains(groups, v.Group):
		return "Shared with " + v.Group + ", which you left: nobody else sees it"
	}
	return "Shared with " + v.Group
}
