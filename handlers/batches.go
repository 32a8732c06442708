package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

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
	if err := s.selections.Take(s.person(c).ID, s.Now()); err != nil {
		return err
	}
	stance := callbacks.For
	if form.Get("stance") == string(callbacks.Against) {
		stance = callbacks.Against
	}
	list := s.origin(c)
	ids, err := s.selected(c, list, form)
	if err != nil {
		return err
	}
	b, err := s.Batches.Select(c.Request().Context(), s.person(c), ids, stance, list.Values().Encode())
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

// selected are the callbacks that a form names, and of each row that stands for others the first of
// those that a batch can hold.
func (s *server) selected(c echo.Context, list query.Listing, form url.Values) ([]callbacks.ID, error) {
	ids := idsIn(form)
	for _, key := range slices.Compact(slices.Sorted(slices.Values(form["group"]))) {
		f := list.Whole().Filter(s.Now())
		f.Alike, f.Limit = key, batch.MaxItems
		page, err := s.Service.List(c.Request().Context(), s.person(c), f)
		if err != nil {
			return nil, err
		}
		for i := range page.Rows {
			if id := page.Rows[i].ID; !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		if len(ids) > batch.MaxItems {
			break
		}
	}
	return ids, nil
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
	m := batches.Selection{Batch: b, Comment: b.Comment, Included: includedIn(&b)}
	if kept, ok := s.Auth.Draft(c.Request(), b.ID); ok {
		m.Comment = kept.Comment
	}
	return s.showSelection(c, http.StatusOK, m)
}

// includedIn are the items that were included when the page was shown last, and all before that.
func includedIn(b *batch.Batch) (all []callbacks.ID) {
	armed := slices.ContainsFunc(b.Items, func(i batch.Item) bool { return i.Seen != "" })
	for i := range b.Items {
		if !armed || b.Items[i].Seen != "" {
			all = append(all, b.Items[i].Callback)
		}
	}
	return all
}

// beginBatch is the two presses that begin a batch: the first keeps what the person chose and shows
// it as it will be sent, the second confirms what was shown. Whatever goes wrong, the page keeps
// the comment.
func (s *server) beginBatch(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	if err := s.selections.Take(s.person(c).ID, s.Now()); err != nil {
		return err
	}
	m := batches.Selection{Included: idsIn(form), Comment: form.Get("comment")}
	if form.Get("sure") == "yes" {
		return s.confirmBatch(c, m, form.Get("shown"))
	}
	return s.armBatch(c, m)
}

// armBatch is the first press.
func (s *server) armBatch(c echo.Context, m batches.Selection) (err error) {
	m.Batch, m.Candidates, err = s.Batches.Arm(c.Request().Context(), s.person(c), idIn(c, "batch"), m.Included, m.Comment)
	if err != nil {
		return s.refusedBatch(c, m, err)
	}
	m.Armed = true
	return s.renderSelection(c, http.StatusOK, m)
}

// confirmBatch is the second press; shown names what the first one showed.
func (s *server) confirmBatch(c echo.Context, m batches.Selection, shown string) (err error) {
	m.Batch, err = s.Batches.Begin(c.Request().Context(), s.person(c), idIn(c, "batch"), shown)
	if errors.Is(err, batch.ErrOther) {
		m.Included, m.Comment = includedIn(&m.Batch), m.Batch.Comment
	}
	if err != nil {
		return s.refusedBatch(c, m, err)
	}
	return c.Redirect(http.StatusSeeOther, batches.Path(m.Batch.ID))
}

// refusedBatch answers a press after which nothing was recorded, or that came twice.
func (s *server) refusedBatch(c echo.Context, m batches.Selection, err error) error {
	if faults, invalid := errors.AsType[fault.List](err); invalid {
		m.Faults = faults
		return s.showSelection(c, http.StatusUnprocessableEntity, m)
	}
	switch {
	case errors.Is(err, batch.ErrBegun):
		return c.Redirect(http.StatusSeeOther, batches.Path(idIn(c, "batch")))
	case errors.Is(err, callbacks.ErrOldGroups):
		return s.signInForBatch(c, m, err)
	}
	for _, refused := range refusedBatches {
		if errors.Is(err, refused.err) {
			m.Faults = fault.List{{Detail: refused.words}}
			return s.showSelection(c, http.StatusConflict, m)
		}
	}
	return err
}

// refusedBatches say why nothing was recorded.
var refusedBatches = []struct {
	err   error
	words string
}{
	{batch.ErrOld, "You selected these more than a quarter of an hour ago. Nothing was recorded. Go back to the list and select them again."},
	{batch.ErrEmpty, "Nothing that can go is included. Nothing was recorded."},
	{batch.ErrOther, "This selection was changed in another tab. Nothing was recorded. Look at it again."},
}

// signInForBatch sends a person whose groups are too old to the sign-in, and back. Their session
// keeps the comment.
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

// showSelection shows a selection as its callbacks are now.
func (s *server) showSelection(c echo.Context, status int, m batches.Selection) error {
	var err error
	if m.Candidates, err = s.Batches.Candidates(c.Request().Context(), s.person(c), &m.Batch); err != nil {
		return err
	}
	return s.renderSelection(c, status, m)
}

func (s *server) renderSelection(c echo.Context, status int, m batches.Selection) error {
	list := s.listOf(c, &m.Batch)
	m.List = list.Address()
	since := list.Filter(s.Now())
	since.ReceivedFrom = m.Batch.MadeAt
	var err error
	if m.New, err = s.Service.Count(c.Request().Context(), s.person(c), since, fewLimit); err != nil {
		return err
	}
	if m.More, err = s.moreLike(c, list, &m); err != nil {
		return err
	}
	shell, err := s.shell(c, place(list), views.Address{Path: batches.Path(m.Batch.ID)})
	if err != nil {
		return err
	}
	return render(c, status, batches.SelectionPage(shell, m))
}

// moreLike counts what asks the same as all that is shown, was in the list when it was selected,
// and is not among it.
func (s *server) moreLike(c echo.Context, list query.Listing, m *batches.Selection) (views.Count, error) {
	f := list.Filter(s.Now())
	f.ReceivedBefore = m.Batch.MadeAt
	shown := 0
	for i := range m.Candidates {
		one := &m.Candidates[i].Callback
		if one.State != callbacks.Pending {
			continue
		}
		if key := desk.Alike(one); f.Alike != "" && f.Alike != key {
			return views.Count{}, nil
		} else {
			f.Alike = key
		}
		shown++
	}
	if shown == 0 {
		return views.Count{}, nil
	}
	all, err := s.Service.Count(c.Request().Context(), s.person(c), f, shown+fewLimit)
	return views.Bounded(max(all-shown, 0), fewLimit), err
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
