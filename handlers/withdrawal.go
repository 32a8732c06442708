package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/review"
)

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
	if !s.Service.Queues().MaySee(signer, current.Queue, s.Now()) {
		return c.Redirect(http.StatusSeeOther, s.origin(c).Address().String()) // whoever left its groups
	}
	return c.Redirect(http.StatusSeeOther, views.Address{Path: reviewPath(c), Query: s.origin(c).Values()}.String())
}

// isWithdrawal reports whether the request posts a withdrawal.
func isWithdrawal(c echo.Context) bool { return strings.HasSuffix(c.Path(), "/withdrawal") }
