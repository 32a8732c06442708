package review

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// press is what the button of an outcome says and does: it gives a signature that waits for others,
// or the one that decides.
type press struct {
	Label   string
	Confirm string // on the second button
	Cost    string // what the second press does, if nothing is sent
	Sends   bool
}

// offered returns the previews of the outcomes that the reader can sign for, also those that cannot
// be sent, because they say what is wrong.
func offered(m Review) (all []desk.Preview) {
	for _, p := range m.Previews {
		if p.Why.Can() {
			all = append(all, p)
		}
	}
	return all
}

// offeredOutcomes are the outcomes of those previews.
func offeredOutcomes(m Review) (all []callbacks.Outcome) {
	for _, p := range offered(m) {
		all = append(all, p.Outcome)
	}
	return all
}

// unsettled says of a preview whose signature waits what others will still change in it.
func unsettled(p desk.Preview) string {
	if len(p.NotFinal) == 0 {
		return "Nothing is sent yet: these bytes go out with the last signature."
	}
	return "Nothing is sent yet. The last signature fixes " + strings.Join(p.NotFinal, ", ") + "."
}

// pressOf returns what the button of an outcome does. It says so in the words of the rule: "Sign
// approval, 2 of 3", "Reject, ends it".
func pressOf(m Review, o callbacks.Outcome) press {
	for _, p := range m.Previews {
		if p.Outcome.Name == o.Name {
			return pressFor(p, severalSigners(&m.Callback))
		}
	}
	return press{Label: o.Label, Confirm: confirmNoun(o), Sends: true}
}

// pressFor is [pressOf] for a preview of a request that needs several signatures, or one.
func pressFor(p desk.Preview, several bool) press {
	o := p.Outcome
	o.Label = freeLabel(p)
	made := press{Label: o.Label, Confirm: confirmNoun(o), Sends: p.Sends}
	switch {
	case !several:
	case !made.Sends:
		sum := fmt.Sprintf("%d of %d", p.Tally.Has+1, p.Tally.Needs)
		made.Label = "Sign " + signedFor(p.Outcome) + words.WithChanges(len(changesOf(p))) + ", " + sum
		made.Confirm = "Confirm signature, " + sum
		made.Cost = "Nothing is sent yet. You can withdraw it until the decision."
	case o.Stance() == callbacks.Against:
		made.Label = ownWords(p.Outcome) + words.WithChanges(len(changesOf(p))) + ", ends it"
	default:
		made.Label = ownWords(p.Outcome) + words.WithChanges(len(changesOf(p)))
		made.Confirm = "Confirm, last signature"
	}
	return made
}

// signedFor names an outcome among our own words: "approval", or a sender's label in quotes.
func signedFor(o callbacks.Outcome) string {
	if o.Ours() {
		return words.DecisionNoun(o.Name)
	}
	return ownWords(o)
}

// ownWords is the label of an outcome where words of ours may follow it. A sender's own is in quotes,
// so that it does not pass for them.
func ownWords(o callbacks.Outcome) string {
	if o.Ours() {
		return o.Label
	}
	return "“" + untrusted.Isolate(o.Label) + "”"
}

// press is what the button of the second step does.
func (m Confirm) press() press { return pressFor(m.Preview, severalSigners(&m.Callback)) }

// staleWords say why the second step is shown again.
func staleWords(m Confirm) string {
	switch {
	case m.Preview.Sends && !m.Sends:
		return "Others signed meanwhile: yours is now the last signature, and sends this."
	case m.Sends && !m.Preview.Sends:
		return "Signatures are missing now that were there before: yours would wait for others."
	}
	return "What you saw is out of date; this is what would be sent now."
}

// confirmCost says what the second step does.
func confirmCost(m Confirm) string {
	if cost := m.press().Cost; cost != "" {
		return cost
	}
	return sendingCost(m.Preview)
}

