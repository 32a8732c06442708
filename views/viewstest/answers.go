package viewstest

import (
	"errors"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
)

// FreePreviews are the previews of the free outcomes with an answer, which Mara wrote.
func FreePreviews(c callbacks.Callback, a callbacks.Answer, signatures ...callbacks.Signature) (previews []desk.Preview) {
	gate, signer := gate(&c, signatures), callbacks.Signer{Person: Mara}
	for _, name := range []string{callbacks.OutcomeFailure, callbacks.OutcomeResult} {
		o, _ := c.Outcome(name)
		p := desk.Preview{Prepared: callbacks.Prepared{Outcome: o, Answer: a}, PreparedAt: Now}
		made, err := a.Completion(o.Kind)
		p.Completion = made
		p.Faults, _ = errors.AsType[fault.List](err)
		p.Why, p.Sends = gate.Explain(signer, p.Proposal()), gate.Sends(signer, p.Proposal())
		p.Tally = gate.Standing().Of(p.Proposal())
		previews = append(previews, p)
	}
	return previews
}

// SignedAnswer is Dana's signature for a free result.
func SignedAnswer(text string) callbacks.Signature {
	result, _ := (&callbacks.Callback{}).Outcome(callbacks.OutcomeResult)
	answer := callbacks.Answer{Format: answers.Text, Result: text}
	return callbacks.Signature{
		By: Dana, InQueue: true, NotRequester: true, At: Now, Answer: answer,
		Proposal: callbacks.Prepared{Outcome: result, Answer: answer}.Proposal(),
	}
}
