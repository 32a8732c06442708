package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/views"
)

// stateRequester puts on record who asks for a request, because an admin says so. What was typed comes back with its faults.
func (s *server) stateRequester(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	said := callbacks.Statement{Requester: form.Get("requester"), RequesterID: form.Get("requesterId"), Reason: form.Get("reason")}
	_, err = s.Service.StateRequester(c.Request().Context(), s.person(c), callbackOf(c), said)
	if faults, invalid := errors.AsType[callbacks.Invalid](err); invalid {
		return s.showReview(c, http.StatusUnprocessableEntity, views.Draft{Asker: views.AskerDraft{Statement: said, Faults: faults}})
	}
	if errors.Is(err, callbacks.ErrOldGroups) {
		faults := callbacks.Invalid{{Pointer: "reason", Detail: "Your groups were read too long ago. Sign in again in another tab, then send this."}}
		return s.showReview(c, http.StatusForbidden, views.Draft{Asker: views.AskerDraft{Statement: said, Faults: faults}})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, views.Address{Path: reviewPath(c), Query: s.origin(c).values()}.String())
}
