package assignments

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/people"
	"countersign/views"
	pages "countersign/views/assignments"
)

// Site is what pages take from the site that they are part of.
type Site struct {
	Shell  func(echo.Context, views.Place, views.Address) (views.Shell, error)
	Person func(echo.Context) callbacks.Person
	Form   func(echo.Context) (url.Values, error)
	Render func(echo.Context, int, templ.Component) error
	Zone   func(echo.Context) *time.Location
	// ID is the ID in the path.
	ID func(echo.Context) callbacks.ID
	// Back is where the reader came from: the callback's page, or the list in which it is open.
	Back func(echo.Context) (views.Address, views.Place)
}

// Config is what the pages need.
type Config struct {
	Service *assignment.Service
	Desk    *desk.Service
	Now     func() time.Time
}

// Handlers are the pages. The site sets Site before it serves them.
type Handlers struct {
	Config
	Site Site
}

// New makes the pages.
func New(c Config) *Handlers { return &Handlers{Config: c} }

// maxListed bounds the people to choose from; typing a name narrows them.
const maxListed = 30

// Page shows whose work a callback is, and what the reader can do about it.
func (h *Handlers) Page(c echo.Context) error { return h.show(c, http.StatusOK, pages.Draft{}) }

func (h *Handlers) show(c echo.Context, status int, draft pages.Draft) error {
	ctx, p := c.Request().Context(), h.Site.Person(c)
	m := pages.Assignment{Draft: draft, Who: strings.TrimSpace(c.QueryParam("who"))}
	var err error
	if m.Callback, err = h.Desk.Callback(ctx, p, h.Site.ID(c)); err != nil {
		return err
	}
	if m.Standing, err = h.Service.Of(ctx, p, &m.Callback); err != nil {
		return err
	}
	refused := h.Desk.MayDecide(ctx, p, &m.Callback)
	if refusal, ok := errors.AsType[*callbacks.Refusal](refused); ok {
		m.Refused = refusal.Reason
	} else if refused != nil && !errors.Is(refused, callbacks.ErrOldGroups) {
		return refused
	}
	if m.May = m.Callback.State == callbacks.Pending && (m.Refused == "" || p.Roles.Admin); m.May {
		m.People = matching(h.Desk.Colleagues(p, &m.Callback, maxSearched), m.Who)
		m.More = len(m.People) > maxListed
		m.People = m.People[:min(len(m.People), maxListed)]
	}
	back, place := h.Site.Back(c)
	m.Back, m.Query = back, c.QueryParams()
	shell, err := h.Site.Shell(c, place, views.Address{Path: pages.Path(m.Callback.ID), Query: c.QueryParams()})
	if err != nil {
		return err
	}
	return h.Site.Render(c, status, pages.AssignmentPage(shell, m))
}

// maxSearched bounds the people among whom a name is looked for.
const maxSearched = 2000

// matching are the people one of whose names or addresses begins with a text.
func matching(all []callbacks.Person, text string) (found []callbacks.Person) {
	key := people.Key(text)
	for _, p := range all {
		profile := people.Profile{Name: p.Name, Addresses: []people.KnownAddress{{Address: p.Email}}}
		if slices.ContainsFunc(profile.Keys(), func(own string) bool { return strings.HasPrefix(own, key) }) {
			found = append(found, p)
		}
	}
	return found
}

// Assign takes, gives or releases a callback.
func (h *Handlers) Assign(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	ctx, p, id := c.Request().Context(), h.Site.Person(c), h.Site.ID(c)
	to, reason := form.Get("to"), form.Get("reason")
	switch to {
	case "":
		err = h.Service.Release(ctx, p, id, reason)
	case "me":
		err = h.Service.Assign(ctx, p, id, p.ID, reason)
	default:
		err = h.Service.Assign(ctx, p, id, to, reason)
	}
	return h.answer(c, err, pages.Draft{To: to, Reason: reason})
}

// answer leads back to where the reader came from, or shows what has to change first.
func (h *Handlers) answer(c echo.Context, err error, draft pages.Draft) error {
	if faults, invalid := errors.AsType[fault.List](err); invalid {
		draft.Faults = faults
		return h.show(c, http.StatusUnprocessableEntity, draft)
	}
	if err != nil {
		return err
	}
	back, _ := h.Site.Back(c)
	return c.Redirect(http.StatusSeeOther, back.String())
}

// Snooze hides a callback from the reader's own list for a while, or shows it again.
func (h *Handlers) Snooze(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	ctx, p, id := c.Request().Context(), h.Site.Person(c), h.Site.ID(c)
	draft := pages.Draft{Until: form.Get("until")}
	if form.Get("for") == "wake" {
		return h.answer(c, h.Service.Wake(ctx, p, id), draft)
	}
	until, err := h.until(c, form)
	if err == nil {
		err = h.Service.Snooze(ctx, p, id, until)
	}
	return h.answer(c, err, draft)
}

// until is the time that a form asks for: one of those offered, or one that was typed.
func (h *Handlers) until(c echo.Context, form url.Values) (time.Time, error) {
	now := h.Now()
	if form.Get("for") == "latest" {
		current, err := h.Desk.Callback(c.Request().Context(), h.Site.Person(c), h.Site.ID(c))
		if err != nil {
			return time.Time{}, err
		}
		standing, err := h.Service.Of(c.Request().Context(), h.Site.Person(c), &current)
		return standing.Latest.Truncate(time.Second), err
	}
	for _, span := range pages.Spans {
		if form.Get("for") == span.Name {
			return now.Add(span.Span), nil
		}
	}
	until, err := query.ParseMoment(form.Get("until"), h.Site.Zone(c))
	if err != nil || until.IsZero() {
		return until, fault.List{{Pointer: "until", Detail: "Give a day and a time, such as 2026-11-24T16:00."}}
	}
	return until, nil
}
