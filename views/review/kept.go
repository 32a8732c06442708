package review

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/views"
)

// KeptForm is what was typed into forms, to copy. Labels are the names of members, because the
// request cannot be read where this is shown.
func KeptForm(fields form.Posted) (typed []views.KeptField) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		_, member, _ := strings.Cut(strings.TrimPrefix(name, callbacks.InputsOfForms), "/")
		if slices.ContainsFunc([]string{"#rows", "#sealed", "#revealed", "#signed"}, func(end string) bool { return strings.HasSuffix(name, end) }) {
			continue // nobody typed it as it stands there
		}
		for _, value := range fields[name] {
			if value != "" {
				typed = append(typed, views.KeptField{Label: cmp.Or(strings.TrimSuffix(member, "#add"), "Answer"), Value: strings.ReplaceAll(value, "\r\n", "\n")})
			}
		}
	}
	return typed
}
