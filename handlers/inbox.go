package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/lists"
	"countersign/views/review"
)

// maxFunctions bounds the choice of functions.
const maxFunctions = 200

// inbox shows one of a person's lists and, on wide screens, the callback that is open beside it.
func (s *server) inbox(c echo.Context) error {
	l, err := query.ParseListing(c.QueryParams(), desk.ScopeAvailable, zone(c))
	if err != nil {
		return err
	}
	if l.Scope == desk.ScopeAll {
		return c.Redirect(http.StatusSeeOther, l.Address().String())
	}
	var model lists.Inbox
	if model.Open, err = s.openItem(c, &l); err != nil {
		return err
	}
	if model.Done, err = s.doneItem(c, &l); err != nil {
		return err
	}
	if model.List, err = s.list(c, l); err != nil {
		return err
	}
	if model.Stranded, err = s.stranded(c, l); err != nil {
		return err
	}
	if model.Chips, err = s.countShortcuts(c, l, lists.ChipsOf(l.Scope)); err != nil {
		return err
	}
	shell, err := s.shell(c, views.InboxPlace(l.Scope), l.Address())
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, lists.InboxPage(shell, model))
}

// stranded is what will end undecided as things stand. Admins and auditors have it above all that needs
// attention.
func (s *server) stranded(c echo.Context, l query.Listing) (m lists.Stranded, err error) {
	p := s.person(c)
	first := query.Listing{Scope: desk.ScopeAttention, Item: l.Item, Done: l.Done, Unfolded: l.Unfolded}
	if !p.Roles.SeesAll() || l.Values().Encode() != first.Values().Encode() {
		return m, nil
	}
	m.All, m.More, err = s.Policies.Stranded(c.Request().Context(), p)
	m.Known = s.NobodyEligible() != nil
	return m, err
}

// openItem is the callback beside the list. The pane stays empty for one that the reader may not
// see.
func (s *server) openItem(c echo.Context, l *query.Listing) (*review.Review, error) {
	if l.Item == "" {
		return nil, nil
	}
	m, err := s.reviewModel(c, l.Item, *l, review.Draft{})
	if errors.Is(err, callbacks.ErrNotFound) {
		l.Item = ""
		return nil, nil
	}
	return &m, err
}

// doneItem is what the reader decided last beside the list, nil for nothing.
func (s *server) doneItem(c echo.Context, l *query.Listing) (*callbacks.Callback, error) {
	if l.Done == "" {
		return nil, nil
	}
	done, err := s.Service.Callback(c.Request().Context(), s.person(c), l.Done)
	if errors.Is(err, callbacks.ErrNotFound) {
		l.Done = ""
		return nil, nil
	}
	return &done, err
}

// list reads a page of a list and what its filter offers, and counts the whole list.
func (s *server) list(c echo.Context, l query.Listing) (lists.List, error) {
	ctx, p := c.Request().Context(), s.person(c)
	m := lists.List{Filter: l.Filter(s.Now()), Ends: l.Ends}
	found, err := s.Service.List(ctx, p, m.Filter)
	if err != nil {
		return m, err
	}
	m.Rows = found.Rows
	if m.Unfolded, err = s.unfolded(c, l, found.Rows); err != nil {
		return m, err
	}
	if found.Next != nil {
		m.Next = query.FormatCursor(*found.Next)
	}
	if m.Total, err = s.count(ctx, p, m.Filter); err != nil {
		return m, err
	}
	if m.Functions, err = s.Service.Functions(ctx, p, maxFunctions); err != nil {
		return m, err
	}
	m.Queues, err = s.Service.Visible(ctx, p)
	return m, err
}

// unfolded reads what a row of a folded list stands for, if the address asks for it and the page has
// the row.
func (s *server) unfolded(c echo.Context, l query.Listing, rows []desk.Row) (lists.Unfolded, error) {
	if l.Unfolded == "" || !slices.ContainsFunc(rows, func(r desk.Row) bool { return r.Fold.Key == l.Unfolded }) {
		return lists.Unfolded{}, nil
	}
	f := l.Filter(s.Now())
	f.Alike, f.After = l.Unfolded, nil
	page, err := s.Service.List(c.Request().Context(), s.person(c), f)
	return lists.Unfolded{Key: l.Unfolded, Rows: page.Rows, More: page.Next != nil}, err
}

// countShortcuts counts what the list would find with each of the shortcuts pressed.
func (s *server) countShortcuts(c echo.Context, l query.Listing, shortcuts []lists.Shortcut) ([]views.Count, error) {
	counts := make([]views.Count, len(shortcuts))
	for i, shortcut := range shortcuts {
		pressed, err := query.ParseListing(shortcut.Apply(l.Values()), l.Scope, zone(c))
		if err != nil {
			return nil, fmt.Errorf("shortcut %s: %w", shortcut.Label, err)
		}
		if counts[i], err = s.count(c.Request().Context(), s.person(c), pressed.Filter(s.Now())); err != nil {
			return nil, err
		}
	}
	return counts, nil
}
