package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/auth"
	"countersign/views/account"
)

// signIn shows where to sign in, and what of the provider stands in the way; who is signed in
// already goes on.
func (s *server) signIn(c echo.Context) error {
	if p := s.person(c); p.ID != "" {
		return c.Redirect(http.StatusSeeOther, returnPath(c))
	}
	err := s.Auth.Available(c.Request().Context())
	return render(c, http.StatusOK, account.SignInPage(s.plainShell(c), account.SignIn{
		Provider: s.ProviderName, Return: returnPath(c),
		Down: errors.Is(err, auth.ErrProviderUnavailable), Problem: auth.FaultOf(err).ForPerson(),
		SignedOut: c.QueryParam("state") == auth.SignedOut,
	}))
}

// login sends a person to the OpenID provider. It is a POST, because it writes down the attempt.
func (s *server) login(c echo.Context) error {
	address, err := s.Auth.Begin(c.Response(), c.Request(), returnPath(c))
	if err != nil {
		return err
	}
	return s.leave(c, address)
}

const returnKey = "return"

// finishLogin takes a person who comes back from the provider to where they wanted to go. The
// address may also be opened again, from the history or by a restored tab: its sign-in is over, but
// whoever is signed in by now has nothing to do again.
func (s *server) finishLogin(c echo.Context) error {
	back, _, err := s.Auth.Finish(c.Response(), c.Request())
	if errors.Is(err, auth.ErrStateMismatch) && s.person(c).ID != "" {
		return c.Redirect(http.StatusSeeOther, "/")
	}
	if err != nil {
		c.Set(returnKey, back)
		return err
	}
	return c.Redirect(http.StatusSeeOther, back)
}

// logout ends the session, here and at the provider.
func (s *server) logout(c echo.Context) error {
	address, err := s.Auth.SignOut(c.Response(), c.Request())
	if err != nil {
		return err
	}
	// What the pages of this person left in the browser goes too: drafts, and whatever a cache kept
	// in spite of no-store. Cookies stay, for the theme belongs to the browser; the session's own
	// has ended by now.
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	if address == auth.SignedOutPath {
		return c.Redirect(http.StatusSeeOther, address+"?state="+auth.SignedOut)
	}
	return s.leave(c, address)
}

// leave sends the browser to the identity provider. It is a page that refreshes instead of a
// redirect: Chromium holds redirects of a posted form against form-action, and a provider may send
// people on to a third site that nobody here knows of.
func (s *server) leave(c echo.Context, address string) error {
	return render(c, http.StatusOK, account.HandOverPage(s.plainShell(c), account.HandOver{Site: s.ProviderName, Address: address}))
}

// returnPath is the page to go to after signing in: one of ours, whatever was asked for.
func returnPath(c echo.Context) string {
	if kept, ok := c.Get(returnKey).(string); ok {
		return auth.ReturnPath(kept)
	}
	return auth.ReturnPath(c.FormValue("return"))
}
