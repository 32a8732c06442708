package review

import (
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// missing is the sentence below the places. Tone is its class: "soon", "plain", "problem", "over".
type missing struct{ Tone, Icon, Lead, Rest string }

// missingOf says what is missing or what the signatures came to. ok is false if the places say it
// all.
func missingOf(m Review, s views.Shell) (said missing, ok bool) {
	tally := leading(m)
	rejected, isRejected := rejectedBy(m)
	switch {
	case isRejected:
		return missing{"over", "x", rejectedWords(rejected), unusedWords(tally.Has)}, true
	case m.Callback.State == callbacks.Pending:
		return stillMissing(m, s, tally)
	case m.Callback.Decision == nil && tally.Has > 0:
		return missing{"over", "clock", tooLate(tally) + ".", ending(&m.Callback) + " Nothing was sent. Missing: " + missingFrom(tally) + "."}, true
	}
	return missing{}, false
}

// stillMissing is the sentence of a request that waits. A signature that became void comes first,
// because its person has to read what changed.
func stillMissing(m Review, s views.Shell, tally callbacks.Tally) (said missing, ok bool) {
	if voided := lastVoid(m); voided != nil {
		return missing{
			"problem", "flag", "A signature does not count any more.",
			sentence(voided.End.Why) + voidWords(m, voided, s.Viewer),
		}, true
	}
	if tally.Has == 0 {
		return missing{}, false
	}
	tone := "plain"
	if u := words.UrgencyOf(&m.Callback, m.Usual, s.Moment.Now); u.Tone != words.ToneCalm {
		tone = "soon"
	}
	return missing{tone, "clock", missingBefore(m, s, tally) + ".", "Nothing is sent until then."}, true
}

// missingBefore says what is missing and until when: "1 more from controllers before 14:32".
func missingBefore(m Review, s views.Shell, tally callbacks.Tally) string {
	return tally.Words() + before(m, s)
}

// before is the deadline at the end of a sentence; it is empty if no clock runs.
func before(m Review, s views.Shell) string {
	if u := words.UrgencyOf(&m.Callback, m.Usual, s.Moment.Now); !u.At.IsZero() && u.At.After(s.Moment.Now) {
		return " before " + s.Moment.Minute(u.At)
	}
	return ""
}

// lastVoid is the latest void signature of somebody who has not signed since; nil if there is none.
func lastVoid(m Review) (last *callbacks.Signature) {
	for i := range m.Signatures {
		given := &m.Signatures[i]
		if given.End != nil && given.End.Lapse == callbacks.Void && !signedSince(m, given) {
			last = given
		}
	}
	return last
}

func signedSince(m Review, given *callbacks.Signature) bool {
	for i := range m.Signatures {
		if other := &m.Signatures[i]; other.Live() && other.By.ID == given.By.ID {
			return true
		}
	}
	return false
}

// voidWords says who has to sign again; nobody, if the signature has no place any more.
func voidWords(m Review, voided *callbacks.Signature, viewer callbacks.Person) string {
	if !m.Callback.Requirement.Fits(voided) {
		return ""
	}
	if voided.By.ID == viewer.ID {
		return "Read the request, then sign again."
	}
	return words.Actor(voided.By, viewer) + " must sign again."
}

// tooLate says how many had signed when the callback ended: "1 of 2, too late".
func tooLate(t callbacks.Tally) string { return fmt.Sprintf("%d of %d, too late", t.Has, t.Needs) }

// missingFrom names the groups that did not sign. It names no person.
func missingFrom(t callbacks.Tally) string {
	t.Has = 0 // "1 from controllers", not "1 more"
	return t.Words()
}

func rejectedWords(t callbacks.Tally) string { return fmt.Sprintf("Rejected by %d.", t.Has) }

// unusedWords says what became of the signatures for a request that was rejected.
func unusedWords(approvals int) string {
	switch approvals {
	case 0:
		return ""
	case 1:
		return "One approval is kept on record and was not used."
	}
	return words.Capital(words.Number(approvals)) + " approvals are kept on record and were not used."
}

// signsBadge is the sum in the head of the box, with the state of the two strokes.
func signsBadge(m Review) (text, strokes string) {
	tally := leading(m)
	if _, rejected := rejectedBy(m); rejected {
		return "Rejected", "x"
	}
	text = fmt.Sprintf("%d of %d", tally.Has, tally.Needs)
	switch {
	case m.Callback.State != callbacks.Pending && m.Callback.Decision == nil && tally.Has > 0:
		return tooLate(tally), "x"
	case tally.Complete():
		return text, "2"
	case tally.Has > 0:
		return text, "1"
	}
	return text, "0"
}

// ruleName names the rule for a reader; it is empty if the queue has none.
func ruleName(r callbacks.Requirement) string {
	if r.Rule == "" {
		return ""
	}
	return "Rule " + r.Rule
}

// unforeseen says why a rule applies whose condition did not hold, as the end of a text.
func unforeseen(r callbacks.Requirement) string {
	switch r.Basis {
	case callbacks.BasisOtherwise:
		return " It applies because no rule’s condition held."
	case callbacks.BasisFault:
		return " It applies because a condition could not be evaluated: " + untrusted.Isolate(r.Fault) + "."
	case callbacks.BasisStood:
		return " It bound the request before more was known of it, and what is known since would ask for less."
	case callbacks.BasisCondition:
	}
	return ""
}

// ruleInForce says since when the rule binds the request, and of which configuration it is.
func ruleInForce(m Review, s views.Shell) string {
	said := "In force since this arrived at " + s.Moment.Clock(m.Callback.ReceivedAt)
	if v := m.Callback.Requirement.Version; v != "" {
		said += ", from configuration " + v.Short()
	}
	return said + "."
}

// ownSignature is the reader's live signature, or nil.
func ownSignature(m Review, viewer callbacks.Person) *callbacks.Signature {
	for i := range m.Signatures {
		if given := &m.Signatures[i]; given.Live() && given.By.ID == viewer.ID {
			return given
		}
	}
	return nil
}

// signedAt is the time of a signature as a sentence: "You signed at 13:52:31".
func signedAt(s views.Shell, at time.Time) string { return "You signed at " + s.Moment.Clock(at) }

// sentComment is the comment of the reader's live signature; empty if there is none.
func sentComment(m Review, viewer callbacks.Person) string {
	if own := ownSignature(m, viewer); own != nil {
		return own.Comment
	}
	return ""
}
