package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"countersign/internal/auth"
	"countersign/views/account"
)

// signIn shows the sign-in page, with what is wrong with the provider. A person who is signed in is
// redirected.
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

// login sends a person to the OpenID provider. It is a POST, because it stores the attempt.
func (s *server) login(c echo.Context) error {
	address, err := s.Auth.Begin(c.Response(), c.Request(), returnPath(c))
	if err != nil {
		return err
	}
	return s.leave(c, address)
}

const returnKey = "return"

// finishLogin redirects a person who comes back from the provider to the page that they asked for.
// A restored tab may open the address again. Its sign-in is over then, but a person who is signed
// in need not repeat it.
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
	// Drafts that the pages left in the browser go too, and what a cache kept despite no-store.
	// Cookies stay, because the theme belongs to the browser; the one of the session has ended by
	// now.
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	if address == auth.SignedOutPath {
		return c.Redirect(http.StatusSeeOther, address+"?state="+auth.SignedOut)
	}
	return s.leave(c, address)
}

// leave sends the browser to the identity provider. It is a page that refreshes and no redirect,
// because Chromium applies form-action to redirects of a posted form, and a provider may redirect
// to a third site that we do not know.
func (s *server) leave(c echo.Context, address string) error {
	return render(c, http.StatusOK, account.HandOverPage(s.plainShell(c), account.HandOver{Site: s.ProviderName, Address: address}))
}

// returnPath is the page of ours to go to after signing in.
func returnPath(c echo.Context) string {
	if kept, ok := c.Get(returnKey).(string); ok {
		return auth.ReturnPath(kept)
	}
	return auth.ReturnPath(c.FormValue("return"))
}
