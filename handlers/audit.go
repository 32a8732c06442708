package handlers

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/admin"
)

// audit shows who did what, newest first.
func (s *server) audit(c echo.Context) error {
	q, address, err := parseAudit(c.QueryParams())
	if err != nil {
		return err
	}
	model := admin.Audit{Query: q}
	if model.Entries, err = s.Service.Audit(c.Request().Context(), s.person(c), q); err != nil {
		return err
	}
	if model.Titles, err = s.Service.Titles(c.Request().Context(), s.person(c), model.Entries); err != nil {
		return err
	}
	if n := len(model.Entries); n == q.Limit {
		model.Older = model.Entries[n-1].Seq
	}
	shell, err := s.shell(c, views.PlaceAudit, address)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, admin.AuditPage(shell, model))
}

// parseAudit reads the address of a page of the audit.
func parseAudit(values url.Values) (desk.AuditQuery, views.Address, error) {
	p := query.Parameters{Values: values}
	q := desk.AuditQuery{
		Callback: p.ID("callback"), Action: callbacks.Action(p.Text("action")), ActorID: p.Text("actor"), Limit: desk.PageSize,
	}
	if before := values.Get("before"); before != "" {
		var err error
		if q.Before, err = strconv.ParseInt(before, 10, 64); err != nil || q.Before <= 0 {
			p.Faults.Add("before", "Not a page of the audit.")
		}
	}
	address := views.Address{Path: "/audit"}.With("callback", string(q.Callback), "action", string(q.Action), "actor", q.ActorID)
	if q.Before > 0 {
		address = address.With("before", strconv.FormatInt(q.Before, 10))
	}
	return q, address, p.Faults.Err()
}
