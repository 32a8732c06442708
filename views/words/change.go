package words

import (
	"fmt"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/printable"
)

// Change is one change of an answer in words. The page, the bar, the record and the audit say it
// with these parts: “Quantity” 40 → 36 pieces, 4 fewer. Title, Old and New are other people's text.
type Change struct {
	Title string
	Verb  string // "added", "removed"; empty if a value became another one
	Old   string // what is gone; empty if there was nothing, or if it is not shown
	New   string
	Unit  string // after the values
	Note  string // what the change means: "4 fewer"; after a comma
}

// notAnswered stands for the value of a field that had none.
const notAnswered = "not answered"

// ChangeOf says a change.
func ChangeOf(c form.Change) Change {
	said := Change{Title: c.Title, Old: valueOf(c.Widget, c.Old), New: valueOf(c.Widget, c.New), Unit: c.Unit, Note: c.Note}
	switch c.Kind {
	case form.Added:
		said.Verb = "added"
	case form.Removed:
		said.Verb = "removed"
	case form.Emptied:
		said.Verb, said.Old, said.Unit = "emptied", "", ""
	case form.Answered:
		said.Old = notAnswered
	case form.Replaced:
		said.Verb, said.Note = "replaced", "value not shown"
	case form.Reordered:
		said.Verb = "written anew"
	case form.Changed:
		if said.Old == "" && said.New != "" {
			said.Old = "empty"
		}
	}
	return said
}

func nonEmpty(texts ...string) (some []string) {
	for _, t := range texts {
		if t != "" {
			some = append(some, t)
		}
	}
	return some
}

// Becomes reports whether a value became another one: both are shown, with an arrow between them.
func (c Change) Becomes() bool { return c.Verb == "" && c.Old != "" && c.New != "" }

// String is the change in a sentence of ours: “Quantity” 40 → 36 pieces, 4 fewer. Text of others is
// cut, and cannot change the direction of what stands around it.
func (c Change) String() string {
	parts := []string{"“" + foreign(c.Title) + "”", c.Verb, foreign(c.Old)}
	if c.Becomes() {
		parts = append(parts, "→")
	}
	said := strings.Join(nonEmpty(append(parts, foreign(c.New), foreign(c.Unit))...), " ")
	return strings.Join(nonEmpty(said, foreign(c.Note)), ", ")
}

// maxForeign is how many characters of a value stand in a sentence of ours.
const maxForeign = 60

func foreign(text string) string {
	if text == "" {
		return ""
	}
	return printable.Isolate(printable.Clip(strings.Join(strings.Fields(text), " "), maxForeign))
}

// maxSaid is how many changes a sentence names one by one.
const maxSaid = 3

// Changes says changes in one line: “Quantity” 40 → 36 pieces, “Deliver by” Fri 4 Dec 2026 → Fri 11
// Dec 2026, and 4 more.
func Changes(changes []form.Change) string {
	var said []string
	for i, c := range changes {
		if i == maxSaid && len(changes) > maxSaid+1 {
			said = append(said, fmt.Sprintf("and %d more", len(changes)-maxSaid))
			break
		}
		said = append(said, ChangeOf(c).String())
	}
	return strings.Join(said, ", ")
}

// WithChanges is how a button and a record say that an answer differs: " with 2 changes". It is
// empty if there are none.
func WithChanges(n int) string {
	if n == 0 {
		return ""
	}
	return " with " + Plural(n, "change")
}

// changed says in the audit how the answer that was signed or sent differs from what was proposed.
func changed(f callbacks.Facts) string {
	if len(f.Changes) == 0 {
		return ""
	}
	return WithChanges(len(f.Changes)) + " (" + Changes(f.Changes) + ")"
}

// valueOf is a value as people read it: a date has its weekday, because browsers show dates in the
// reader's own order of day and month.
func valueOf(w form.Widget, text string) string {
	layouts := map[form.Widget][2]string{
		form.Date:     {time.DateOnly, "Mon 2 Jan 2006"},
		form.DateTime: {time.RFC3339Nano, "Mon 2 Jan 2006, 15:04:05.999999999 -07:00"},
	}
	layout, ok := layouts[w]
	if !ok {
		return strings.ReplaceAll(text, "\n", " ")
	}
	t, err := time.Parse(layout[0], text)
	if err != nil {
		return text
	}
	return t.Format(layout[1])
}

// FormValue is [form.Entry.WasText] as people read it.
func FormValue(e *form.Entry) string { return valueOf(e.Field.Widget, e.WasText()) }
