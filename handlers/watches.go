package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/views"
	"countersign/views/admin"
)

// watches shows which functions are searched for callbacks.
func (s *server) watches(c echo.Context) error {
	searched, err := s.Searched(c.Request().Context(), s.person(c))
	if err != nil {
		return err
	}
	shell, err := s.shell(c, views.PlaceWatches, views.Address{Path: "/admin/watches"})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, admin.WatchesPage(shell, admin.Watches{Searched: searched, Queues: s.Service.Queues()}))
}
