package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/internal/answers"
	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/jsonsyntax"
	"countersign/views"
	"countersign/views/forms"
	"countersign/views/review"
)

// decision is a decision as its form was posted.
type decision struct {
	callbacks.Choice
	// what the reviewer saw, as desk.Preview.Seen names it; empty in the first of two steps
	seen string
	back bool // from the second step to the first
	// the button of a form, as form.Form.Press knows it, and whether it was one: the one that only
	// shows the page again has no value
	pressed string
	again   bool
	typing  string // the outcome in whose form the reviewer types, if nothing else was typed since
	earlier string // the outcome whose form was filled with an earlier answer of the reviewer
}

// readDecision reads the form. A time that cannot be read counts as an old one: the preview is
// shown again. If the form does not say that the signature waits for others, its page said that it
// sends.
func (s *server) readDecision(c echo.Context) (decision, error) {
	form, err := postForm(c)
	if err != nil {
		return decision{}, err
	}
	d := decision{Choice: callbacks.Choice{
		Outcome: form.Get("outcome"), Comment: form.Get("comment"), Answer: answerIn(form), Fields: s.fieldsIn(c, form),
		Sends: form.Get("sends") != "no",
	}, seen: form.Get("seen"), back: form.Has("back"), pressed: form.Get("form"), again: form.Has("form"), typing: form.Get("typing"), earlier: form.Get(forms.AgainField)}
	if at, err := time.Parse(time.RFC3339, form.Get("at")); err == nil {
		d.PreparedAt = at
	}
	return d, nil
}

// decide records a signature if the reviewer saw its preview, and otherwise shows the preview.
// Whatever goes wrong, the page keeps what the reviewer typed.
func (s *server) decide(c echo.Context) error {
	d, err := s.readDecision(c)
	if err != nil {
		return err
	}
	switch {
	case d.pressed == review.FormatResult:
		return s.formatResult(c, d)
	case d.again:
		return s.answerRefusal(c, d, s.press(c, d))
	case d.back:
		return s.answerRefusal(c, d, s.goBack(c, d))
	case d.seen == "":
		return s.answerRefusal(c, d, s.confirm(c, d, false))
	}
	p := s.person(c)
	current, err := s.Service.Sign(c.Request().Context(), p, callbackOf(c), d.Choice, d.seen)
	switch {
	case errors.Is(err, callbacks.ErrStale):
		return s.answerRefusal(c, d, s.confirm(c, d, true))
	case errors.Is(err, desk.ErrSignedAlready):
		s.forgetDraft(c, callbackOf(c)) // it stands already: show it
	case err != nil:
		return s.answerRefusal(c, d, err)
	default:
		if current.Decision != nil {
			s.Metrics.Decision(current)
		}
		s.forgetDraft(c, current.ID)
	}
	return c.Redirect(http.StatusSeeOther, s.afterDecision(c))
}

// afterDecision is where a decision leads: to the callback's page with its receipt or, from beside a
// list, to that list with the receipt as a line and the next callback open. If there is no next one,
// the decided one stays open.
func (s *server) afterDecision(c echo.Context) string {
	id, l := callbackOf(c), s.opener(c)
	whole := views.Address{Path: reviewPath(c), Query: l.Whole().Values()}.String()
	if l.Item != id {
		return whole
	}
	left, err := s.Service.Callback(c.Request().Context(), s.person(c), id)
	if err != nil {
		return whole // what is recorded must not end in an error page
	}
	next, err := s.next(c, &left, l)
	if err != nil {
		return whole
	}
	if l.Done = id; next.Row != nil {
		l.Item = next.Row.ID
	}
	return l.Address().String()
}

// pending reads the request's callback and returns [callbacks.ErrConflict] unless it waits for a
// decision.
func (s *server) pending(c echo.Context) (callbacks.Callback, callbacks.Content, error) {
	current, content, err := s.Service.Content(c.Request().Context(), s.person(c), callbackOf(c))
	if err == nil && current.State != callbacks.Pending {
		err = callbacks.ErrConflict
	}
	return current, content, err
}

