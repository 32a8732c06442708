package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"countersign/handlers/query"
	"countersign/internal/desk"
	"countersign/internal/people"
	"countersign/views"
	"countersign/views/account"
)

const (
	ownSessions = "/sessions"       // where somebody sees their own
	allSessions = "/admin/sessions" // where admins see everybody's
)

// sessions shows a person where they are signed in.
func (s *server) sessions(c echo.Context) error {
	q, address, err := parseSessions(ownSessions, c.QueryParams())
	if err != nil {
		return err
	}
	list, next, err := s.Auth.OwnSessions(c.Request().Context(), s.person(c), q)
	return s.showSessions(c, views.PlaceNone, address, account.Sessions{List: list, Query: q}, next, err)
}

// everySession shows admins where everybody is signed in.
func (s *server) everySession(c echo.Context) error {
	q, address, err := parseSessions(allSessions, c.QueryParams())
	if err != nil {
		return err
	}
	list, next, err := s.Auth.AllSessions(c.Request().Context(), s.person(c), q)
	return s.showSessions(c, views.PlaceSessions, address, account.Sessions{All: true, List: list, Query: q}, next, err)
}

func (s *server) showSessions(c echo.Context, place views.Place, address views.Address, m account.Sessions, next *desk.Cursor, err error) error {
	if err != nil {
		return err
	}
	m.This = s.Auth.SessionID(c.Request().Context())
	if next != nil {
		m.Next = query.FormatCursor(*next)
	}
	shell, err := s.shell(c, place, address)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, account.SessionsPage(shell, m))
}

// parseSessions reads the address of a list of sessions. Only the list of everybody's sessions can
// be searched.
func parseSessions(path string, values url.Values) (people.SessionQuery, views.Address, error) {
	p := query.Parameters{Values: values}
	q := people.SessionQuery{After: p.Cursor("after"), Limit: desk.PageSize}
	if path == allSessions {
		q.Search = p.Text("q")
	}
	address := views.Address{Path: path}.With("q", q.Search)
	if q.After != nil {
		address = address.With("after", query.FormatCursor(*q.After))
	}
	return q, address, p.Faults.Err()
}

// endSession ends one of somebody's own sessions.
func (s *server) endSession(c echo.Context) error {
	_, err := s.Auth.EndSession(c.Request().Context(), s.person(c), idIn(c, "session"))
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, ownSessions)
}

// endOtherSessions ends all of somebody's sessions but this one.
func (s *server) endOtherSessions(c echo.Context) error {
	if err := s.Auth.EndOthers(c.Request().Context(), s.person(c)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, ownSessions)
}

// endAnySession ends anybody's session and goes back to the search that found it.
func (s *server) endAnySession(c echo.Context) error {
	form, err := postForm(c)
	if err != nil {
		return err
	}
	if _, err := s.Auth.EndSession(c.Request().Context(), s.person(c), idIn(c, "session")); err != nil {
		return err
	}
	p := query.Parameters{Values: form}
	return c.Redirect(http.StatusSeeOther, views.Address{Path: allSessions}.With("q", p.Text("q")).String())
}
