package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/form"
	"countersign/internal/mask"
	"countersign/internal/secrets"
)

// Seal returns what a person posted for a callback with the secrets that they typed sealed. What
// handlers do with a posted form, they do after that. Without a key, secrets are dropped, and so are
// those of somebody who is not signed in.
func (s *Service) Seal(p callbacks.Person, id callbacks.ID, posted form.Posted) form.Posted {
	return posted.Seal(func(name, secret string) string {
		if p.ID == "" {
			return ""
		}
		return s.secrets.SealTyped(secrets.Typed{Callback: id, Person: p.ID, Name: name}, secret)
	})
}

// noKey is the fault of a form that asks for a secret, if the desk lost its key after the form came.
var noKey = fault.List{{Pointer: "outcome", Detail: "This form asks for a secret, and the desk has no key under which it could keep one. Ask its operator to set " + secrets.Setting + "."}}

// filling reads what was posted for the form of an outcome, with the secrets that were typed. given is
// the answer that somebody else has signed, if that was posted in its place.
func (s *Service) filling(
	ctx context.Context, c *callbacks.Callback, p callbacks.Person, o callbacks.Outcome, brought callbacks.Form, fields form.Posted,
) (filling *form.Filling, given callbacks.Answer, err error) {
	if o.Secret && s.secrets == nil { // what was typed as one was dropped
		return nil, given, noKey
	}
	posted, lost := s.proven(c.ID, p, brought, fields).Open(func(name, sealed string) (string, bool) {
		return s.secrets.OpenTyped(secrets.Typed{Callback: c.ID, Person: p.ID, Name: name}, sealed)
	})
	filling = brought.Filling(o, posted)
	filling.Unreadable(lost)
	named := fields[o.SignedInput()]
	if len(named) == 0 {
		return filling, callbacks.Answer{}, nil
	}
	if given, err = s.signed(ctx, c, o, named[len(named)-1]); err != nil {
		return nil, given, err
	}
	text := given.Document
	if given.Sealed != "" {
		if text, err = s.secrets.OpenAnswer(c.ID, given.Sealed); err != nil {
			return nil, given, fault.List{{Pointer: "outcome", Detail: "The desk cannot decrypt this answer any more, because its key was taken away. Whoever typed the secret has to sign again."}}
		}
	}
	document, err := form.Parse(text)
	if err != nil {
		return nil, given, fmt.Errorf("read a signed answer of %s: %w", c.ID, err)
	}
	filling.Take(document, given.Typed)
	return filling, given, nil
}

// signed is the answer of a signature that waits, by its name in [Sheet.SignedAs].
func (s *Service) signed(ctx context.Context, c *callbacks.Callback, o callbacks.Outcome, name string) (callbacks.Answer, error) {
	all, err := s.signatures(ctx, c)
	if err != nil {
		return callbacks.Answer{}, err
	}
	i := slices.IndexFunc(all, func(given callbacks.Signature) bool {
		return given.Live() && given.Outcome == o.Name && s.seenKeys.recognisesAnswer(name, c.ID, given.Proposal)
	})
	if i < 0 {
		return callbacks.Answer{}, fault.List{{Pointer: "outcome", Detail: "The answer that you wanted to sign is not there any more: its signature was withdrawn or replaced."}}
	}
	return all[i].Answer, nil
}

// proven is what a person posted for a form, without what only says that they revealed a value of it.
func (s *Service) proven(id callbacks.ID, p callbacks.Person, brought callbacks.Form, posted form.Posted) form.Posted {
	return posted.Proven(func(name, proof string) bool {
		return s.seenKeys.recogniseName(proof, id, name, revealedDigest(p, brought))
	})
}

// hide puts the answer of a filling into a choice, with marks in the place of secrets that were typed.
// given is the answer that somebody else has signed, if it is theirs.
func (s *Service) hide(choice *callbacks.Choice, p callbacks.Person, filling *form.Filling, given callbacks.Answer) {
	answer := filling.Answer
	choice.Changes = filling.Changes
	if veiled := filling.Form.Veil(answer); !veiled.Same(answer) {
		choice.Veiled = veiled.JSON()
	}
	if given.Document != "" {
		choice.Answer = given
	} else {
		typed := filling.TypedBy(p.ID)
		choice.Answer.Document, choice.Answer.Sealed, choice.Answer.Typed = filling.Form.Strip(answer, typed).JSON(), "", typed
	}
	if choice.Answer.Document != answer.JSON() {
		choice.Real = answer.JSON()
	}
}

// seal encrypts the answer of a choice for its signature. Encryption draws a nonce, so that two people
// who type the same secret sign different answers: otherwise somebody could try out what another one
// has typed.
func (s *Service) seal(id callbacks.ID, choice *callbacks.Choice) (err error) {
	if choice.Real != "" && choice.Answer.Sealed == "" {
		choice.Answer.Sealed, err = s.secrets.SealAnswer(id, choice.Real)
	}
	return err
}

// veil replaces what people may not see of a completion, if a form hides a part of it.
func (s *Service) veil(gate callbacks.Gate, p callbacks.Signer, choice callbacks.Choice, made *Preview) {
	made.real = made.Completion
	if choice.Veiled == "" {
		return
	}
	hidden := choice
	hidden.Real = choice.Veiled
	shown, err := gate.Prepare(p, hidden)
	if err != nil { // it is too long by its marks
		shown.Completion = callbacks.Completion{Kind: made.real.Kind, Result: []byte(mask.Literal)}
		shown.Completion.Error = callbacks.ErrorObject{ErrorType: made.Outcome.ErrorType, ErrorMessage: mask.Text}
	}
	if shown.Completion.Same(made.real) {
		return // what is hidden is not sent
	}
	made.Shown = shown.Completion.Body()
	if choice.Real != "" {
		made.Completion = s.secrets.Hashed(gate.Callback.ID, made.real, shown.Completion)
	} else {
		made.veiled = s.seenKeys.name(gate.Callback.ID, made.Outcome.Name, made.real.SHA256())
	}
}

// hash is that of a preview's completion: one under a key if people may not see all of it.
func (p Preview) hash() string { return cmp.Or(p.veiled, p.Completion.SHA256()) }

// checkSecrets refuses an announcement whose form asks for a secret, if there is no key.
func (s *Service) checkSecrets(outcomes []callbacks.Outcome, forms callbacks.Forms) error {
	var faults fault.List
	for i, o := range outcomes {
		if !o.Secret || s.secrets != nil {
			continue
		}
		schema, err := form.Parse(forms[o.Name].Schema)
		if err != nil {
			return fmt.Errorf("read the form of %s: %w", o.Name, err)
		}
		faults.Add(fmt.Sprintf("/outcomes/%d/form%s", i, form.New(schema).SecretAt),
			"asks for a secret, and this desk has no key under which it could keep one: its operator sets %s", secrets.Setting)
	}
	return faults.Err()
}
