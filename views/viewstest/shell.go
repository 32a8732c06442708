package viewstest

import (
	"net/url"

	"countersign/views"
	"countersign/views/words"
)

// Shell is the shell of a page at the given address, for Mara.
func Shell(place views.Place, address string) views.Shell {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	return views.Shell{
		Moment: words.Moment{Now: Now, Zone: Berlin}, Viewer: Mara, Place: place,
		Counts:  views.Counts{Available: views.Bounded(17, 100), Mine: views.Bounded(9, 100), Attention: views.Bounded(3, 100), All: views.Bounded(63, 100)},
		Address: views.Address{Path: u.Path, Query: u.Query()}, Version: "0.9.2", Support: "platform@harborline.example",
		Samples: []views.Sample{{Name: "expense", Title: "Expense report"}, {Name: "throttle", Title: "Lambda throttles", Drill: true}},
	}
}

// Keeping returns the shell with a comment to show again.
func Keeping(s views.Shell, comment string) views.Shell {
	s.Kept = comment
	return s
}