// press changes a form as one of its buttons says, and shows the first step again. It records
// nothing.
func (s *server) press(c echo.Context, d decision) error {
	outcome, fields, err := s.Service.Press(c.Request().Context(), s.person(c), callbackOf(c), d.Fields, d.pressed)
	if err != nil {
		return err
	}
	return s.showReview(c, http.StatusOK, review.Draft{
		Outcome: cmp.Or(outcome, d.Outcome), Comment: d.Comment, Answer: d.Answer, Fields: fields, Pressed: d.pressed,
	})
}

// formatResult shows the first step again with a free result spread over lines, or with what is wrong with
// it and where. It records nothing.
func (s *server) formatResult(c echo.Context, d decision) error {
	d.Outcome, d.Answer.Format = callbacks.OutcomeResult, answers.JSON
	if err := answers.CheckResult(answers.JSON, d.Answer.Result); err != nil {
		return s.answerRefusal(c, d, err)
	}
	d.Answer.Result = jsonsyntax.Indented(d.Answer.Result, answers.MaxBytes)
	return s.goBack(c, d)
}

// goBack shows the first step again with what the reviewer typed. It records nothing.
func (s *server) goBack(c echo.Context, d decision) error {
	current, _, err := s.pending(c)
	if err != nil {
		return err
	}
	if err := s.Service.MayDecide(c.Request().Context(), s.person(c), &current); err != nil {
		return err
	}
	return s.showReview(c, http.StatusOK, review.Draft{Outcome: d.Outcome, Comment: d.Comment, Answer: d.Answer, Fields: d.Fields})
}

// confirm is the second step: the exact bytes once more and a button. It records nothing.
func (s *server) confirm(c echo.Context, d decision, stale bool) error {
	ctx, p, id := c.Request().Context(), s.person(c), callbackOf(c)
	current, content, err := s.pending(c)
	if err != nil {
		return err
	}
	preview, err := s.Service.Preview(ctx, p, id, d.Choice)
	if err != nil {
		return err
	}
	if failed, cannot := preview.Why.Failed(); cannot {
		return &callbacks.Refusal{Code: failed.Code, Reason: failed.Reason}
	}
	if err := current.Requirement.CheckComment(preview.Outcome, d.Comment); err != nil {
		return err
	}
	usual, err := s.Service.Usual(ctx, current.Queue)
	if err != nil {
		return err
	}
	from := s.origin(c)
	shell, err := s.shell(c, place(from), views.Address{Path: reviewPath(c), Query: from.Values()})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, review.ConfirmPage(shell, review.Confirm{
		Callback: current, Usual: usual, Payload: content.Payload, Preview: preview, Comment: d.Comment, Fields: d.Fields,
		Stale: stale, Sends: d.Sends, List: from.Address(),
	}))
}

// answerRefusal answers a refused decision with a page on which the reviewer can change or copy it. Other
// errors have pages of their own, which keep the comment too.
func (s *server) answerRefusal(c echo.Context, d decision, err error) error {
	faults, invalid := errors.AsType[fault.List](err)
	refusal, refused := errors.AsType[*callbacks.Refusal](err)
	failed, unencoded := errors.AsType[*desk.CodecError](err)
	switch {
	case refused && refusal.Code.Signed():
		// Others signed meanwhile: the page says what became of it, and keeps the comment.
		return s.showReview(c, http.StatusConflict, review.Draft{
			Outcome: d.Outcome, Comment: d.Comment, Answer: d.Answer, Fields: d.Fields, Faults: fault.List{{Pointer: "outcome", Detail: refusal.Reason}},
		})
	case invalid:
		return s.showReview(c, http.StatusUnprocessableEntity, review.Draft{Outcome: d.Outcome, Comment: d.Comment, Answer: d.Answer, Fields: d.Fields, Faults: faults})
	case errors.Is(err, callbacks.ErrConflict):
		return s.overtaken(c, d)
	case unencoded:
		return s.notEncoded(c, d, failed.Words)
	case errors.Is(err, callbacks.ErrOldGroups):
		return s.signInAgain(c, auth.Draft{Outcome: d.Outcome, Comment: d.Comment, Answer: d.Answer, Fields: d.Fields}, err)
	}
	return err
}