// barState says on the resting bar what a press would do, or what the reader has done already.
func barState(m Review, s views.Shell) string {
	signer := untrusted.Isolate(s.Viewer.Actor().Name)
	if said := needCorrection(m); said != "" {
		return said
	}
	if own := ownSignature(m, s.Viewer); own != nil {
		tally := standing(m).Of(own.Proposal)
		return missingBefore(m, s, tally) + ". Nothing is sent until then."
	}
	if void := m.Void; void != nil {
		return "Your signature does not count any more. " + sentence(void.End.Why) + "Read the request, then sign again."
	}
	if !severalSigners(&m.Callback) {
		return "Sent to Lambda at once, signed as " + signer + "."
	}
	for _, p := range offered(m) {
		if p.Outcome.Name == primary(m.Callback.Outcomes) {
			return signatureNumber(m, s, p, signer)
		}
	}
	return whyAnswer(&m.Why) + ". Still missing: " + missingBefore(m, s, leading(m)) + "."
}

// signatureNumber says which signature the reader's would be: "Second of three signatures".
func signatureNumber(m Review, s views.Shell, p desk.Preview, signer string) string {
	if p.Sends {
		return "Last signature: sends it, signed as " + signer + "."
	}
	needs := words.Number(p.Tally.Needs)
	return words.Ordinal(p.Tally.Has+1) + " of " + needs + " signatures. Nothing is sent until all " + needs + " are there" +
		before(m, s) + "."
}

// barStrokes are the two strokes on the resting bar.
func barStrokes(m Review) string {
	if leading(m).Has > 0 {
		return "1"
	}
	return "0"
}

// latestSignature says who signed or withdrew last, for readers whose bar changes by it; it is
// empty if nobody did.
func latestSignature(m Review, viewer callbacks.Person) string {
	said, at := "", m.Callback.ReceivedAt
	for i := range m.Signatures {
		given := &m.Signatures[i]
		who := words.Actor(given.By, viewer)
		if !given.At.Before(at) {
			said, at = who+" signed.", given.At
		}
		if end := given.End; end != nil && !end.At.Before(at) && end.Lapse == callbacks.Withdrawn {
			said, at = who+" withdrew a signature.", end.At
		}
	}
	return said
}

// standingMark identifies what the bar says about signatures. If it changes, a press may do
// something else than the bar said.
func standingMark(m Review) string {
	mark := m.Callback.Requirement.Rule + ", "
	for _, p := range m.Previews {
		mark += fmt.Sprintf("%s %t %t %d/%d, ", p.Outcome.Name, p.Why.Can(), p.Sends, p.Tally.Has, p.Tally.Needs)
	}
	return mark + strconv.Itoa(len(m.Signatures))
}

// sendsWord is how a form says what the page told the reader.
func sendsWord(sends bool) string {
	if sends {
		return "yes"
	}
	return "no"
}

// isBarred reports whether the bar says why the reader cannot sign, in place of its buttons.
func isBarred(s views.Shell, m Review) bool { return !mayDecide(m) && ownSignature(m, s.Viewer) == nil }

// barredTitle says in a few words why the reader cannot sign.
func barredTitle(m Review) string {
	var refusal *callbacks.Refusal
	switch {
	case errors.As(m.Refused, &refusal) && (refusal.Code == callbacks.CodeUnknownRequester || refusal.Code == callbacks.CodeUnannounced):
		return "Nobody can decide this yet"
	case signsNeeded(m) && len(m.Why.Tests) > 0, errors.Is(m.Refused, callbacks.ErrOldGroups):
		return whyAnswer(&m.Why)
	}
	return "You can see this, but not decide it"
}

// barredText says why, and what the way out is.
func barredText(m Review) string {
	var refusal *callbacks.Refusal
	if errors.As(m.Refused, &refusal) {
		return refusal.Reason
	}
	if failed, ok := m.Why.Failed(); ok && failed.Reason != "" {
		if errors.Is(m.Refused, callbacks.ErrOldGroups) {
			return failed.Reason + " What you typed is kept. This page sends no heartbeats until then."
		}
		return failed.Reason
	}
	return "Someone else must."
}
