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

// KnownOutcome is the name of a decision's outcome where that is approve or reject as every
// reviewer knows them. A sender's own outcome has no word but its label, whatever its name is.
func KnownOutcome(d *callbacks.Decision) string {
	if d.Ours() {
		return d.Outcome
	}
	return ""
}

// Decision is what was done, at the start of a sentence: "Approved", "Rejected", or the label of
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

// DecisionVerb is what a person did: "Dana approved this".
func DecisionVerb(d *callbacks.Decision) string {
	switch KnownOutcome(d) {
	case approve:
		return "approved"
	case reject:
		return "rejected"
	}
	return "chose “" + untrusted.Isolate(d.Label) + "” for"
}

// DecisionNoun is the decision for a known outcome as a thing: "your approval".
func DecisionNoun(outcome string) string {
	switch outcome {
	case approve:
		return "approval"
	case reject:
		return "rejection"
	}
	return "decision"
}

// DecisionTone colours a decision. Our reject is red, also as a negative success, and so is a
// failure; only our approve is green.
func DecisionTone(d *callbacks.Decision) string {
	switch name := KnownOutcome(d); {
	case name == reject, d.Kind == callbacks.Failure:
		return "rejected"
	case name == approve:
		return "approved"
	}
	return ""
}
