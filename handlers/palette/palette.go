// Package palette finds where a person may want to go, from what they type.
package palette

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	view "countersign/views/palette"
)

// Site is what the page takes from the site that it is part of.
type Site struct {
	Shell  func(echo.Context, views.Place, views.Address) (views.Shell, error)
	Person func(echo.Context) callbacks.Person
	Render func(echo.Context, int, templ.Component) error
}

// Handlers are the page.
type Handlers struct {
	Service *desk.Service
	Site    Site
}

// mostFound bounds the callbacks that the page shows: who needs more goes to a list.
const mostFound = 8

// Page shows what fits what was typed. It reads as a list does, with the reader's own rights, and
// changes nothing.
func (h *Handlers) Page(c echo.Context) error {
	p := query.Parameters{Values: c.QueryParams()}
	typed, item := p.Text("q"), p.ID("item")
	if err := p.Faults.Err(); err != nil {
		return err
	}
	ctx, person := c.Request().Context(), h.Site.Person(c)
	m := view.Palette{Typed: strings.TrimSpace(typed)}
	m.Kind, m.Search = view.Split(typed)
	var err error
	if m.Item, err = h.item(ctx, person, item); err != nil {
		return err
	}
	if m.Search != "" && m.Kind != view.People && m.Kind != view.Actions {
		if m.Found, err = h.find(ctx, person, m.Search); err != nil {
			return err
		}
	}
	shell, err := h.Site.Shell(c, views.PlaceNone, views.Address{Path: view.Path}.With("q", m.Typed, "item", string(item)))
	if err != nil {
		return err
	}
	return h.Site.Render(c, http.StatusOK, view.Page(shell, m))
}

// item is what is open where the reader came from; nil for nothing that they may see.
func (h *Handlers) item(ctx context.Context, p callbacks.Person, id callbacks.ID) (*callbacks.Callback, error) {
	if id == "" {
		return nil, nil
	}
	c, err := h.Service.Callback(ctx, p, id)
	if errors.Is(err, callbacks.ErrNotFound) {
		return nil, nil
	}
	return &c, err
}

// find searches each list as the list itself does: what waits comes first.
func (h *Handlers) find(ctx context.Context, p callbacks.Person, search string) (found []desk.Row, err error) {
	scopes := []desk.Scope{desk.ScopeAvailable, desk.ScopeAttention, desk.ScopeMine, desk.ScopeHistory}
	if p.Roles.SeesAll() {
		scopes = []desk.Scope{desk.ScopeAvailable, desk.ScopeAll}
	}
	for _, scope := range scopes {
		page, err := h.Service.List(ctx, p, desk.Filter{Scope: scope, Search: search, Limit: mostFound})
		if err != nil {
			return nil, err
		}
		for _, row := range page.Rows {
			known := slices.ContainsFunc(found, func(r desk.Row) bool { return r.ID == row.ID })
			if !known && len(found) < mostFound {
				found = append(found, row)
			}
		}
	}
	return found, nil
}
