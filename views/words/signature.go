package words

import (
	"fmt"

	"countersign/internal/callbacks"
)

// signed says what an audit entry of a signature adds: what was signed, for whom, and how many
// count since then.
func signed(a callbacks.Action, f callbacks.Facts) string {
	s := f.Signature
	if s == nil {
		return ""
	}
	text := s.Outcome
	if a == callbacks.ActionVoid {
		text = "The signature of " + s.By + " for " + s.Outcome + " does not count any more"
	}
	if s.ActingFor != "" {
		text += ", acting for " + s.ActingFor
	}
	text += fmt.Sprintf(": %d of %d", s.Has, s.Needs)
	if s.Rule != "" {
		text += " under the rule " + s.Rule
	}
	text += "."
	if f.Reason != "" {
		text += " " + f.Reason
	}
	return text
}
