package forms

import (
	"cmp"
	"slices"
	"strconv"

	"countersign/internal/form"
	"countersign/internal/mask"
	"countersign/internal/printable"
	"countersign/views/untrusted"
	"countersign/views/words"

	"github.com/a-h/templ"
)

// span is the share of the form's width that a field takes: a class of the stylesheet.
func span(e *form.Entry) string {
	switch e.Widget {
	case form.Integer, form.Decimal, form.Date:
		return "c2"
	case form.LongText, form.List, form.Table, form.Groups, form.Group, form.Raw:
		return "c6"
	case form.Choice, form.YesNo:
		if stacked(options(e)) {
			return "c6"
		}
	case form.Line, form.Search, form.DateTime, form.Secret:
	}
	return ""
}

// option is a value that can be chosen.
type option struct {
	Value, Title string
	Ours         bool // the title is the desk's own
	Chosen       bool
}

// options are those of a choice. What is no answer, and a value that the choice does not have, are
// options too: a form never answers by itself.
func options(e *form.Entry) (all []option) {
	known := e.Text == ""
	if !e.Field.Required || e.Text == "" && e.Widget == form.Search {
		all = append(all, option{Title: "Not answered", Ours: true, Chosen: e.Text == ""})
	}
	titles := make(map[string]int, len(e.Field.Choices))
	for _, o := range e.Field.Choices {
		titles[o.Title]++
	}
	for _, o := range e.Field.Choices {
		value, title := o.Value.JSON(), o.Title
		known = known || value == e.Text
		if titles[title] > 1 { // nobody could tell them apart
			title += " (" + untrusted.Isolate(printable.Clip(value, 60)) + ")"
		}
		all = append(all, option{Value: value, Title: title, Chosen: value == e.Text})
	}
	if !known {
		all = append(all, option{Value: e.Text, Title: "not on the list: " + untrusted.Isolate(printable.Clip(e.Text, 60)), Chosen: true})
	}
	return all
}

// maxBeside is how many characters of options fit side by side.
const maxBeside = 42

// stacked reports whether the options of a choice stand below each other.
func stacked(all []option) bool {
	n := 0
	for _, o := range all {
		n += len([]rune(o.Title)) + 3
	}
	return n > maxBeside
}

// control are the attributes of an entry's input.
func (f Form) control(e *form.Entry) templ.Attributes {
	a := templ.Attributes{
		"id": id(e.Name), "name": inputName(e), "form": "decide", "autocomplete": "off", "dir": "auto",
		"aria-describedby": describedBy(e), "aria-invalid": strconv.FormatBool(f.wrong(e)),
	}
	if e.Field.Required {
		a["aria-required"] = "true"
	}
	switch e.Widget {
	case form.Integer:
		a["inputmode"] = "numeric"
	case form.Decimal:
		a["inputmode"] = "decimal"
	case form.DateTime:
		a["step"] = "1"
	case form.Line, form.LongText:
		a["spellcheck"] = "false"
	case form.Secret:
		a["autocomplete"] = "new-password" // browsers fill in a kept password in spite of "off"
	case form.Choice, form.Search, form.YesNo, form.Date, form.Group, form.List, form.Table, form.Groups, form.Raw:
	}
	return a
}

// inputName is the name of an entry's input. That of a secret says that it is one.
func inputName(e *form.Entry) string {
	if e.Widget == form.Secret {
		return e.SecretName()
	}
	return e.Name
}

// hides reports whether an entry is one whose proposed value is masked until it is revealed.
func hides(e *form.Entry) bool { return e.Field.Masked && e.Was.Exists() }

// keptWords stand in an empty input, and say which value that keeps; empty if it keeps none.
func keptWords(e *form.Entry) string {
	switch {
	case e.Sealed != "":
		return "typed, not shown: empty keeps it"
	case e.Masked:
		return mask.Text + " empty keeps it"
	case e.Widget == form.Secret && e.Was.Exists():
		return "empty keeps the proposed one"
	}
	return ""
}

