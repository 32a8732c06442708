package savedviews

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/internal/savedview"
	"countersign/views"
	pages "countersign/views/savedviews"
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
}

// Handlers are the pages. The site sets Site before it serves them.
type Handlers struct {
	Service *savedview.Service
	Site    Site
}

// New makes the pages.
func New(service *savedview.Service) *Handlers { return &Handlers{Service: service} }

// maxGroups bounds the groups to choose from.
const maxGroups = 200

// Page lists the reader's views.
func (h *Handlers) Page(c echo.Context) error {
	shell, err := h.Site.Shell(c, views.PlaceViews, views.Address{Path: views.SavedPath})
	if err != nil {
		return err
	}
	return h.Site.Render(c, http.StatusOK, pages.Page(shell))
}

// Fresh asks for the name under which a list is saved. Its address has the list's filter.
func (h *Handlers) Fresh(c echo.Context) error {
	l, err := query.ParseListing(c.QueryParams(), desk.ScopeAvailable, h.Site.Zone(c))
	if err != nil {
		return err
	}
	return h.form(c, http.StatusOK, l, pages.Draft{})
}

// form shows the form of a view with its filter.
func (h *Handlers) form(c echo.Context, status int, l query.Listing, d pages.Draft) error {
	address := views.Address{Path: views.SavedPath + "/new", Query: l.Values()}
	if d.ID != "" {
		address = views.Address{Path: views.SavedPath + "/" + d.ID}
	}
	shell, err := h.Site.Shell(c, views.PlaceViews, address)
	if err != nil {
		return err
	}
	groups := h.Site.Person(c).Groups
	d.Query, d.Groups, d.Back = l.Saved(), groups[:min(len(groups), maxGroups)], l.Whole().Address().String()
	return h.Site.Render(c, status, pages.FormPage(shell, d))
}

// Save keeps a list under a name, and leads back to it.
func (h *Handlers) Save(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	l, err := query.ParseSaved(form.Get("list"))
	if err != nil {
		return err
	}
	name, group := form.Get("name"), form.Get("group")
	v, err := h.Service.Save(c.Request().Context(), h.Site.Person(c), name, group, l.Saved().Encode())
	if faults, invalid := errors.AsType[fault.List](err); invalid {
		return h.form(c, http.StatusUnprocessableEntity, l, pages.Draft{Name: name, Group: group, Faults: faults})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, start(l, v.ID).String())
}

// start is the address of a view's list.
func start(l query.Listing, id callbacks.ID) views.Address {
	l.View = id
	return l.Address()
}

// Edit shows what its owner can change of a view.
func (h *Handlers) Edit(c echo.Context) error { return h.edit(c, http.StatusOK, nil) }

// edit shows the form of a view, with what was typed if that does not fit.
func (h *Handlers) edit(c echo.Context, status int, refused *pages.Draft) error {
	v, err := h.own(c)
	if err != nil {
		return err
	}
	l, _ := query.ParseSaved(v.Query) // what was saved by other rules can still be renamed and deleted
	l.View = v.ID
	d := pages.Draft{ID: string(v.ID), Name: v.Name, Group: v.Group}
	if refused != nil {
		d.Name, d.Group, d.Faults = refused.Name, refused.Group, refused.Faults
	}
	return h.form(c, status, l, d)
}

// own is the reader's view that the path names, or [callbacks.ErrNotFound].
func (h *Handlers) own(c echo.Context) (savedview.View, error) {
	p, id := h.Site.Person(c), h.Site.ID(c)
	all, err := h.Service.Views(c.Request().Context(), p)
	if err != nil {
		return savedview.View{}, err
	}
	for _, v := range all {
		if v.ID == id && v.Owner.ID == p.ID {
			return v, nil
		}
	}
	return savedview.View{}, callbacks.ErrNotFound
}

// Change renames a view, and shares it or stops sharing it.
func (h *Handlers) Change(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	name, group := form.Get("name"), form.Get("group")
	_, err = h.Service.Rename(c.Request().Context(), h.Site.Person(c), h.Site.ID(c), name, group)
	if faults, invalid := errors.AsType[fault.List](err); invalid {
		return h.edit(c, http.StatusUnprocessableEntity, &pages.Draft{Name: name, Group: group, Faults: faults})
	}
	return h.done(c, err)
}

// Stop stops sharing a view.
func (h *Handlers) Stop(c echo.Context) error {
	v, err := h.own(c)
	if err == nil {
		_, err = h.Service.Rename(c.Request().Context(), h.Site.Person(c), v.ID, v.Name, "")
	}
	return h.done(c, err)
}

// Delete deletes a view.
func (h *Handlers) Delete(c echo.Context) error {
	return h.done(c, h.Service.Delete(c.Request().Context(), h.Site.Person(c), h.Site.ID(c)))
}

// done leads to the reader's views.
func (h *Handlers) done(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, views.SavedPath)
}

// Refilter saves what changed of a view, and leads back to its list.
func (h *Handlers) Refilter(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	l, err := query.ParseSaved(form.Get("list"))
	if err != nil {
		return err
	}
	v, err := h.Service.Refilter(c.Request().Context(), h.Site.Person(c), h.Site.ID(c), l.Saved().Encode())
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, start(l, v.ID).String())
}
