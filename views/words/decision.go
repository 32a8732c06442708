package words

import (
	"countersign/internal/callbacks"
	"countersign/views/untrusted"
)

// The names of the default outcomes, which have words of their own.
const (
	approve = callbacks.OutcomeApprove
	reject  = callbacks.OutcomeReject
)

// KnownOutcome returns the outcome's name if it is one of the default outcomes, approve or reject.
// A sender's own outcome has only its label, whatever its name is.
func KnownOutcome(d *callbacks.Decision) string {
	if d.Ours() {
		return d.Outcome
	}
	return ""
}

// Decision says what was done, at the start of a sentence: "Approved", "Rejected", or the label of
// another outcome.
func Decision(d *callbacks.Decision) string {
	switch KnownOutcome(d) {
	case approve:
		return "Approved"
	case reject:
		return "Rejected"
	}
	return "Decided “" + untrusted.Isolate(d.Label) + "”"
}

// DecisionVerb says what a person did: "Dana approved this".
func DecisionVerb(d *callbacks.Decision) string {
	switch KnownOutcome(d) {
	case approve:
		return "approved"
	case reject:
		return "rejected"
	}
	return "chose “" + untrusted.Isolate(d.Label) + "” for"
}

// DecisionNoun names a decision for a known outcome: "your approval".
func DecisionNoun(outcome string) string {
	switch outcome {
	case approve:
		return "approval"
	case reject:
		return "rejection"
	}
	return "decision"
}

// DecisionTone returns the colour of a decision. The default reject is red, even if it sends a
// success, and so is any failure; only the default approve is green.
func DecisionTone(d *callbacks.Decision) string {
	switch name := KnownOutcome(d); {
	case name == reject, d.Kind == callbacks.Failure:
		return "rejected"
	case name == approve:
		return "approved"
	}
	return ""
}
