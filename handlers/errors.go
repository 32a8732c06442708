package handlers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"countersign/handlers/middleware"
	"countersign/handlers/webhooks"
	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/inflight"
	"countersign/internal/ratelimit"
	"countersign/views"
	"countersign/views/account"
	"countersign/views/batches"
)

// failure is the answer to an error: a status, a page for people, a line for scripts. Neither tells
// the cause; the log has it.
type failure struct {
	is     func(error) bool
	status int
	page   func(*server, echo.Context, error) templ.Component
	line   string
}

// statusClientGone is nginx's number for a client that left before its answer. It counts as no
// failure of ours.
const statusClientGone = 499

// failures is the one table of errors; the first row that matches counts. An unavailable database
// comes before the errors that may be wrapped with it, which mean nothing then. A request that its
// client cancelled comes first of all, because it does not mean that the database is away.
var failures = []failure{
	{isA(context.Canceled), statusClientGone, unavailablePage, "The request was cancelled."},
	{isA(callbacks.ErrUncertain), http.StatusServiceUnavailable, unavailablePage, "The database went away while it recorded this. Look before you try again."},
	{isA(callbacks.ErrNoRoom), http.StatusServiceUnavailable, unavailablePage, "The database has no room. Nothing was recorded. Try again in a moment."},
	{isA(callbacks.ErrReadOnly), http.StatusServiceUnavailable, unavailablePage, "The database takes no writes. Nothing was recorded. Try again in a moment."},
	{isA(callbacks.ErrUnavailable), http.StatusServiceUnavailable, unavailablePage, "The database does not answer. Nothing was recorded. Try again in a moment."},
	{isA(context.DeadlineExceeded), http.StatusServiceUnavailable, unavailablePage, "This took too long. Try again in a moment."},
	{isA(errSignIn), http.StatusUnauthorized, signedOutPage, "Sign in first."},
	{isA(errNoRole), http.StatusForbidden, noRolePage, "You have no role here."},
	{isA(callbacks.ErrNotFound), http.StatusNotFound, notFoundPage, "There is no such page, or it is not for you."},
	{isA(callbacks.ErrForbidden), http.StatusForbidden, forbiddenPage, "You may not do this."},
	{isA(callbacks.ErrOldGroups), http.StatusForbidden, oldGroupsPage, "Your groups were read too long ago. Sign in again."},
	{isA(callbacks.ErrConflict), http.StatusConflict, overtakenPage, "The callback is no longer in that state."},
	{isOf[fault.List], http.StatusUnprocessableEntity, invalidPage, "Something in the request is not valid."},
	{isOf[*http.MaxBytesError], http.StatusRequestEntityTooLarge, tooLargePage, "The request is too large."},
	{isA(inflight.ErrFull), http.StatusTooManyRequests, tooManyPage, "Too many requests. Wait a moment."},
	{isOf[*ratelimit.Error], http.StatusTooManyRequests, tooManyPage, "Too many requests. Wait a moment."},
	{isA(auth.ErrProviderUnavailable), http.StatusServiceUnavailable, signInAgainPage, "The sign-in provider does not answer."},
	{isA(auth.ErrStateMismatch), http.StatusBadRequest, signInAgainPage, beginAgain},
	{isA(auth.ErrTokenInvalid), http.StatusBadGateway, signInAgainPage, notAccepted},
	{isA(auth.ErrProviderUnfit), http.StatusBadGateway, signInAgainPage, notAccepted},
	{isOf[*auth.RefusedError], http.StatusForbidden, signInAgainPage, refusedByProvider},
	{isStatus(http.StatusNotFound), http.StatusNotFound, unknownPage, "There is no such page."},
	{isStatus(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed, wrongMethodPage, "This method is not allowed."},
	{func(error) bool { return true }, http.StatusInternalServerError, failurePage, "Something went wrong here."},
}

func isA(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func isOf[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

// isStatus matches echo's answer to an address that is not in the table of routes.
func isStatus(status int) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[*echo.HTTPError](err)
		return ok && e.Code == status
	}
}

func failureOf(err error) failure {
	for _, f := range failures {
		if f.is(err) {
			return f
		}
	}
	return failures[len(failures)-1]
}

const (
	// retrySoon is when to try again while something is away.
	retrySoon = 5 * time.Second
	// retryWhenFull is when to try again while there is no room for a form. The others are done in
	// a moment.
	retryWhenFull = time.Second
)

// fail answers a request that ended in an error, in the form that its kind of caller reads. observe
// logs the cause.
func (s *server) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return // a stream or a page broke off: nothing can be said any more
	}
	f := failureOf(err)
	if pause := pauseAfter(err, f.status); pause > 0 {
		retryAfter(c, pause)
	}
	var failed error
	switch k := kindOf(c); k {
	case page, form, draft, paste, download:
		failed = render(c, f.status, f.page(s, c, err))
	case webhook:
		failed = webhooks.ProblemOf(err).Write(c.Response())
	case script, typing, stream, machine:
		failed = c.String(f.status, f.line+"\n")
	}
	if failed != nil && f.status != statusClientGone {
		s.Log.ErrorContext(c.Request().Context(), "an error page was not written", "request_id", requestID(c), "error", failed)
	}
}

