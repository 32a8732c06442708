package forms

import (
	"countersign/internal/form"
	"countersign/views/untrusted"
	"countersign/views/words"

	"github.com/a-h/templ"
)

// changedClass marks a changed value by its edge; words beside the label say the same.
func changedClass(e *form.Entry) string {
	if e.Changed {
		return "changed"
	}
	return ""
}

func badClass(f Form, e *form.Entry) string {
	if f.wrong(e) {
		return "bad"
	}
	return ""
}

func isNumber(w form.Widget) bool { return w == form.Integer || w == form.Decimal }

// columnTitle is the head of a column, with the unit of its numbers.
func columnTitle(f *form.Field) string {
	if f.Unit == "" {
		return f.Title
	}
	return f.Title + ", " + f.Unit
}

// values are what a change did to a value, without a space where a comma follows.
func values(c words.Change) templ.Component {
	parts := []templ.Component{templ.Raw(templ.EscapeString(c.Verb))}
	add := func(before, text, after string) {
		if text != "" {
			parts = append(parts, templ.Raw(before), untrusted.Value(text), templ.Raw(after))
		}
	}
	add(" <del>", c.Old, "</del>")
	if c.Becomes() {
		parts = append(parts, templ.Raw(" →"))
	}
	add(" <ins>", c.New, "</ins>")
	add(" ", c.Unit, "")
	add("<span>, ", c.Note, "</span>")
	return templ.Join(parts...)
}
