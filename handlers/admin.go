package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/admin"
	"countersign/views/lists"
)

// admin shows the table of all callbacks.
func (s *server) admin(c echo.Context) error {
	values := c.QueryParams()
	values.Set("scope", string(desk.ScopeAll))
	l, err := query.ParseListing(values, desk.ScopeAll, zone(c))
	if err != nil {
		return err
	}
	var model lists.Table
	if model.List, err = s.list(c, l); err != nil {
		return err
	}
	if model.Bars, err = s.countShortcuts(c, l, bars()); err != nil {
		return err
	}
	if model.States, err = s.countShortcuts(c, l, lists.TableStates); err != nil {
		return err
	}
	shell, err := s.shell(c, views.PlaceAdmin, l.Address())
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, lists.TablePage(shell, model))
}

// bars are the ranges of the histogram as filters.
func bars() []lists.Shortcut {
	shortcuts := make([]lists.Shortcut, len(lists.Ranges))
	for i, r := range lists.Ranges {
		shortcuts[i] = r.Shortcut()
	}
	return shortcuts
}

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

// retryDelivery sends a decision again. When there is nothing left to send, the page says what
// happened.
func (s *server) retryDelivery(c echo.Context) error {
	_, err := s.Service.RetryDelivery(c.Request().Context(), s.person(c), callbackOf(c))
	if err != nil && !errors.Is(err, callbacks.ErrConflict) {
		return err
	}
	return c.Redirect(http.StatusSeeOther, views.Address{Path: reviewPath(c), Query: s.origin(c).Values()}.String())
}
