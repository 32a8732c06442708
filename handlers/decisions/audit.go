package decisions

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/callbacks"
	"countersign/internal/record"
	"countersign/views"
	"countersign/views/admin"
	"countersign/views/words"
)

// Audit shows who did what, newest first.
func (h *Handlers) Audit(c echo.Context) error {
	m, err := parseAudit(c.QueryParams())
	if err != nil {
		return err
	}
	if m.AuditPage, err = h.Record.Audit(c.Request().Context(), h.Site.Person(c), m.Filter, m.Before); err != nil {
		return err
	}
	address := auditAddress(m)
	if m.Before > 0 {
		address = address.With("before", strconv.FormatInt(m.Before, 10))
	}
	shell, err := h.Site.Shell(c, views.PlaceAudit, address)
	if err != nil {
		return err
	}
	return h.Site.Render(c, http.StatusOK, admin.AuditPage(shell, m))
}

// ExportAudit sends what the page lists, entry by entry, as [Handlers.Export] does.
func (h *Handlers) ExportAudit(c echo.Context) error {
	return h.export(c, "audit", func(form url.Values, format record.Format) (func(record.File) error, string, error) {
		m, err := parseAudit(form)
		return func(to record.File) error {
			return h.Record.ExportAudit(c.Request().Context(), h.Site.Person(c), m.Filter, words.Audit, to)
		}, admin.AuditExportWords(format, m), err
	})
}

// parseAudit reads the address of a page of the audit, or a form of it. Days are read as in the record.
func parseAudit(values url.Values) (admin.Audit, error) {
	p := query.Parameters{Values: values, Zone: time.UTC}
	p.InZone("zone")
	m := admin.Audit{Filter: record.AuditFilter{
		Callback: p.ID("callback"), Actor: p.Text("actor"), Action: callbacks.Action(p.Text("action")),
		From: p.Moment("from"), Before: p.End("to"), System: p.OneOf("system", "", []string{"1"}) != "",
	}}
	m.Days = [2]string{values.Get("from"), values.Get("to")}
	if m.Days != [2]string{} {
		m.Zone = p.Zone.String()
	}
	if before := values.Get("before"); before != "" {
		var err error
		if m.Before, err = strconv.ParseInt(before, 10, 64); err != nil || m.Before <= 0 {
			p.Faults.Add("before", "Not a page of the audit.")
		}
	}
	return m, p.Faults.Err()
}

// auditAddress is the page that shows what is asked for.
func auditAddress(m admin.Audit) views.Address {
	f := m.Filter
	system := ""
	if f.System {
		system = "1"
	}
	return views.Address{Path: admin.AuditPath}.With(
		"callback", string(f.Callback), "action", string(f.Action), "actor", f.Actor, "from", m.Days[0], "to", m.Days[1], "zone", m.Zone, "system", system,
	)
}
