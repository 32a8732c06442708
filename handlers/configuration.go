package handlers

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/admin"
)

// configuration shows what countersign.yaml says, which version each replica runs, and what one of them
// changed.
func (s *server) configuration(c echo.Context) error {
	model := admin.Configuration{Desk: s.Desk}
	var err error
	if model.Status, err = s.Rollout.Status(c.Request().Context(), s.person(c)); err != nil {
		return err
	}
	if v := c.QueryParam("version"); v != "" {
		change, err := s.Rollout.Change(c.Request().Context(), s.person(c), callbacks.ConfigVersion(v))
		if err != nil {
			return err
		}
		model.Change = &change
	}
	shell, err := s.shell(c, views.PlaceConfig, views.Address{Path: "/admin/configuration"})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, admin.ConfigurationPage(shell, model))
}

// alerted are the pages on which admins are told what is wrong with the configuration. Its own page
// says more.
var alerted = []views.Place{views.PlaceAdmin, views.PlaceWatches, views.PlacePolicies, views.PlaceAudit, views.PlaceSessions}

// configAlert returns what to tell a person on a page about the configuration. It is empty for
// everybody but admins.
func (s *server) configAlert(ctx context.Context, p callbacks.Person, place views.Place) (string, error) {
	if !p.Roles.Admin || !slices.Contains(alerted, place) {
		return "", nil
	}
	replicas, err := s.Rollout.Replicas(ctx, p)
	if err != nil {
		return "", fmt.Errorf("alert of the configuration: %w", err)
	}
	return admin.Alert(replicas), nil
}

// signersAlert does the same for requests that too few people could decide. It does not ask the
// database.
func (s *server) signersAlert(p callbacks.Person, place views.Place) string {
	if !p.Roles.Admin || !slices.Contains(alerted, place) {
		return ""
	}
	return admin.SignersAlert(s.NobodyEligible())
}
