package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/mask"
)

// formsOf reads the forms of a callback's outcomes, and what hides its masked values for a person who
// looks.
func (s *Service) formsOf(ctx context.Context, c *callbacks.Callback, by callbacks.Person) (callbacks.Forms, *mask.Cover, error) {
	content, err := s.content(ctx, c.ID)
	if err != nil {
		return nil, nil, err
	}
	cover, err := s.cover(ctx, c, by, &content)
	return under(cover, content.Forms), cover, err
}

// filled reads what was posted for the form of the chosen outcome, and checks it. The choice that
// it returns has the answer; filling is nil if the outcome has no form. A check may take a while,
// so it happens before a transaction and never inside.
func (s *Service) filled(
	ctx context.Context, c *callbacks.Callback, p callbacks.Signer, choice callbacks.Choice, forms callbacks.Forms,
) (_ callbacks.Choice, filling *form.Filling, err error) {
	outcome, ok := c.Outcome(choice.Outcome)
	if !ok || !outcome.Form {
		return choice, nil, nil
	}
	brought, ok := forms[outcome.Name]
	if !ok || s.forms == nil {
		return choice, nil, fmt.Errorf("the form of %s is not there", outcome.Name)
	}
	checker, err := s.forms.Compile(brought.Schema)
	if err != nil {
		return choice, nil, fmt.Errorf("compile the form of %s: %w", outcome.Name, err)
	}
	filling, given, err := s.filling(ctx, c, p.Person, outcome, brought, choice.Fields)
	if err != nil {
		return choice, nil, err
	}
	filling.Check(ctx, outcome.Stamped(filling.Answer, p.Person, choice.PreparedAt), checker)
	s.hide(&choice, p.Person, filling, given)
	return choice, filling, nil
}

// answered is filled for a signature: what is wrong with the answer is its error.
func (s *Service) answered(
	ctx context.Context, c *callbacks.Callback, p callbacks.Signer, choice callbacks.Choice,
) (callbacks.Choice, error) {
	if outcome, ok := c.Outcome(choice.Outcome); !ok || !outcome.Form {
		return choice, nil
	}
	if c.State != callbacks.Pending || s.mayTakePart(p, c, s.now()) != nil {
		return choice, nil // the transaction says so
	}
	forms, _, err := s.formsOf(ctx, c, p.Person)
	if err != nil {
		return choice, err
	}
	choice, filling, err := s.filled(ctx, c, p, choice, forms)
	if err != nil || filling == nil {
		return choice, err
	}
	if err := filling.Invalid(callbacks.FieldAnswer); err != nil {
		return choice, err
	}
	return choice, s.seal(c.ID, &choice)
}

// Press gives what is posted after a button of a form was pressed, as [form.Form.Press] says, and
// the outcome whose form it is; empty if it belongs to none.
func (s *Service) Press(
	ctx context.Context, p callbacks.Person, id callbacks.ID, posted form.Posted, button string,
) (string, form.Posted, error) {
	gate, _, forms, _, err := s.open(ctx, p, id)
	if err != nil {
		return "", nil, err
	}
	if gate.Callback.State != callbacks.Pending {
		return "", nil, callbacks.ErrConflict
	}
	_, name, _ := strings.Cut(button, ":")
	for _, o := range gate.Callback.Outcomes {
		rest, ok := strings.CutPrefix(name, o.Inputs())
		if !o.Form || !ok || rest != "" && !strings.ContainsAny(rest[:1], "/#") {
			continue
		}
		filling := forms[o.Name].Filling(o, s.proven(id, p, forms[o.Name], posted)) // what is sealed stays so
		return o.Name, filling.Form.Press(o.Inputs(), filling.Proposed, posted, button), nil
	}
	return "", posted, nil
}

// SignAgain gives what the form of an outcome posts to say the answer of the reader's void signature, so
// that they find it filled in. It is nil if there is none, if the form hides values, or if the request
// was announced since: it may propose something else now.
func (s *Sheet) SignAgain() form.Posted {
	void := s.Void
	if void == nil || slices.ContainsFunc(s.Audit, func(e callbacks.AuditEntry) bool {
		return e.Action == callbacks.ActionReceived && e.At.After(void.At)
	}) {
		return nil
	}
	o, _ := s.Callback.Outcome(void.Outcome)
	brought, ok := s.Content.Forms[void.Outcome]
	answer, err := form.Parse(void.Answer.Document)
	if err != nil || !ok {
		return nil
	}
	filling := brought.Filling(o, nil)
	if filling.Form.HasSecret || answer.Same(filling.Answer) {
		return nil
	}
	return filling.Form.Say(o.Inputs(), filling.Proposed, answer)
}
