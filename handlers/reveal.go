package handlers

import (
	"cmp"
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/desk"
	"countersign/views/forms"
	"countersign/views/payload"
	"countersign/views/review"
)

// reveal shows a masked value where no script runs: on the page of the payload, or in the field of a
// form, with everything that was typed. Only the answer to this one post has the value.
func (s *server) reveal(c echo.Context) error {
	revealed, err := s.revealed(c)
	if err != nil {
		return err
	}
	if revealed.Entry == nil {
		m := payload.Payload{Callback: revealed.Callback, List: s.origin(c).Whole().Address()}
		m.At, m.From = payload.Parent(revealed.At)
		return s.showPayload(c, m, &revealed.Content, &revealed.Revealed)
	}
	d, err := s.readDecision(c)
	if err != nil {
		return err
	}
	d.Fields[revealed.Entry.Name] = []string{revealed.Entry.Text}
	d.Fields[revealed.Entry.RevealedName()] = []string{revealed.Entry.Proof}
	return s.showReview(c, http.StatusOK, review.Draft{
		Outcome: d.Outcome, Comment: d.Comment, Answer: d.Answer, Fields: d.Fields, Pressed: forms.RevealButton,
	})
}

// revealValue sends a masked value to the script of a page, which puts it in the place of its mask.
func (s *server) revealValue(c echo.Context) error {
	revealed, err := s.revealed(c)
	if err != nil {
		return err
	}
	if revealed.Entry != nil {
		return render(c, http.StatusOK, forms.RevealedValue(revealed.Entry))
	}
	d := payload.DocumentOf(&revealed.Content, true)
	d.Revealed = &revealed.Revealed
	return render(c, http.StatusOK, payload.Row(callbackOf(c), d))
}

// revealed is the value that the request asks for, put on record.
func (s *server) revealed(c echo.Context) (desk.Revealed, error) {
	form, err := postForm(c)
	if err != nil {
		return desk.Revealed{}, err
	}
	p := s.person(c)
	if err := s.reveals.Take(p.ID, s.Now()); err != nil {
		return desk.Revealed{}, err
	}
	return s.Service.Reveal(c.Request().Context(), p, callbackOf(c), cmp.Or(form.Get(forms.RevealButton), form.Get("at")))
}
