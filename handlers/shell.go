package handlers

import (
	"context"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
)

const (
	// countLimit is where counting stops: numbers up to 10,000 are exact. Those of a search, whose hits
	// are found one by one, are up to 1,000.
	countLimit  = 10_001
	searchLimit = 1_001
	// fewLimit is where counting stops if only few are told apart.
	fewLimit = 101
)

// shell is the frame of a page of a person who is signed in.
func (s *server) shell(c echo.Context, place views.Place, address views.Address) (views.Shell, error) {
	shell := s.plainShell(c)
	shell.Place, shell.Address = place, address
	ctx := c.Request().Context()
	var err error
	if shell.ConfigAlert, err = s.configAlert(ctx, shell.Viewer, place); err != nil {
		return shell, err
	}
	shell.SignersAlert = s.signersAlert(shell.Viewer, place)
	if shell.Saved, err = s.Saved.Frame(ctx, shell.Viewer, address); err != nil {
		return shell, err
	}
	shell.Counts, err = s.navigationCounts(ctx, shell.Viewer)
	if !shell.Viewer.Roles.Any() {
		shell.Viewer.Roles.Reviewer = true // the guard knows that they act for one; views show the lists
	}
	return shell, err
}

// plainShell is the frame of an error page or of the sign-in page. It asks nothing of the database,
// which may be the cause of the error.
func (s *server) plainShell(c echo.Context) views.Shell {
	shell := views.Shell{
		Moment: s.moment(c), Origin: s.ownOrigin, Viewer: s.person(c), Theme: views.Theme(cookie(c, views.ThemeCookie)), Version: s.Version, Support: s.SupportContact,
	}
	if draft := draftOf(c); draft != nil {
		shell.Kept, shell.KeptFields = draft.Get("comment"), s.keptFields(c, draft)
	}
	if s.Demo != nil {
		shell.Samples = s.Demo.Samples()
	}
	return shell
}

// concernedShell is the frame of an error page that names the request which the page is about, if the
// reader may see it.
func (s *server) concernedShell(c echo.Context) views.Shell {
	shell := s.plainShell(c)
	if id := callbackOf(c); id != "" && shell.SignedIn() {
		if current, err := s.Service.Callback(c.Request().Context(), shell.Viewer, id); err == nil {
			return shell.About(&current)
		}
	}
	return shell
}

// navigationCounts are the numbers beside the lists.
func (s *server) navigationCounts(ctx context.Context, p callbacks.Person) (counts views.Counts, err error) {
	count := func(f desk.Filter) (n views.Count) {
		if err == nil {
			n, err = s.count(ctx, p, f)
		}
		return n
	}
	counts.Available = count(desk.Filter{Scope: desk.ScopeAvailable})
	if err == nil { // the tab has room for two digits
		counts.AtRisk, err = s.Service.Count(ctx, p, desk.Filter{Scope: desk.ScopeAvailable, Ends: desk.Ends{AtRisk: true}}, fewLimit)
	}
	counts.Mine = count(desk.Filter{Scope: desk.ScopeMine})
	counts.Attention = count(desk.Filter{Scope: desk.ScopeAttention})
	if p.Roles.SeesAll() {
		counts.All = count(desk.Filter{Scope: desk.ScopeAll, States: []callbacks.State{callbacks.Pending}})
		if err == nil {
			var n int
			n, err = s.Notices.Troubles(ctx)
			counts.Channels = views.Bounded(n, fewLimit)
		}
	}
	return counts, err
}

// count counts what a person finds with a filter.
func (s *server) count(ctx context.Context, p callbacks.Person, f desk.Filter) (views.Count, error) {
	limit := countLimit
	if f.Search != "" {
		limit = searchLimit
	}
	n, err := s.Service.Count(ctx, p, f, limit)
	return views.Bounded(n, limit), err
}