// pauseAfter is how long to wait before another try, zero when that does not help.
func pauseAfter(err error, status int) time.Duration {
	limit, limited := errors.AsType[*ratelimit.Error](err)
	switch {
	case limited:
		return limit.RetryAfter
	case errors.Is(err, inflight.ErrFull):
		return retryWhenFull
	case status == http.StatusServiceUnavailable:
		return retrySoon
	}
	return 0
}

func retryAfter(c echo.Context, d time.Duration) {
	c.Response().Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(d.Seconds())))))
}

// notFoundPage is the same for what does not exist and for what the reader may not see.
func notFoundPage(s *server, c echo.Context, _ error) templ.Component {
	return views.NotFoundPage(s.plainShell(c))
}

// unknownPage answers an address without a route. No middleware has read the session, so
// unknownPage reads it, for the reader's navigation. If it cannot be read, the page has no
// navigation.
func unknownPage(s *server, c echo.Context, err error) templ.Component {
	_ = middleware.Timeout(s.session(func(echo.Context) error { return nil }))(c)
	return notFoundPage(s, c, err)
}

func wrongMethodPage(s *server, c echo.Context, _ error) templ.Component {
	return views.WrongMethodPage(s.plainShell(c))
}

func noRolePage(s *server, c echo.Context, err error) templ.Component {
	m := views.NoRole{}
	if lacking, ok := errors.AsType[*noRoleError](err); ok {
		m.Why = lacking.fault.ForPerson()
	}
	return views.NoRolePage(s.plainShell(c), m)
}

// failurePage names the request, so that an operator finds the cause in the log.
func failurePage(s *server, c echo.Context, _ error) templ.Component {
	return views.FailurePage(s.plainShell(c), views.Failure{RequestID: requestID(c)})
}

// unavailablePage keeps a posted decision, so that another try needs no typing.
func unavailablePage(s *server, c echo.Context, err error) templ.Component {
	shell := s.plainShell(c)
	if c.Request().Method == http.MethodGet {
		// to try again
		shell.Address = views.Address{Path: c.Request().URL.Path, Query: c.QueryParams()}
	}
	return views.UnavailablePage(shell, views.Unavailable{
		RequestID: requestID(c), Decision: s.unrecorded(c),
		NoRoom: errors.Is(err, callbacks.ErrNoRoom), ReadOnly: errors.Is(err, callbacks.ErrReadOnly), Uncertain: errors.Is(err, callbacks.ErrUncertain),
	})
}