// notEncoded says in a codec's words why a result cannot be sent now, and what the reviewer can do.
func (s *server) notEncoded(c echo.Context, d decision, why string) error {
	current, err := s.Service.Callback(c.Request().Context(), s.person(c), callbackOf(c))
	if err != nil {
		return err
	}
	why += " Nothing was recorded or sent, and what you wrote is still here. Press again in a moment. "
	fails := func(o callbacks.Outcome) bool { return o.Kind == callbacks.Failure }
	if slices.ContainsFunc(s.Service.Queues().Offers(&current), fails) {
		why += "Outcomes that fail the callback need no encoding, and work."
	} else {
		why += "Nothing can be decided until encoding works again."
	}
	retryAfter(c, retrySoon)
	return s.showReview(c, http.StatusServiceUnavailable, review.Draft{
		Outcome: d.Outcome, Comment: d.Comment, Answer: d.Answer, Fields: d.Fields, Faults: fault.List{{Pointer: "outcome", Detail: why}},
	})
}

// overtaken says who or what decided or ended the callback first.
func (s *server) overtaken(c echo.Context, d decision) error {
	id, from := callbackOf(c), s.origin(c)
	sheet, err := s.Service.Sheet(c.Request().Context(), s.person(c), id)
	if err != nil {
		return err
	}
	next, err := s.next(c, &sheet.Callback, from)
	if err != nil {
		return err
	}
	shell, err := s.shell(c, place(from), views.Address{Path: reviewPath(c), Query: from.Values()})
	if err != nil {
		return err
	}
	s.forgetDraft(c, id) // nobody can send it any more
	tried, _ := sheet.Callback.Outcome(d.Outcome)
	return render(c, http.StatusConflict, review.ConflictPage(shell, review.Conflict{
		Callback: sheet.Callback, Tried: tried.Label, Signed: review.SignedSum(&sheet), Next: next, List: from.Address(),
	}))
}

// preview renders what each outcome would send with a comment and an answer, as a fragment of the page,
// so that whichever outcome is chosen next has its preview; while the reader types in one form, only that
// of its outcome. It renders their forms too, once a button was pressed if one was. The preview of the outcome in the form is never
// cut.
func (s *server) preview(c echo.Context) error {
	d, err := s.readDecision(c)
	if err != nil {
		return err
	}
	ctx, p, id := c.Request().Context(), s.person(c), callbackOf(c)
	if d.pressed != "" {
		if _, d.Fields, err = s.Service.Press(ctx, p, id, d.Fields, d.pressed); err != nil {
			return err
		}
	}
	previews, err := s.Service.PreviewAll(ctx, p, id, d.Choice, d.typing)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, review.Previewed(id, s.origin(c).Address(), previews, d.Outcome, d.earlier))
}

// withdraw takes back the person's signature that waits for others. Without a reason, the page asks
// for one.
func (s *server) withdraw(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	why := form.Get("why")
	current, err := s.Service.Withdraw(c.Request().Context(), s.person(c), callbackOf(c), why)
	faults, invalid := errors.AsType[fault.List](err)
	switch {
	case invalid:
		for i := range faults {
			faults[i].Pointer = "why" // as the form calls it
		}
		return s.showReview(c, http.StatusUnprocessableEntity, review.Draft{Withdrawal: why, Faults: faults})
	case errors.Is(err, callbacks.ErrOldGroups):
		return s.signInAgain(c, auth.Draft{Withdrawal: why}, err)
	case err != nil:
		return err
	}
	s.forgetDraft(c, current.ID)
	signer, err := s.Service.Signer(c.Request().Context(), s.person(c))
	if err != nil {
		return err
	}
	if !s.Service.Queues().Sees(signer, &current, s.Now()) {
		return c.Redirect(http.StatusSeeOther, s.origin(c).Address().String()) // whoever left its groups
	}
	return c.Redirect(http.StatusSeeOther, views.Address{Path: reviewPath(c), Query: s.origin(c).Values()}.String())
}
