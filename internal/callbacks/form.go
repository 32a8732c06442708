package callbacks

import (
	"slices"
	"time"

	"countersign/internal/form"
	"countersign/internal/mask"
)

// Form is what an outcome brings for its answer, as its sender wrote it.
type Form struct {
	Schema string      // a JSON Schema
	Value  string      // the proposed answer, JSON; empty if there is none
	Cover  *mask.Cover // finds what the request masks elsewhere, if people see the form; nothing stores it
}

// Forms are those of a request, by the names of their outcomes.
type Forms map[string]Form

// AsksSecret reports whether the form of any outcome asks for a secret.
func AsksSecret(outcomes []Outcome) bool {
	return slices.ContainsFunc(outcomes, func(o Outcome) bool { return o.Secret })
}

// Filling reads what was posted for an outcome, in inputs whose names begin with [Outcome.Inputs].
func (f Form) Filling(o Outcome, posted form.Posted) *form.Filling {
	return form.Open(f.Schema, f.Value, o.Inputs(), posted, f.Cover)
}

// FieldAnswer begins the pointers of faults of an answer by form.
const FieldAnswer = "answer"

// Inputs is what the names of the inputs of an outcome's form begin with.
func (o Outcome) Inputs() string { return InputsOfForms + o.Name }

// SignedInput is the name of the input that names an answer which somebody has signed, in the place of
// an answer.
func (o Outcome) SignedInput() string { return o.Inputs() + "#signed" }

// InputsOfForms is what the names of the inputs of all forms begin with.
const InputsOfForms = "answer:"

// Stamped is an answer with what the desk writes into it: who would sign, and when.
func (o Outcome) Stamped(answer form.Value, by Person, at time.Time) form.Value {
	return answer.WithStamps(o.Stamps, func(stamp form.Stamp) string {
		switch stamp {
		case form.StampReviewer:
			return by.Name
		case form.StampEmail:
			return by.Email
		case form.StampNow:
			return at.UTC().Format(time.RFC3339)
		case form.StampDay:
			return at.UTC().Format(time.DateOnly)
		}
		return ""
	})
}