// forbiddenPage gives the domain's reason.
func forbiddenPage(s *server, c echo.Context, err error) templ.Component {
	m := views.Forbidden{Callback: callbackOf(c)}
	if refusal, ok := errors.AsType[*callbacks.Refusal](err); ok {
		m.Reason, m.Code = refusal.Reason, string(refusal.Code)
	}
	return views.ForbiddenPage(s.concernedShell(c), m)
}

// signedOutPage answers a form whose session has ended.
func signedOutPage(s *server, c echo.Context, _ error) templ.Component {
	return views.SignedOutPage(s.plainShell(c), views.Forbidden{Callback: callbackOf(c)})
}

func invalidPage(s *server, c echo.Context, err error) templ.Component {
	faults, _ := errors.AsType[fault.List](err)
	return views.InvalidPage(s.concernedShell(c), views.BadRequest{Faults: faults, Back: wayBack(c)})
}

// oneFault is the page of a request with one thing wrong.
func oneFault(s *server, c echo.Context, status int, pointer, detail string) templ.Component {
	return views.InvalidPage(s.concernedShell(c), views.BadRequest{
		Status: status, Faults: fault.List{{Pointer: pointer, Detail: detail}}, Back: wayBack(c),
	})
}

// overtakenPage answers a form that came too late. Decisions have a page of their own, which says
// more.
func overtakenPage(s *server, c echo.Context, _ error) templ.Component {
	return oneFault(s, c, http.StatusConflict, "callback", "It changed meanwhile. Open it again to see what happened.")
}

func tooLargePage(s *server, c echo.Context, _ error) templ.Component {
	detail := fmt.Sprintf("This is larger than %d KiB. Nothing was recorded. Go back and shorten it.", kindOf(c).maxBody()>>10)
	return oneFault(s, c, http.StatusRequestEntityTooLarge, "form", detail)
}

// wayBack is where to go on after an invalid request: the same page without its query, or the
// callback whose form it was.
func wayBack(c echo.Context) views.Address {
	switch {
	case c.Param("id") != "":
		return views.Address{Path: reviewPath(c)}
	case c.Param("batch") != "":
		return views.Address{Path: batches.Path(idIn(c, "batch"))}
	case c.Request().Method == http.MethodGet:
		return views.Address{Path: c.Request().URL.Path}
	}
	return views.Address{Path: "/"}
}

func tooManyPage(s *server, c echo.Context, err error) templ.Component {
	pause := pauseAfter(err, http.StatusTooManyRequests)
	return views.TooManyPage(s.plainShell(c), views.TooMany{RetryAfter: pause, Posted: kindOf(c) != page})
}

// Texts of the sign-in page after a failed try.
const (
	beginAgain        = "This sign-in did not start in this browser or took longer than ten minutes. Start again."
	notAccepted       = "The sign-in provider's answer is not valid. Start again. If this does not help, tell an operator."
	refusedByProvider = "The sign-in provider refused."
)

// signInAgainPage is the sign-in page with the reason for the failed try.
func signInAgainPage(s *server, c echo.Context, err error) templ.Component {
	m := account.SignIn{Provider: s.ProviderName, Return: returnPath(c)}
	refused, isRefusal := errors.AsType[*auth.RefusedError](err)
	switch {
	case errors.Is(err, auth.ErrProviderUnavailable):
		m.Down = true
	case auth.FaultOf(err) != "":
		m.Problem = auth.FaultOf(err).ForPerson()
	case errors.Is(err, auth.ErrStateMismatch):
		m.Problem = beginAgain
	case isRefusal && refused.Description != "":
		m.Problem = refusedByProvider + " It says: " + refused.Description
	case isRefusal:
		m.Problem = refusedByProvider
	default:
		m.Problem = notAccepted
	}
	shell := s.plainShell(c)
	shell.Viewer = callbacks.Person{} // who is somebody already sees the same page as everybody
	return account.SignInPage(shell, m)
}
