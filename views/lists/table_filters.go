package lists

import (
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/words"
)

// endsBetween is the value of the "ends" parameter for a span that the reader enters.
const endsBetween = "custom"

// endsChoices returns the ranges to choose from, including one that was chosen elsewhere on the
// page.
func endsChoices(chosen string) []Range {
	choices := []Range{
		{Label: "Ends at any time"}, {Key: "15m", Label: "Ends within 15 min"}, {Key: "1h", Label: "Ends within 1 h"},
		{Key: "24h", Label: "Ends within 24 h"}, {Key: "risk", Label: "At risk"}, {Key: "no-timeout", Label: "No timeout"}, {Key: endsBetween, Label: "Ends between…"},
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

// sourceChoices returns the sources to choose from, with their names, including a sender that the
// page's address selects.
func sourceChoices(chosen string) [][2]string {
	choices := [][2]string{
		{"", "Announced or not"}, {callbacks.SourceAnnounced, "Announced"}, {callbacks.SourceDiscovery, "Never announced"},
	}
	if slices.ContainsFunc(choices, func(c [2]string) bool { return c[0] == chosen }) {
		return choices
	}
	return append(choices, [2]string{chosen, "Announced by " + chosen})
}

// momentField formats a bound of the reader's own span for an input field, in their zone.
func momentField(m words.Moment, t time.Time, chosen string) string {
	if t.IsZero() || chosen != endsBetween {
		return ""
	}
	return m.Local(t).Format("2006-01-02T15:04")
}

// dateField formats a time for a date field, in the reader's zone.
func dateField(m words.Moment, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return m.Local(t).Format(time.DateOnly)
}

// lastDayField formats the end of a span for a date field. It returns the day before the end,
// because the field means the whole of its day.
func lastDayField(m words.Moment, end time.Time) string {
	if end.IsZero() {
		return ""
	}
	return dateField(m, end.Add(-time.Second))
}
