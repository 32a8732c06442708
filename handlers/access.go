package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
)

// access says who may call a route at all. The service decides what they may see and do behind it.
type access int

const (
	closed access = iota // nobody: a route that says nothing stays shut
	public
	anyRole
	adminOnly
	adminOrAuditor
)

var (
	errSignIn = errors.New("nobody is signed in")
	errNoRole = errors.New("signed in without a role")
)

func (a access) allows(r callbacks.Roles) bool {
	switch a {
	case public:
		return true
	case anyRole:
		return r.Any()
	case adminOnly:
		return r.Admin
	case adminOrAuditor:
		return r.SeesAll()
	case closed:
	}
	return false
}

// refusal tells a person whose role is not enough which one is needed.
func (a access) refusal() error {
	if a == adminOnly {
		return &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "This is for admins."}
	}
	return &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "This page is for admins and auditors."}
}

// guard passes on the requests of people who may call the route. It runs inside session.
func (s *server) guard(r route) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if r.access == public {
				return next(c)
			}
			p, known := s.Auth.Person(c.Request().Context())
			switch {
			case !known && r.kind == page && !fromScript(c.Request()):
				return c.Redirect(http.StatusSeeOther, signInPath(c.Request().URL.RequestURI()))
			case !known:
				return errSignIn
			case !p.Roles.Any():
				acts, err := s.acts(c, p)
				if err != nil {
					return err
				}
				if !acts || r.access != anyRole {
					return s.noRole(c)
				}
			case !r.access.allows(p.Roles):
				return r.access.refusal()
			}
			return next(c)
		}
	}
}

// acts reports whether a person without a role acts for somebody who has one.
func (s *server) acts(c echo.Context, p callbacks.Person) (bool, error) {
	signer, err := s.Service.Signer(c.Request().Context(), p)
	return signer.Acts(s.Now()), err
}

// noRoleError is errNoRole with the reason for operators. The page says it in words for the person.
type noRoleError struct {
	fault  auth.Fault
	reason string
}

func (e *noRoleError) Error() string { return errNoRole.Error() + ": " + e.reason }

func (e *noRoleError) Unwrap() error { return errNoRole }

func (s *server) noRole(c echo.Context) error {
	fault, reason := s.Auth.WithoutRole(c.Request().Context())
	return &noRoleError{fault, reason}
}

// maxSignInPath bounds the address of the sign-in page in bytes. Proxies commonly take 4 KiB of
// headers, and ours need half of that.
const maxSignInPath = 2048

// signInPath is the address of the sign-in page, which leads back to an address of ours unless that
// is too long.
func signInPath(address string) string {
	path := "/signin?return=" + url.QueryEscape(auth.ReturnPath(address))
	if len(path) > maxSignInPath {
		return "/signin"
	}
	return path
}

// person is the person who sent the request. Behind guard they always have a role, or act for
// somebody who has one. Roles follow the configuration that runs now, not the one when the session
// began.
func (s *server) person(c echo.Context) callbacks.Person {
	p, _ := s.Auth.Person(c.Request().Context())
	return p
}

type sessionErrorKey struct{}

// SessionError is for [auth.Config]: it brings an error of the session store to the error table of
// this package, so that it gets the same page as any other.
func SessionError(w http.ResponseWriter, r *http.Request, err error) {
	if failed, ok := r.Context().Value(sessionErrorKey{}).(*error); ok {
		*failed = err
		return
	}
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}

// session loads the session of the request.
func (s *server) session(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		var err error
		r := c.Request()
		r = r.WithContext(context.WithValue(r.Context(), sessionErrorKey{}, &err))
		s.Auth.LoadSession(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			c.SetRequest(r)
			err = next(c)
		})).ServeHTTP(c.Response(), r)
		return err
	}
}

// fromScript reports whether htmx sent the request, to replace the live parts of a page. It gets
// the same page as a browser, but an error instead of a redirect to the sign-in page: it would
// paste that page into the list.
func fromScript(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }
