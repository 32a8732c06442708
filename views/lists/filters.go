package lists

import (
	"slices"

	"countersign/views"

	"github.com/a-h/templ"
)

// filtersList applies a form while the reader types: htmx sends it as the browser would, and takes
// the list out of the answer. If the answer is an error, the list and its address stay, and
// [filterFault] shows the text of the error page.
func filtersList(path string) templ.Attributes {
	const refused = `target:#filter-fault select:"#problem > :is(.faults, p:not(.codeno, .tech), .btn-row)" swap:"innerHTML ignoreTitle:true" replace:false`
	return templ.Attributes{
		"hx-get": path, "hx-trigger": "input delay:200ms, submit", "hx-sync": "this:replace",
		"hx-select-oob": "#rail-nav",
		"hx-target":     "#list", "hx-select": "#list", "hx-swap": "outerMorph", "hx-replace-url": "true",
		"hx-status:4xx": refused, "hx-status:5xx": refused,
	}
}

// isOn reports whether the page is filtered by a shortcut.
func isOn(a views.Address, s Shortcut) bool {
	for name, want := range s.Query {
		if !slices.Equal(slices.Sorted(slices.Values(a.Query[name])), slices.Sorted(slices.Values(want))) {
			return false
		}
	}
	return true
}

// toggled returns the link of a shortcut, which applies the shortcut or, if it is on, removes it.
func toggled(a views.Address, s Shortcut) string {
	query := s.Apply(a.Query)
	if isOn(a, s) {
		for name := range s.Query {
			query.Del(name)
		}
	}
	return views.Address{Path: a.Path, Query: query}.String()
}

func countAt(counts []views.Count, i int) views.Count {
	if i < len(counts) {
		return counts[i]
	}
	return views.Count{}
}

// with returns the choices including the current value, so that a form never drops a value that it
// was sent with.
func with(values []string, value string) []string {
	if value == "" || slices.Contains(values, value) {
		return values
	}
	return append([]string{value}, values...)
}
