package assignments

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views"
	pages "countersign/views/assignments"
)

// Moving shows an admin what somebody has, and moves it on.
func (h *Handlers) Moving(c echo.Context) error {
	q := c.QueryParams()
	return h.showMove(c, http.StatusOK, pages.Move{From: q.Get("person"), Queue: q.Get("queue"), Who: q.Get("who")})
}

func (h *Handlers) showMove(c echo.Context, status int, m pages.Move) error {
	ctx, p := c.Request().Context(), h.Site.Person(c)
	var err error
	if m.Who != "" {
		if m.Found, err = h.Service.Find(ctx, m.Who); err != nil {
			return err
		}
	}
	if m.From != "" {
		if m.Name, err = h.Service.Name(ctx, m.From); err != nil {
			return err
		}
		held := desk.Filter{Scope: desk.ScopeAll, Assigned: m.From, Queue: m.Queue, States: []callbacks.State{callbacks.Pending}, Limit: assignment.MaxMoved}
		page, err := h.Desk.List(ctx, p, held)
		if err != nil {
			return err
		}
		m.Rows, m.More = page.Rows, page.Next != nil
		if m.Queues, err = h.Desk.Visible(ctx, p); err != nil {
			return err
		}
	}
	address := url.Values{}
	if m.From != "" {
		address.Set("person", m.From)
	}
	shell, err := h.Site.Shell(c, views.PlaceAdmin, views.Address{Path: pages.MovePath, Query: address})
	if err != nil {
		return err
	}
	return h.Site.Render(c, status, pages.MovePage(shell, m))
}

// Move moves what somebody has.
func (h *Handlers) Move(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m := pages.Move{From: form.Get("person"), Queue: form.Get("queue"), ToWho: form.Get("to"), Reason: form.Get("reason")}
	move := assignment.Move{From: m.From, Queue: m.Queue, Reason: m.Reason}
	if m.ToWho != "" {
		found, err := h.Service.Find(ctx, m.ToWho)
		switch {
		case err != nil:
			return err
		case len(found) != 1:
			m.Faults = fault.List{{Pointer: "to", Detail: "Not exactly one person has this name or address. Type more of it."}}
			return h.showMove(c, http.StatusUnprocessableEntity, m)
		}
		move.To = found[0].ID
	}
	moved, err := h.Service.Move(ctx, h.Site.Person(c), move)
	if faults, invalid := errors.AsType[fault.List](err); invalid {
		m.Faults = faults
		return h.showMove(c, http.StatusUnprocessableEntity, m)
	}
	if err != nil {
		return err
	}
	m.Moved = &moved
	return h.showMove(c, http.StatusOK, m)
}
