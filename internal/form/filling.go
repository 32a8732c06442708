package form

import (
	"context"

	"countersign/internal/fault"
	"countersign/internal/mask"
)

// Filling is a form as somebody brought it, with what a reviewer answered so far.
type Filling struct {
	*Filled
	Form     *Form
	Schema   string
	Proposed Value // what the sender proposed, or the defaults of the schema
	Changes  []Change
	// AllCovered says that fields are masked because nobody can tell what is masked elsewhere.
	AllCovered bool
}

// Open reads what was posted for a form: its schema, and the value that is proposed; empty if none
// is. The names of its inputs begin with a text. Fields that repeat what is masked elsewhere, which cover
// finds, are masked too; a nil cover finds nothing.
func Open(schema, value, inputs string, posted Posted, cover *mask.Cover) *Filling {
	read, err := Parse(schema)
	if err != nil {
		read = Value{} // whoever brought it was checked, so this is never drawn
	}
	drawn := New(read)
	proposed, err := Parse(value)
	if err != nil {
		proposed = drawn.Start()
	}
	if cover != nil {
		drawn.cover(proposed, cover.Finds)
	}
	filled := drawn.Fill(inputs, proposed, posted)
	return &Filling{
		Filled: filled, Form: drawn, Schema: schema, Proposed: proposed, Changes: drawn.Changes(proposed, filled.Answer, filled.TypedBy("")),
		AllCovered: cover.All(),
	}
}

// Check adds to a filling what is wrong with its answer, as it is once the desk has written into it:
// by the schema, and where it changes what the reviewer may not change.
func (f *Filling) Check(ctx context.Context, answer Value, checker Checker) {
	if !answer.Exists() {
		if len(f.Faults) == 0 {
			f.Blame([]Fault{{Detail: "is missing"}})
		}
		return
	}
	f.Blame(append(f.Form.unkept(f.Proposed, f.Answer), checker.Check(ctx, answer.JSON())...))
}

// Stuck are the faults of a filling that no reviewer could correct: those in values that are read-only, in
// times that the desk writes, and in values without an input where the answer cannot be written as JSON
// either. Faults in items that can be taken away are none of them. [Filling.Check] has found the faults.
func (f *Filling) Stuck() (stuck []Fault) {
	for _, wrong := range f.Faults {
		if e := f.Near(wrong.Pointer); e != nil && f.stuck(e) && !f.removable(e) {
			stuck = append(stuck, wrong)
		}
	}
	return stuck
}

// stuck reports whether a reviewer cannot change an entry, nor sign in a way that changes it: a name and
// an address that do not fit are somebody's.
func (f *Filling) stuck(e *Entry) bool {
	return e.Field.ReadOnly || e.Field.Stamp == StampNow || e.Field.Stamp == StampDay || e.Widget == Raw && f.Form.HasSecret
}

// Invalid is what is wrong with the answer, each fault below a pointer. It is nil if nothing is.
func (f *Filling) Invalid(below string) error {
	var faults fault.List
	for _, wrong := range f.Faults {
		name := "The answer"
		if e := f.Near(wrong.Pointer); e != nil && e.Title != "" {
			name = e.Title
		}
		faults.Add(below+string(wrong.Pointer), "%s: %s", name, wrong.Detail)
	}
	return faults.Err()
}

// Take makes a whole document the answer: one that somebody else has signed, who typed hidden values.
func (f *Filling) Take(document Value, typed Typed) {
	f.Answer, f.Changes = document, f.Form.Changes(f.Proposed, document, typed)
}
