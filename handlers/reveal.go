package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/forms"
	"countersign/views/payload"
	"countersign/views/review"
)

// reveal shows a masked value on the page of the payload, or on a page of its own if a form proposes
// it, where no script runs. Only the answer to this one post has the value.
func (s *server) reveal(c echo.Context) error {
	revealed, err := s.revealed(c)
	if err != nil {
		return err
	}
	if revealed.Entry != nil {
		shell, err := s.shell(c, place(s.origin(c)), views.Address{Path: reviewPath(c)})
		if err != nil {
			return err
		}
		return render(c, http.StatusOK, review.RevealedPage(shell, review.Revealed{
			Entry: revealed.Entry, Back: views.Address{Path: reviewPath(c), Query: s.origin(c).Values()},
		}))
	}
	m := payload.Payload{Callback: revealed.Callback, List: s.origin(c).Whole().Address()}
	m.At, m.From = payload.Parent(revealed.At)
	return s.showPayload(c, m, &revealed.Content, &revealed.Revealed)
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
	return s.Service.Reveal(c.Request().Context(), p, callbackOf(c), form.Get("at"))
}
