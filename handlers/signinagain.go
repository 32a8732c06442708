package handlers

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/review"
)

// signInAgain answers a form of a person whose groups are too old. Their session keeps what they
// typed and chose, so that they find it after the sign-in, with scripts and without.
func (s *server) signInAgain(c echo.Context, d auth.Draft, cause error) error {
	from := s.origin(c)
	d.Callback = callbackOf(c)
	if err := s.Auth.KeepDraft(c.Request(), d); err != nil {
		return err
	}
	sheet, err := s.Service.Sheet(c.Request().Context(), s.person(c), d.Callback)
	if err != nil {
		return err
	}
	shell, err := s.shell(c, place(from), views.Address{Path: reviewPath(c), Query: from.Values()})
	if err != nil {
		return err
	}
	m := signInAgain(cause, views.Address{Path: reviewPath(c), Query: auth.WithDraft(from.Values())})
	tried, _ := sheet.Callback.Outcome(d.Outcome)
	m.Tried, m.Asker = tried.Label, d.Asker
	return render(c, http.StatusForbidden, review.SignInAgainPage(shell, m))
}

// oldGroupsPage answers the forms in which nobody types.
func oldGroupsPage(s *server, c echo.Context, err error) templ.Component {
	back := wayBack(c)
	back.Query = s.origin(c).Values()
	return review.SignInAgainPage(s.plainShell(c), signInAgain(err, back))
}

func signInAgain(cause error, back views.Address) review.SignInAgain {
	m := review.SignInAgain{Return: back}
	if old, ok := errors.AsType[*callbacks.OldGroups](cause); ok {
		m.Age, m.Limit = old.Age, old.Limit
	}
	return m
}

// keptDraft is what a person typed before they signed in again, if the address asks for it.
func (s *server) keptDraft(c echo.Context) review.Draft {
	d, ok := s.Auth.Draft(c.Request(), callbackOf(c))
	if !ok {
		return review.Draft{}
	}
	return review.Draft{
		Outcome: d.Outcome, Comment: d.Comment, Answer: d.Answer, Fields: d.Fields, Waited: true,
		Asker: review.AskerDraft{Statement: d.Asker}, Withdrawal: d.Withdrawal, Policy: review.PolicyDraft{Reason: d.Policy},
	}
}

// forgetDraft drops what has been sent. The decision is recorded by then, so a failure is only
// logged.
func (s *server) forgetDraft(c echo.Context, id callbacks.ID) {
	if err := s.Auth.ForgetDraft(c.Request(), id); err != nil {
		s.Log.WarnContext(c.Request().Context(), "a draft was not removed from its session; it stays until the session ends", slog.String("request_id", requestID(c)), slog.Any("error", err))
	}
}
