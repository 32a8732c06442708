package callbacks

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/internal/fault"
	"countersign/internal/template"
)

// Prepared is what a choice would send, before anybody signs it.
type Prepared struct {
	Outcome    Outcome // with a label that says what kind of answer it sends
	Answer     Answer  // what the reviewer wrote, if the outcome is free or has a form
	Completion Completion
}

// Prepare makes what a choice would send if the signer gave the last signature, at the time that the
// choice was prepared. With a [fault.List], the result says only what was chosen.
func (g Gate) Prepare(p Signer, choice Choice) (Prepared, error) {
	outcome, ok := g.Queue.offer(g.Callback, choice.Outcome)
	if !ok {
		return Prepared{}, fault.List{{Pointer: "outcome", Detail: "This request does not offer that outcome."}}
	}
	made := Prepared{Outcome: outcome, Answer: outcome.answer(choice.Answer)}
	made.Outcome = outcome.labelled(made.Answer)
	var signed []Signature
	if template.ListsSigners(outcome.templates()...) {
		signed = g.signers(p, made.Proposal(), TidyComment(choice.Comment), choice.PreparedAt)
	}
	completion, err := made.completion(g.ReadsText, choice, p.Person, signed)
	if err != nil {
		return made, err
	}
	made.Completion = completion
	return made, nil
}

// completion makes what would be sent for a choice of the outcome that was prepared. signed are those who
// would have signed, by last.
func (p Prepared) completion(text bool, choice Choice, by Person, signed []Signature) (Completion, error) {
	choice.Comment = TidyComment(choice.Comment)
	if n := utf8.RuneCountInString(choice.Comment); n > MaxCommentRunes {
		return Completion{}, fault.List{{Pointer: "comment", Detail: fmt.Sprintf("At most %d characters, this has %d.", MaxCommentRunes, n)}}
	}
	if p.Outcome.Free() {
		return p.Answer.Completion(p.Outcome.Kind)
	}
	if p.Outcome.Form && p.Answer.Document == "" {
		return Completion{}, fault.List{{Pointer: FieldAnswer, Detail: "The request has a form now: fill it in."}}
	}
	if p.Outcome.Comment == CommentNone {
		choice.Comment = ""
	}
	outcome := p.Outcome
	if text && outcome.Kind == Success {
		outcome.Encoding = EncodingText
	}
	made, n := outcome.fitting(choice, by, signed)
	if n > MaxCompletionBytes {
		return Completion{}, outcome.tooLong(choice, by, signed)
	}
	return made, nil
}

// fitting is [Outcome.Fill] with the size in bytes. What is too long for Lambda is not made, and the
// size is then a lower bound.
func (o Outcome) fitting(choice Choice, by Person, signed []Signature) (Completion, int) {
	if n := o.leastSize(choice, by, signed); n > MaxCompletionBytes {
		return Completion{}, n
	}
	made := o.Fill(choice, by, signed)
	return made, len(made.Body())
}

// tooLong is the fault of a completion that is too long. By how much, it does not say: that tells the
// length of masked values. It is about the comment only if a shorter one helps, which makes neither a
// template shorter nor the comments of those who signed before.
func (o Outcome) tooLong(choice Choice, by Person, signed []Signature) fault.List {
	limit := fmt.Sprintf("Lambda takes at most %d bytes, this would be more.", MaxCompletionBytes)
	signed = slices.Clone(signed)
	commented := choice.Comment != ""
	choice.Comment = ""
	if last := len(signed) - 1; last >= 0 {
		signed[last].Comment = ""
	}
	if _, left := o.fitting(choice, by, signed); commented && left <= MaxCompletionBytes {
		return fault.List{{Pointer: "comment", Detail: limit}}
	}
	for i := range signed {
		signed[i].Comment = ""
	}
	if _, left := o.fitting(choice, by, signed); left <= MaxCompletionBytes {
		limit = "The comments of those who signed are too long together. " + limit +
			" Somebody who signed must withdraw that and sign again with a shorter comment."
	}
	return fault.List{{Pointer: "outcome", Detail: limit}}
}

// TidyComment is a comment as it is sent: with the same line ends with and without scripts.
func TidyComment(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n"))
}

// Proposal is what a signature for it is for.
func (p Prepared) Proposal() Proposal {
	if !p.Outcome.Free() && !p.Outcome.Form {
		return p.Outcome.Proposal(nil)
	}
	return p.Outcome.Proposal(fmt.Appendf(nil, "%q", p.Answer))
}
