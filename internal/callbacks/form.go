package callbacks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/internal/fault"
	"countersign/internal/form"
)

// Bounds of what an outcome brings for its answer. A reviewer reads and fills in all of it, and each
// signature keeps the answer.
const (
	MaxFormBytes  = 64 << 10
	MaxValueBytes = MaxAnswerBytes
)

// Form is what an outcome brings for its answer, as its sender wrote it.
type Form struct {
	Schema string // a JSON Schema
	Value  string // the proposed answer, JSON; empty if there is none
}

// Forms are those of a request, by the names of their outcomes.
type Forms map[string]Form

// OfForms reports whether any outcome has a form.
func OfForms(outcomes []Outcome) bool {
	for _, o := range outcomes {
		if o.Form {
			return true
		}
	}
	return false
}

// AsksSecret reports whether the form of any outcome asks for a secret.
func AsksSecret(outcomes []Outcome) bool {
	return slices.ContainsFunc(outcomes, func(o Outcome) bool { return o.Secret })
}

// Filling is the form of an outcome with what a reviewer answered so far.
type Filling struct {
	*form.Filled
	Form     *form.Form
	Schema   string
	Proposed form.Value // what the sender proposed, or the defaults of the schema
	Changes  []form.Change
}

// Filling reads what was posted for an outcome. The names of its inputs begin with
// [Outcome.Inputs].
func (f Form) Filling(o Outcome, posted form.Posted) *Filling {
	schema, err := form.Parse(f.Schema)
	if err != nil {
		schema = form.Value{} // the announcement was checked, so this is never drawn
	}
	drawn := form.New(schema)
	proposed, err := form.Parse(f.Value)
	if err != nil {
		proposed = drawn.Start()
	}
	filled := drawn.Fill(o.Inputs(), proposed, posted)
	return &Filling{
		Filled: filled, Form: drawn, Schema: f.Schema, Proposed: proposed, Changes: drawn.Changes(proposed, filled.Answer),
	}
}

// Check adds to a filling what is wrong with its answer. by and at are who would sign and when, for
// what the desk writes into it.
func (f *Filling) Check(ctx context.Context, o Outcome, checker form.Checker, by Person, at time.Time) {
	answer := o.stamped(f.Answer, by, at)
	if !answer.Exists() {
		if len(f.Faults) == 0 {
			f.Blame([]form.Fault{{Detail: "is missing"}})
		}
		return
	}
	f.Blame(checker.Check(ctx, answer.JSON()))
}

// Invalid is what is wrong with the answer as faults of a posted form, each at "answer" and the
// place. It is nil if nothing is.
func (f *Filling) Invalid() error {
	var faults fault.List
	for _, fault := range f.Faults {
		name := "The answer"
		if e := f.Near(fault.Pointer); e != nil && e.Title != "" {
			name = e.Title
		}
		faults.Add(FieldAnswer+string(fault.Pointer), "%s: %s", name, fault.Detail)
	}
	return faults.Err()
}

// FieldAnswer begins the pointers of faults of an answer by form.
const FieldAnswer = "answer"

// Inputs is what the names of the inputs of an outcome's form begin with.
func (o Outcome) Inputs() string { return InputsOfForms + o.Name }

// InputsOfForms is what the names of the inputs of all forms begin with.
const InputsOfForms = "answer:"

// stamped is an answer with what the desk writes into it.
func (o Outcome) stamped(answer form.Value, by Person, at time.Time) form.Value {
	return answer.WithStamps(o.Stamps, func(stamp form.Stamp) string {
		switch stamp {
		case form.StampReviewer:
			return by.Name
		case form.StampEmail:
			return by.Email
		case form.StampNow:
			return at.UTC().Format(time.RFC3339)
		}
		return ""
	})
}

// CheckForms says what makes the forms of a request unusable, under the pointers of the outcomes in
// an announcement. compiler may be nil at a desk that takes no forms.
func CheckForms(outcomes []Outcome, forms Forms, compiler form.Compiler) error {
	var faults fault.List
	for i, o := range outcomes {
		if !o.Form {
			continue
		}
		at := fmt.Sprintf("/outcomes/%d/form", i)
		if compiler == nil {
			faults.Add(at, "this desk takes no forms")
			continue
		}
		_, err := compiler.Compile(forms[o.Name].Schema)
		unusable, ok := errors.AsType[form.SchemaFaults](err)
		switch {
		case ok:
			for _, fault := range unusable {
				faults.Add(at+string(fault.Pointer), "%s", fault.Detail)
			}
		case err != nil:
			return fmt.Errorf("compile the form of outcome %d: %w", i, err)
		}
	}
	return faults.Err()
}
