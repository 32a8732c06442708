package desk

import (
	"context"
	"fmt"
	"unicode/utf8"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/mask"
)

// codec returns the codec of the waiting function. The function in the ARN takes precedence over
// the name: a sender that leaves the name out, or gives another, must not turn encryption off. Neither
// must one that names an alias, or writes an ARN as the name.
func (s *Service) codec(c *callbacks.Callback) Codec {
	if function := arn.OfFunction(c.ExecutionARN).Function(); function != "" {
		return s.codecs[function]
	}
	return s.codecs[arn.FunctionName(c.Function)]
}

// encoded is a completion together with the encoded one that is sent in its place. It is made
// before the decision is recorded, because code in a transaction may run twice, and encoding may
// draw a nonce and ask others.
type encoded struct {
	to       callbacks.Target
	function string
	shown    callbacks.Completion
	sent     callbacks.Completion
	err      error // why it cannot be sent
}

// encode encodes what a choice would send, if the waiting function wants that and the choice still
// matches what was seen. Everything else is checked when the decision is made.
func (s *Service) encode(
	ctx context.Context, c *callbacks.Callback, p callbacks.Signer, choice callbacks.Choice, seen string,
) (encoded, error) {
	encoder, now := s.codec(c).Encoder, s.now()
	if encoder == nil && choice.Real == "" || c.State != callbacks.Pending || s.mayTakePart(p, c, now) != nil {
		return encoded{}, nil
	}
	signatures, err := s.signatures(ctx, c)
	if err != nil {
		return encoded{}, err
	}
	made, err := s.prepared(s.gate(c, signatures, now), p, choice)
	if err != nil || !s.outgoes(c, made) || !s.seenKeys.recognise(seen, c, made.Outcome.Name, made.digest()) {
		return encoded{}, nil // the transaction finds out why
	}
	out := encoded{to: c.Target(), function: c.Function, shown: made.real, sent: made.real}
	sealed, visible := made.Completion.Sealed != nil, made.Completion
	if encoder != nil && encodes(made.real) {
		out.write(ctx, encoder, p.Person)
		visible = callbacks.Completion{Kind: callbacks.Success, Result: []byte(mask.Literal)}
	}
	if sealed && out.err == nil {
		out.sent, out.err = s.secrets.Seal(c.ID, out.sent, visible)
	}
	return out, nil
}

// outgoes reports whether something else than the bytes of a preview is kept and sent.
func (s *Service) outgoes(c *callbacks.Callback, made Preview) bool {
	return made.Completion.Sealed != nil || s.codec(c).Encoder != nil && encodes(made.real)
}

// write encodes what is sent.
func (out *encoded) write(ctx context.Context, encoder Encoder, by callbacks.Person) {
	result, err := encoder.Encode(ctx, out.to, by, out.shown)
	switch n := len(result); {
	case err != nil:
		out.err = fmt.Errorf("encode the result for %s: %w", out.function, err)
	case n > callbacks.MaxCompletionBytes:
		out.err = fault.List{{Pointer: "comment", Detail: fmt.Sprintf("Lambda takes at most %d bytes, %s this would be more.", callbacks.MaxCompletionBytes, encoder.Says())}}
	case !utf8.Valid(result):
		out.err = fmt.Errorf("encode the result for %s: it is not UTF-8", out.function)
	}
	out.sent = callbacks.Completion{Kind: callbacks.Success, Result: result}
}

// encodes reports whether a completion has something to encode. Failures go out in the clear, and for
// a success without a result no SDK asks its serdes.
func encodes(c callbacks.Completion) bool { return c.Kind == callbacks.Success && !c.None() }

// outgoing returns the completion to send for the one that was shown. It returns
// [callbacks.ErrStale] if the completion was encoded for another target: the history has corrected
// the callback in the meantime.
func (s *Service) outgoing(
	c *callbacks.Callback, made Preview, out encoded,
) (callbacks.Completion, error) {
	switch {
	case !s.outgoes(c, made):
		return made.real, nil
	case out.to != c.Target() || out.function != c.Function || !out.shown.Same(made.real) || out.shown.Text != made.real.Text:
		return callbacks.Completion{}, fmt.Errorf("encoded for another request: %w", callbacks.ErrStale)
	}
	return out.sent, out.err
}

// checkAddressee refuses an announcement that does not say which function waits, if the results for
// some function are not plain JSON: this may be that function, and its results would go out in the
// clear.
func (s *Service) checkAddressee(c *callbacks.Callback) error {
	if len(s.codecs) == 0 || arn.OfFunction(c.ExecutionARN).Function() != "" {
		return nil
	}
	const why = ". Some functions of this desk read results in a format of their own, so the desk has to know which function waits: "
	switch {
	case c.Function == "":
		return fault.List{{Pointer: "/function", Detail: "is missing, and executionArn too" + why + "send one of the two"}}
	case arn.FunctionName(c.Function) == "":
		return fault.List{{Pointer: "/function", Detail: "is neither the name nor the ARN of a function" + why + "send one of the two, or executionArn"}}
	}
	return nil
}