// inputType is the type of an entry's input. Types as "number" are missing: browsers change values.
func inputType(e *form.Entry) string {
	types := map[form.Widget]string{form.Date: "date", form.DateTime: "datetime-local", form.Secret: "password"}
	return cmp.Or(types[e.Widget], "text")
}

// shown is what an input holds.
func shown(e *form.Entry) string {
	if e.Widget == form.Secret {
		return ""
	}
	return e.Text
}

func describedBy(e *form.Entry) string { return id(e.Name) + "-h " + id(e.Name) + "-e" }

// wrong reports whether the page says that something is wrong with an entry.
func (f Form) wrong(e *form.Entry) bool { return f.Told && len(e.Faults) > 0 }

// was is what stands beside the label of a changed field; ours is true if it is no value of others.
func was(e *form.Entry) (text string, ours bool) {
	switch text := words.FormValue(e); {
	case e.Widget == form.Secret, e.Field.Masked:
		return "replaced", true
	case len(e.Entries) > 0 || e.RowsAs != "":
		return "changed", true
	case !e.Was.Exists():
		return "was not answered", true
	case text == "":
		return "was empty", true
	default:
		return printable.Clip(text, 60), false
	}
}

// resetName is what a button that takes a change back is called.
func resetName(e *form.Entry, within string) string {
	name := "Reset " + untrusted.Attribute(named(e, within))
	if text, ours := was(e); !ours {
		name += " to " + untrusted.Attribute(text)
	}
	return name
}

// named is an entry's title with that of the line in which it stands: "Pieces, line 2".
func named(e *form.Entry, within string) string {
	if within == "" {
		return title(e)
	}
	return title(e) + ", " + within
}

// fixedNote says why an entry cannot be changed.
func fixedNote(e *form.Entry) string {
	if e.Field.Stamp != "" {
		return "set by the desk"
	}
	return "read-only"
}

// note says why an entry is shown as JSON, and how it can be changed all the same.
func (f Form) note(e *form.Entry) string {
	if e.Field.ReadOnly || f.Form.HasSecret {
		return e.Note
	}
	return e.Note + " Edit the answer as JSON to change it."
}

// stampWords say what the desk writes.
func stampWords(s form.Stamp) string {
	switch s {
	case form.StampReviewer:
		return "name of who signs last"
	case form.StampEmail:
		return "e-mail address of who signs last"
	case form.StampNow:
		return "time of the last signature"
	case form.StampDay:
		return "day of the last signature, in UTC"
	}
	return ""
}

// fixed is what the page shows of an entry that cannot be changed, and whether it is code.
func fixed(e *form.Entry) (text string, code bool) {
	switch {
	case e.Masked:
		return mask.Text, false
	case e.Widget == form.Raw:
		return e.Text, true
	case e.Widget == form.Secret:
		return "", false
	case e.Widget == form.Group, e.RowsAs != "":
		if secretive(e.Field) {
			return "", false
		}
		return e.Value.JSON(), true
	case e.Widget == form.Choice, e.Widget == form.Search, e.Widget == form.YesNo:
		return words.FormValue(e), false
	}
	return e.Text, false
}

// cells are the entries of an item in a table that have a column each, and those that the schema does not
// name.
func cells(item *form.Entry) (named, other []*form.Entry) {
	n := min(len(item.Entries), len(item.Field.Fields))
	return item.Entries[:n], item.Entries[n:]
}

// others reports whether an item of a table has values that the schema does not name.
func others(table *form.Entry) bool {
	return slices.ContainsFunc(table.Entries, func(item *form.Entry) bool {
		_, other := cells(item)
		return len(other) > 0
	})
}

// columns counts the columns of a table that hold values.
func columns(table *form.Entry) string {
	n := len(table.Field.Item.Fields)
	if others(table) {
		n++
	}
	return strconv.Itoa(n)
}

// secretive reports whether a field is a secret or masked, or has one below it.
func secretive(f *form.Field) bool {
	if f.Widget == form.Secret || f.Masked || f.Item != nil && secretive(f.Item) {
		return true
	}
	for _, child := range f.Fields {
		if secretive(child) {
			return true
		}
	}
	return false
}
