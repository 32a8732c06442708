package forms

import (
	"fmt"
	"strings"

	"countersign/internal/form"
	"countersign/internal/plural"
	"countersign/internal/printable"
)

// hint says in words what a field takes: "1 to 60", "optional, up to 20 characters".
func hint(e *form.Entry) string {
	var parts []string
	f := e.Field
	if !f.Required && e.Row == "" && !e.Fixed() && f.Widget != form.Group {
		parts = append(parts, "optional")
	}
	switch f.Widget {
	case form.Integer, form.Decimal:
		parts = append(parts, between(f.Bounds), steps(f.Bounds))
	case form.Line, form.LongText:
		parts = append(parts, characters(f.Bounds), formats[f.Bounds.Format])
	case form.Secret:
		parts = append(parts, "secret: never shown back, in no log", characters(f.Bounds))
	case form.Search:
		parts = append(parts, fmt.Sprintf("one of %d", len(f.Choices)))
	case form.DateTime:
		parts = append(parts, e.Zone)
	case form.List, form.Table, form.Groups:
		parts = append(parts, items(f.Bounds))
	case form.Choice, form.YesNo, form.Date, form.Group, form.Raw:
	}
	return strings.Join(filled(parts), ", ")
}

func filled(parts []string) (some []string) {
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return some
}

// formats are what a text has to be, by the names of JSON Schema.
var formats = map[string]string{
	"email": "an e-mail address", "uri": "an address with its scheme, as https://…", "uuid": "a UUID",
	"date": "a day, written 2026-12-11", "date-time": "a day and a time, written 2026-12-11T09:30:00Z",
}

// number is a number as its schema writes it. A schema may write one with thousands of digits.
func number(text string) string { return printable.Clip(text, 24) }

func between(b form.Bounds) string {
	low, high := number(b.Min), number(b.Max)
	switch {
	case low != "" && high != "" && !b.OverMin && !b.UnderMax:
		return low + " to " + high
	case low != "" && high != "":
		return lower(b, low) + ", " + upper(b, high)
	case low != "":
		return lower(b, low)
	case high != "":
		return upper(b, high)
	}
	return ""
}

func lower(b form.Bounds, low string) string {
	if b.OverMin {
		return "more than " + low
	}
	return "at least " + low
}

func upper(b form.Bounds, high string) string {
	if b.UnderMax {
		return "less than " + high
	}
	return "at most " + high
}

// steps says of what a number has to be a multiple; every whole number is one of 1.
func steps(b form.Bounds) string {
	if b.Step == "" || b.Step == "1" {
		return ""
	}
	return "a multiple of " + number(b.Step)
}

func characters(b form.Bounds) string { return counted(b.MinLength, b.MaxLength, "character") }

func items(b form.Bounds) string { return counted(b.MinItems, b.MaxItems, "line") }

// counted says how many of something there may be. No bound of its own is zero.
func counted(least, most int, word string) string {
	switch {
	case most > 0 && least == most:
		return "exactly " + plural.Count(most, word)
	case most > 0 && least > 0:
		return fmt.Sprintf("%d to %s", least, plural.Count(most, word))
	case most > 0:
		return "up to " + plural.Count(most, word)
	case least > 1, least == 1 && word != "character":
		return "at least " + plural.Count(least, word)
	}
	return ""
}

// rowsWords count the lines of a list: "2 of at most 20 lines".
func rowsWords(e *form.Entry) string {
	n := len(e.Entries)
	if most := e.Field.Bounds.MaxItems; most > 0 {
		return fmt.Sprintf("%d of at most %s", n, plural.Count(most, "line"))
	}
	return plural.Count(n, "line")
}
