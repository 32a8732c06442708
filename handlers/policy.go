package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/review"
)

// applyPolicy binds a callback to the present rules of its queue, for the reason that an admin
// gives. Without one, the page asks for it.
func (s *server) applyPolicy(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	reason := form.Get("policy")
	_, err = s.Service.ApplyPolicy(c.Request().Context(), s.person(c), callbackOf(c), reason)
	faults, invalid := errors.AsType[callbacks.Invalid](err)
	switch {
	case invalid:
		draft := review.PolicyDraft{Reason: reason, Fault: faults[0].Detail}
		return s.showReview(c, http.StatusUnprocessableEntity, review.Draft{Policy: draft})
	case errors.Is(err, callbacks.ErrOldGroups):
		return s.signInAgain(c, auth.Draft{}, err)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, views.Address{Path: reviewPath(c), Query: s.origin(c).values()}.String())
}

// appliesPolicy reports whether the request posts the reason for applying the present rules.
func appliesPolicy(c echo.Context) bool { return strings.HasSuffix(c.Path(), "/policy") }
