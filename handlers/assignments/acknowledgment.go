package assignments

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
)

// Acknowledge says that the reader knows of a callback which needs attention, as they saw it, or takes
// that back.
func (h *Handlers) Acknowledge(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	change := h.Service.Acknowledge
	if form.Get("reopen") != "" {
		change = h.Service.Reopen
	}
	revision, err := strconv.Atoi(form.Get("revision"))
	if err != nil {
		return fmt.Errorf("a form without the revision that it shows: %w", callbacks.ErrConflict)
	}
	if err := change(c.Request().Context(), h.Site.Person(c), h.Site.ID(c), revision); err != nil {
		return err
	}
	back, _ := h.Site.Back(c)
	return c.Redirect(http.StatusSeeOther, back.String())
}
