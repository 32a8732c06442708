package savedview

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/printable"
	"countersign/internal/spelling"
)

// Bounds of views.
const (
	MaxOwn       = 50 // views of one person
	MaxOfGroup   = 100
	MaxNameRunes = 60
	// MaxShared is how many views are read that others share with one person.
	MaxShared = 200
	// MaxQuery bounds a filter in bytes.
	MaxQuery = 8 << 10
)

// View is a filter of a list under a name.
type View struct {
	ID    callbacks.ID
	Owner callbacks.Actor // with the name of when they last saved it
	Name  string
	Group string // whose members see it; empty for the owner alone
	Query string // of the list's address, as the owner's pages wrote it
	At    time.Time
}

// Shared is a view that somebody shares, with what is known of their groups.
type Shared struct {
	View
	OwnerGroups []string
}

// Stands reports whether its owner is still in the group with which they share it.
func (s *Shared) Stands() bool { return slices.Contains(s.OwnerGroups, s.Group) }

// check returns what is wrong with a view that a person wants to keep, as a [fault.List] with the
// fields name, group and list, or nil. own are all views of that person, and before is the view as it
// stood; zero for a new one.
func (v *View) check(by callbacks.Person, own []View, before View) error {
	var faults fault.List
	_, _, hidden := printable.Unseen(v.Name)
	switch n := utf8.RuneCountInString(v.Name); {
	case !printable.HasInk(v.Name):
		faults.Add("name", "Give it a name.")
	case hidden || n > MaxNameRunes:
		faults.Add("name", "One line of at most %d characters.", MaxNameRunes)
	case slices.ContainsFunc(own, func(o View) bool { return o.ID != v.ID && spelling.Key(o.Name) == spelling.Key(v.Name) }):
		faults.Add("name", "You have a view of this name.")
	}
	if v.Group != "" && v.Group != before.Group && !slices.Contains(by.Groups, v.Group) {
		faults.Add("group", "You are not in this group.")
	}
	if len(v.Query) > MaxQuery {
		faults.Add("list", "The filter is too long.")
	}
	if before.ID == "" && len(own) >= MaxOwn {
		faults.Add("name", "You have %d views, and no more fit. Delete one first.", MaxOwn)
	}
	return faults.Err()
}

// sorted are views in the order of their names.
func sorted(all []View) []View {
	slices.SortFunc(all, func(a, b View) int {
		return cmp.Or(cmp.Compare(spelling.Key(a.Name), spelling.Key(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return all
}
