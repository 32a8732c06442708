package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/auth"
	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/batches"
	"countersign/views/review"
)

// selectBatch records what a person selected in a list. It decides nothing.
func (s *server) selectBatch(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	stance := callbacks.For
	if form.Get("stance") == string(callbacks.Against) {
		stance = callbacks.Against
	}
	list := s.origin(c)
	b, err := s.Batches.Select(c.Request().Context(), s.person(c), idsIn(form), stance, list.Values().Encode())
	switch {
	case errors.Is(err, batch.ErrTooMany):
		return fault.List{{Pointer: "callback", Detail: fmt.Sprintf("Select at most %d at once. Nothing was recorded.", batch.MaxItems)}}
	case errors.Is(err, batch.ErrEmpty):
		return c.Redirect(http.StatusSeeOther, list.Address().String())
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, batches.Path(b.ID))
}

// idsIn are the callbacks that a form names. What cannot be an ID is left out, as what is not found
// is.
func idsIn(form url.Values) (ids []callbacks.ID) {
	for _, text := range form["callback"] {
		if id, err := callbacks.ParseID(text); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// batch shows a selection that is not confirmed yet, and what became of one that is.
func (s *server) batch(c echo.Context) error {
	b, err := s.Batches.Batch(c.Request().Context(), s.person(c), idIn(c, "batch"))
	switch {
	case err != nil:
		return err
	case b.Begun():
		return s.showResult(c, b)
	}
	m := batches.Selection{Batch: b}
	if kept, ok := s.Auth.Draft(c.Request(), b.ID); ok {
		m.Comment = kept.Comment
	}
	for i := range b.Items {
		m.Included = append(m.Included, b.Items[i].Callback)
	}
	return s.showSelection(c, http.StatusOK, m)
}

// beginBatch is the two presses that begin a batch: the first shows the page again, with the button
// armed. Whatever goes wrong, the page keeps the comment.
func (s *server) beginBatch(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	ctx, p, id := c.Request().Context(), s.person(c), idIn(c, "batch")
	b, err := s.Batches.Batch(ctx, p, id)
	if err != nil {
		return err
	}
	m := batches.Selection{Batch: b, Included: idsIn(form), Comment: form.Get("comment")}
	if form.Get("sure") == "yes" {
		_, err = s.Batches.Begin(ctx, p, id, m.Included, m.Comment)
	} else {
		err = s.Batches.Check(ctx, p, id, m.Included, m.Comment)
	}
	faults, invalid := errors.AsType[fault.List](err)
	switch {
	case invalid:
		m.Faults = faults
		return s.showSelection(c, http.StatusUnprocessableEntity, m)
	case errors.Is(err, batch.ErrOld):
		m.Faults = fault.List{{Detail: "You selected these more than a quarter of an hour ago. Nothing was recorded. Go back to the list and select them again."}}
		return s.showSelection(c, http.StatusConflict, m)
	case errors.Is(err, batch.ErrEmpty):
		m.Faults = fault.List{{Detail: "Nothing that can go is included. Nothing was recorded."}}
		return s.showSelection(c, http.StatusConflict, m)
	case errors.Is(err, callbacks.ErrOldGroups):
		return s.signInForBatch(c, m, err)
	case err != nil && !errors.Is(err, batch.ErrBegun):
		return err
	case err == nil && form.Get("sure") != "yes":
		m.Armed = true
		return s.showSelection(c, http.StatusOK, m)
	}
	return c.Redirect(http.StatusSeeOther, batches.Path(id))
}

// signInForBatch sends a person whose groups are too old to the sign-in, and back. Their session keeps
// the comment.
func (s *server) signInForBatch(c echo.Context, m batches.Selection, cause error) error {
	if err := s.Auth.KeepDraft(c.Request(), auth.Draft{Callback: m.Batch.ID, Comment: m.Comment}); err != nil {
		return err
	}
	back := views.Address{Path: batches.Path(m.Batch.ID), Query: auth.WithDraft(url.Values{})}
	list := s.listOf(c, &m.Batch)
	shell, err := s.shell(c, place(list), back)
	if err != nil {
		return err
	}
	return render(c, http.StatusForbidden, review.SignInAgainPage(shell, signInAgain(cause, back)))
}

// stopBatch ends a batch after the item under way.
func (s *server) stopBatch(c echo.Context) error {
	id := idIn(c, "batch")
	if err := s.Batches.Stop(c.Request().Context(), s.person(c), id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, batches.Path(id))
}

// listOf is the list in which a batch was selected.
func (s *server) listOf(c echo.Context, b *batch.Batch) query.Listing {
	values, _ := url.ParseQuery(b.List) // written by us; a bad one leads to the reader's own list
	l, err := query.ParseListing(values, desk.ScopeAvailable, zone(c))
	if err != nil {
		return query.Listing{Scope: desk.ScopeAvailable}
	}
	return l.Whole()
}

func (s *server) showSelection(c echo.Context, status int, m batches.Selection) error {
	ctx, p := c.Request().Context(), s.person(c)
	list := s.listOf(c, &m.Batch)
	m.List = list.Address()
	var err error
	if m.Candidates, err = s.Batches.Candidates(ctx, p, &m.Batch); err != nil {
		return err
	}
	since := list.Filter(s.Now())
	since.ReceivedFrom = m.Batch.MadeAt
	if m.New, err = s.Service.Count(ctx, p, since, countLimit); err != nil {
		return err
	}
	shell, err := s.shell(c, place(list), views.Address{Path: batches.Path(m.Batch.ID)})
	if err != nil {
		return err
	}
	return render(c, status, batches.SelectionPage(shell, m))
}

func (s *server) showResult(c echo.Context, b batch.Batch) error {
	ctx, p := c.Request().Context(), s.person(c)
	list := s.listOf(c, &b)
	m := batches.Result{Batch: b, Callbacks: make([]*callbacks.Callback, len(b.Items)), List: list.Address()}
	for i := range b.Items {
		current, err := s.Service.Callback(ctx, p, b.Items[i].Callback)
		switch {
		case err == nil:
			m.Callbacks[i] = &current
		case !errors.Is(err, callbacks.ErrNotFound):
			return err
		}
	}
	shell, err := s.shell(c, place(list), views.Address{Path: batches.Path(b.ID)})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, batches.ResultPage(shell, m))
}
