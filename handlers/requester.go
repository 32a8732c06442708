package handlers

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/review"
)

// stateRequester records an admin's word on who asks for a request. With faults in it, the page
// keeps what the admin typed.
func (s *server) stateRequester(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	said := statementIn(form)
	stated, err := s.Service.StateRequester(c.Request().Context(), s.person(c), callbackOf(c), said)
	if faults, invalid := errors.AsType[fault.List](err); invalid {
		return s.showReview(c, http.StatusUnprocessableEntity, review.Draft{Asker: review.AskerDraft{Statement: said, Faults: faults}})
	}
	if errors.Is(err, callbacks.ErrOldGroups) {
		return s.signInAgain(c, auth.Draft{Asker: said}, err)
	}
	if err != nil {
		return err
	}
	s.forgetDraft(c, stated.ID)
	return c.Redirect(http.StatusSeeOther, views.Address{Path: reviewPath(c), Query: s.origin(c).Values()}.String())
}

// statementIn reads what a form says of who asks.
func statementIn(form url.Values) desk.Statement {
	return desk.Statement{Requester: form.Get("requester"), RequesterID: form.Get("requesterId"), Reason: form.Get("reason")}
}
