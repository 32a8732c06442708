package lists

import (
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/words"
)

// endsBetween is the value of the parameter "ends" for a span that the reader gives.
const endsBetween = "custom"

// endsChoices are the ends to choose from, with the one that is chosen elsewhere on the page.
func endsChoices(chosen string) []Range {
	choices := []Range{
		{Label: "Ends at any time"}, {Key: "15m", Label: "Ends within 15 min"}, {Key: "1h", Label: "Ends within 1 h"},
		{Key: "24h", Label: "Ends within 24 h"}, {Key: endsBetween, Label: "Ends between…"},
		{Key: views.EndsGone, Label: "Ended elsewhere"},
	}
	if slices.ContainsFunc(choices, func(r Range) bool { return r.Key == chosen }) {
		return choices
	}
	label := words.Capital(strings.ReplaceAll(chosen, "_", " "))
	if i := slices.IndexFunc(Ranges, func(r Range) bool { return r.Key == chosen }); i >= 0 {
		label = "Time left: " + Ranges[i].Label
	}
	return append(choices, Range{Key: chosen, Label: label})
}

// sourceChoices are the sources to choose from, and their names, with the sender that is chosen by
// the page's address.
func sourceChoices(chosen string) [][2]string {
	choices := [][2]string{
		{"", "Announced or not"}, {callbacks.SourceAnnounced, "Announced"}, {callbacks.SourceDiscovery, "Never announced"},
	}
	if slices.ContainsFunc(choices, func(c [2]string) bool { return c[0] == chosen }) {
		return choices
	}
	return append(choices, [2]string{chosen, "Announced by " + chosen})
}

// momentField is a bound of the reader's own span as a field wants it, in their zone.
func momentField(m words.Moment, t time.Time, chosen string) string {
	if t.IsZero() || chosen != endsBetween {
		return ""
	}
	return m.Local(t).Format("2006-01-02T15:04")
}

// dateField is a time as a date field wants it, in the reader's zone.
func dateField(m words.Moment, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return m.Local(t).Format(time.DateOnly)
}

// lastDayField is the day before which a span ends, as a date field wants it: the field means the
// whole of its day.
func lastDayField(m words.Moment, end time.Time) string {
	if end.IsZero() {
		return ""
	}
	return dateField(m, end.Add(-time.Second))
}
