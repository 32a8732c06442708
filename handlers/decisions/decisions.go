// Package decisions has the pages of the record of decisions and of the audit, and their exports.
package decisions

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/ratelimit"
	"countersign/internal/record"
	"countersign/views"
	view "countersign/views/decisions"
)

// Site is what pages take from the site that they are part of.
type Site struct {
	Shell  func(echo.Context, views.Place, views.Address) (views.Shell, error)
	Person func(echo.Context) callbacks.Person
	Form   func(echo.Context) (url.Values, error)
	Render func(echo.Context, int, templ.Component) error
}

// Config is what the pages need.
type Config struct {
	Record *record.Service
	// Queues are the names of the queues that a person may see.
	Queues func(context.Context, callbacks.Person) ([]string, error)
	Now    func() time.Time
}

// Handlers are the pages. The site sets Site before it serves them.
type Handlers struct {
	Config
	Site Site

	exports *ratelimit.Limiter // by person
}

const (
	// exportsPerSecond and exportBurst bound the exports of one person. Somebody who looks for the
	// right filter needs some; a script that copies the record needs many.
	exportsPerSecond = 1.0 / 30
	exportBurst      = 10
)

// New makes the pages.
func New(c Config) *Handlers {
	return &Handlers{Config: c, exports: ratelimit.New(exportsPerSecond, exportBurst)}
}

// Page shows the decisions that a filter finds.
func (h *Handlers) Page(c echo.Context) error {
	asked, after, err := parse(c.QueryParams())
	if err != nil {
		return err
	}
	ctx, p := c.Request().Context(), h.Site.Person(c)
	m := view.Record{Filter: asked.filter, Days: asked.days, Zone: asked.zone, Paged: after != nil}
	page, err := h.Record.List(ctx, p, asked.filter, after, desk.PageSize)
	if err != nil {
		return err
	}
	m.Page = page
	if page.Next != nil {
		m.Next = query.FormatCursor(*page.Next)
	}
	if m.Queues, err = h.Queues(ctx, p); err != nil {
		return err
	}
	address := asked.address()
	if after != nil {
		address = address.With("after", query.FormatCursor(*after))
	}
	shell, err := h.Site.Shell(c, views.PlaceRecord, address)
	if err != nil {
		return err
	}
	return h.Site.Render(c, http.StatusOK, view.Page(shell, m))
}

// oldest is the value of the parameter order, for the oldest first.
const oldest = string(desk.OrderOldest)

// request is what an address or a form asks of the record.
type request struct {
	filter record.Filter
	days   [2]string // as they were given: from, and to the end of
	zone   string    // in which the days are; empty without days
}

// parse reads what an address, or a form of the page, asks for. Days are in the zone that the
// address names, or in UTC: the same address gives the same decisions everywhere.
func parse(values url.Values) (request, *desk.Cursor, error) {
	p := query.Parameters{Values: values, Zone: time.UTC}
	p.InZone("zone")
	r := request{filter: record.Filter{
		Person: p.Text("person"), Outcome: p.Text("outcome"), Queue: p.Text("queue"), Function: p.Text("function"), Rule: p.Text("rule"),
		Stance: callbacks.Stance(p.OneOf("stance", "", []string{string(callbacks.For), string(callbacks.Against)})),
		Via:    callbacks.Via(p.OneOf("via", "", view.Vias())),
		From:   p.Moment("from"), Before: p.End("to"),
		Oldest: p.OneOf("order", "", []string{oldest}) != "",
	}}
	r.days = [2]string{values.Get("from"), values.Get("to")}
	if r.days != [2]string{} {
		r.zone = p.Zone.String()
	}
	return r, p.Cursor("after"), p.Faults.Err()
}

// address is the page that shows what is asked for.
func (r request) address() views.Address {
	f := r.filter
	order := ""
	if f.Oldest {
		order = oldest
	}
	return views.Address{Path: view.Path}.With(
		"person", f.Person, "stance", string(f.Stance), "outcome", f.Outcome, "queue", f.Queue, "function", f.Function, "rule", f.Rule,
		"via", string(f.Via), "from", r.days[0], "to", r.days[1], "zone", r.zone, "order", order,
	)
}

// writeLimit is when an export drops a reader whose connection takes nothing any more.
const writeLimit = 30 * time.Second

// Export sends what the page lists, as a file, while it is read.
func (h *Handlers) Export(c echo.Context) error {
	return h.export(c, "decisions", func(form url.Values, format record.Format) (func(record.File) error, string, error) {
		asked, _, err := parse(form)
		says := view.ExportWords(format, view.Record{Filter: asked.filter, Days: asked.days, Zone: asked.zone})
		return func(to record.File) error {
			return h.Record.Export(c.Request().Context(), h.Site.Person(c), asked.filter, to)
		}, says, err
	})
}

// export sends a file that write writes. ask reads from a form what is asked for, and says it in
// words. A failure after the first line breaks the connection off, so that no reader takes a part
// for the whole.
func (h *Handlers) export(
	c echo.Context, name string, ask func(form url.Values, format record.Format) (write func(record.File) error, says string, err error),
) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	format := record.Format(form.Get("format"))
	write, says, err := ask(form, format)
	if err != nil {
		return err
	}
	if !format.Known() {
		return fault.List{{Pointer: "format", Detail: "Choose CSV or JSON lines."}}
	}
	if err := h.exports.Take(h.Site.Person(c).ID, h.Now()); err != nil {
		return err
	}
	name += "-" + h.Now().UTC().Format("20060102T150405Z")
	out := &download{c: c, control: http.NewResponseController(c.Response()), format: format, name: name}
	err = write(record.File{Format: format, Says: says, Out: out, Flush: out.flush})
	if err != nil && c.Response().Committed {
		panic(http.ErrAbortHandler)
	}
	return err
}

// download writes a file to a browser. It lifts the server's write timeout, and sets one for each
// page instead.
type download struct {
	c       echo.Context
	control *http.ResponseController
	format  record.Format
	name    string
	began   bool
}

func (d *download) Write(b []byte) (int, error) {
	if !d.began {
		d.began = true
		if err := d.renew(); err != nil {
			return 0, err
		}
		header := d.c.Response().Header()
		header.Set(echo.HeaderContentType, contentTypes[d.format])
		header.Set(echo.HeaderContentDisposition, `attachment; filename="`+d.name+`.`+string(d.format)+`"`)
		header.Set(echo.HeaderCacheControl, "no-store")
		header.Set("X-Accel-Buffering", "no")
		d.c.Response().WriteHeader(http.StatusOK)
	}
	return d.c.Response().Write(b)
}

var contentTypes = map[record.Format]string{record.CSV: "text/csv; charset=utf-8; header=present", record.JSONLines: "application/jsonl"}

// flush sends what was written, and gives the next page its time.
func (d *download) flush(context.Context) error {
	if err := d.control.Flush(); err != nil {
		return err
	}
	return d.renew()
}

func (d *download) renew() error { return d.control.SetWriteDeadline(time.Now().Add(writeLimit)) }
