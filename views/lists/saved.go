package lists

import (
	"countersign/views"
	"countersign/views/words"
)

// headName is the name of a list: of the view from which it started, else its own.
func headName(s views.Shell, own string) string {
	if s.Saved.Open != nil {
		return s.Saved.Open.Name
	}
	return own
}

// newView is the page that saves the list under a name.
func newView(s views.Shell) string {
	return s.Address.At(views.SavedPath+"/new").With("item", "", "after", "", "done", "", "open", "").String()
}

// changedWords says how much of a view changed.
func changedWords(all []Difference) string { return words.Plural(len(all), "difference") }
