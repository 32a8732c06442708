package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/views"
)

// retryDelivery sends a decision again. When there is nothing left to send, the page says what
// happened.
func (s *server) retryDelivery(c echo.Context) error {
	_, err := s.Service.RetryDelivery(c.Request().Context(), s.person(c), callbackOf(c))
	if err != nil && !errors.Is(err, callbacks.ErrConflict) {
		return err
	}
	return c.Redirect(http.StatusSeeOther, views.Address{Path: reviewPath(c), Query: s.origin(c).values()}.String())
}
