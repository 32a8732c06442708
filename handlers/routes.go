package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"countersign/handlers/assignments"
	"countersign/handlers/decisions"
	"countersign/handlers/middleware"
	"countersign/handlers/notices"
	"countersign/handlers/savedviews"
	"countersign/handlers/webhooks"
)

// route is one entry of the table. With the zero access nobody may call it.
type route struct {
	method, path string
	kind         kind
	access       access
	handler      func(*server, echo.Context) error
}

// routes are all routes. The test of this table knows what each answers to whom.
var routes = []route{
	{http.MethodGet, "/", page, anyRole, (*server).inbox},
	{http.MethodGet, "/callbacks/:id", page, anyRole, (*server).review},
	{http.MethodGet, "/callbacks/:id/payload", page, anyRole, (*server).payload},
	{http.MethodGet, "/callbacks/:id/payload/tree", page, anyRole, (*server).payloadTree},
	{http.MethodPost, "/callbacks/:id/reveal", draft, anyRole, (*server).reveal},
	{http.MethodPost, "/callbacks/:id/reveal/value", script, anyRole, (*server).revealValue},
	{http.MethodPost, decisionRoute, draft, anyRole, limitPreviews((*server).decide)},
	{http.MethodPost, "/callbacks/:id/withdrawal", draft, anyRole, (*server).withdraw},
	{http.MethodPost, "/callbacks/:id/preview", typing, anyRole, limitPreviews((*server).preview)},
	{http.MethodPost, "/callbacks/:id/reviews", script, anyRole, (*server).lease},
	{http.MethodPost, "/callbacks/:id/delivery", form, adminOnly, (*server).retryDelivery},
	{http.MethodPost, "/callbacks/:id/requester", draft, adminOnly, (*server).stateRequester},
	{http.MethodPost, "/callbacks/:id/policy", draft, adminOnly, (*server).applyPolicy},
	{http.MethodGet, "/callbacks/:id/assignment", page, anyRole, assigns((*assignments.Handlers).Page)},
	{http.MethodPost, "/callbacks/:id/assignment", form, anyRole, assigns((*assignments.Handlers).Assign)},
	{http.MethodPost, "/callbacks/:id/snooze", form, anyRole, assigns((*assignments.Handlers).Snooze)},
	{http.MethodPost, "/callbacks/:id/acknowledgment", form, anyRole, assigns((*assignments.Handlers).Acknowledge)},
	{http.MethodGet, "/admin/assignments", page, adminOnly, assigns((*assignments.Handlers).Moving)},
	{http.MethodPost, "/admin/assignments", form, adminOnly, assigns((*assignments.Handlers).Move)},
	{http.MethodGet, "/views", page, anyRole, saves((*savedviews.Handlers).Page)},
	{http.MethodPost, "/views", form, anyRole, saves((*savedviews.Handlers).Save)},
	{http.MethodGet, "/views/new", page, anyRole, saves((*savedviews.Handlers).Fresh)},
	{http.MethodGet, "/views/:view", page, anyRole, saves((*savedviews.Handlers).Edit)},
	{http.MethodPost, "/views/:view", form, anyRole, saves((*savedviews.Handlers).Change)},
	{http.MethodPost, "/views/:view/filter", form, anyRole, saves((*savedviews.Handlers).Refilter)},
	{http.MethodPost, "/views/:view/stop", form, anyRole, saves((*savedviews.Handlers).Stop)},
	{http.MethodPost, "/views/:view/delete", form, anyRole, saves((*savedviews.Handlers).Delete)},
	{http.MethodGet, "/palette", page, anyRole, limitJumps((*server).jump)},
	{http.MethodPost, "/batches", form, anyRole, (*server).selectBatch},
	{http.MethodGet, "/batches/:batch", page, anyRole, (*server).batch},
	{http.MethodPost, "/batches/:batch", draft, anyRole, (*server).beginBatch},
	{http.MethodPost, "/batches/:batch/stop", form, anyRole, (*server).stopBatch},
	{http.MethodGet, "/decisions", page, anyRole, recorded((*decisions.Handlers).Page)},
	{http.MethodPost, "/decisions/export", download, anyRole, recorded((*decisions.Handlers).Export)},
	{http.MethodGet, "/admin/callbacks", page, adminOrAuditor, (*server).admin},
	{http.MethodGet, "/admin/watches", page, adminOrAuditor, (*server).watches},
	{http.MethodGet, "/admin/configuration", page, adminOrAuditor, (*server).configuration},
	{http.MethodGet, "/admin/policies", page, adminOrAuditor, (*server).policies},
	{http.MethodPost, "/admin/policies", paste, adminOrAuditor, (*server).askPolicies},
	{http.MethodGet, "/admin/channels", page, adminOrAuditor, told((*notices.Handlers).Page)},
	{http.MethodPost, "/admin/channels/retry", form, adminOnly, told((*notices.Handlers).Retry)},
	{http.MethodPost, "/admin/channels/resume", form, adminOnly, told((*notices.Handlers).Resume)},
	{http.MethodPost, "/admin/channels/mute", form, adminOnly, told((*notices.Handlers).Mute)},
	{http.MethodPost, "/admin/channels/test", form, adminOnly, told((*notices.Handlers).Test)},
	{http.MethodGet, "/settings/slack", page, anyRole, told((*notices.Handlers).Link)},
	{http.MethodPost, "/settings/slack", form, anyRole, told((*notices.Handlers).ConfirmCode)},
	{http.MethodPost, "/settings/slack/code", form, anyRole, told((*notices.Handlers).SendCode)},
	{http.MethodPost, "/settings/slack/unlink", form, anyRole, told((*notices.Handlers).Unlink)},
	{http.MethodGet, "/settings", page, anyRole, (*server).settings},
	{http.MethodPost, "/settings/notices", form, anyRole, (*server).changeNotices},
	{http.MethodPost, "/settings/notices/test", form, anyRole, (*server).testNotice},
	{http.MethodPost, "/settings/browsers", form, anyRole, (*server).subscribe},
	{http.MethodPost, "/settings/browsers/remove", form, anyRole, (*server).unsubscribe},
	{http.MethodPost, "/settings/delegations", form, anyRole, (*server).delegate},
	{http.MethodPost, "/settings/delegations/:delegation/end", form, anyRole, (*server).endDelegation},
	{http.MethodGet, "/sessions", page, anyRole, (*server).sessions},
	{http.MethodPost, "/sessions/others", form, anyRole, (*server).endOtherSessions},
	{http.MethodPost, "/sessions/:session/end", form, anyRole, (*server).endSession},
	{http.MethodGet, "/admin/sessions", page, adminOnly, (*server).everySession},
	{http.MethodPost, "/admin/sessions/:session/end", form, adminOnly, (*server).endAnySession},
	{http.MethodGet, "/audit", page, adminOrAuditor, recorded((*decisions.Handlers).Audit)},
	{http.MethodPost, "/audit/export", download, adminOrAuditor, recorded((*decisions.Handlers).ExportAudit)},
	{http.MethodGet, "/events", stream, anyRole, (*server).events},
	{http.MethodPost, "/demo/samples", form, anyRole, (*server).startSample},

	{http.MethodGet, "/signin", page, public, (*server).signIn},
	{http.MethodPost, "/auth/login", form, public, limitSignIns((*server).login)},
	{http.MethodGet, "/auth/callback", page, public, limitSignIns((*server).finishLogin)},
	{http.MethodPost, "/auth/logout", form, public, (*server).logout},

	{http.MethodPost, "/webhooks/callbacks", webhook, public, senders((*webhooks.Handlers).Announcement)},
	{http.MethodPost, "/webhooks/eventbridge", webhook, public, senders((*webhooks.Handlers).Event)},
	{http.MethodPost, "/webhooks/sns", webhook, public, senders((*webhooks.Handlers).Notification)},

	{http.MethodGet, "/healthz", machine, public, (*server).healthy},
	{http.MethodGet, "/readyz", machine, public, (*server).ready},
	{http.MethodGet, "/static/*", machine, public, (*server).file},
	{http.MethodGet, "/sw.js", machine, public, (*server).serviceWorker},
}

// senders hands a route of webhooks to the package that answers them.
func senders(handler func(*webhooks.Handlers, echo.Context) error) func(*server, echo.Context) error {
	return func(s *server, c echo.Context) error { return handler(s.Webhooks, c) }
}

// told hands a route about messages to the package that answers it.
func told(handler func(*notices.Handlers, echo.Context) error) func(*server, echo.Context) error {
	return func(s *server, c echo.Context) error { return handler(s.Notices, c) }
}

// recorded hands a route about the record of decisions or the audit to the package that answers it.
func recorded(handler func(*decisions.Handlers, echo.Context) error) func(*server, echo.Context) error {
	return func(s *server, c echo.Context) error { return handler(s.Decisions, c) }
}

// assigns hands a route about whose work a callback is to the package that answers it.
func assigns(handler func(*assignments.Handlers, echo.Context) error) func(*server, echo.Context) error {
	return func(s *server, c echo.Context) error { return handler(s.Assignments, c) }
}

// saves hands a route about saved views to the package that answers it.
func saves(handler func(*savedviews.Handlers, echo.Context) error) func(*server, echo.Context) error {
	return func(s *server, c echo.Context) error { return handler(s.Saved, c) }
}

// jump shows where a person may want to go.
func (s *server) jump(c echo.Context) error { return s.palette.Page(c) }

// kind says who calls a route, and so how it is protected and how it fails.
type kind string

const (
	// page: a person asks for a page. A request without a session is redirected to the sign-in
	// page. GET changes nothing, whatever is asked for.
	page kind = "page"
	// form: a person posts a form of a page. The answer is a page or a redirect to one.
	form kind = "form"
	// draft: a person posts a form in which they typed. Every page that answers it keeps what they
	// typed.
	draft kind = "draft"
	// paste: a person posts a long text to ask about it, and nothing is recorded. The answer is a
	// page that keeps what they pasted.
	paste kind = "paste"
	// download: a person posts a form, and the answer is a file that is written while it is read. It
	// takes as long as it takes, and nothing is compressed: compressors hold it back.
	download kind = "download"
	// script: a script of a page asks, for a fragment or JSON. Failures are a line of text.
	script kind = "script"
	// typing: a script posts what a person is typing, to show a preview of it.
	typing kind = "typing"
	// stream: a script of a page listens to events for minutes. Nothing is compressed: compressors
	// hold events back.
	stream kind = "stream"
	// webhook: a sender posts. It proves itself by signature or key, has no session, and reads
	// failures as problem+json.
	webhook kind = "webhook"
	// machine: probes and files. No session, so that they do not touch the database.
	machine kind = "machine"
)

const (
	// maxForm bounds a form in which a person types, in bytes. It is many times the longest
	// comment, so that a comment that is too long arrives and the page can ask to shorten it.
	maxForm = 1 << 20
	// maxShortForm bounds the other forms, in which nobody types.
	maxShortForm = 16 << 10
)

// maxBody is how much of a form is read.
func (k kind) maxBody() int64 {
	if k == draft || k == typing || k == paste {
		return maxForm
	}
	return maxShortForm
}

// anyHost reports whether a route answers under every name: probes use an address, and senders of
// webhooks prove themselves.
func anyHost(route string) bool {
	return route == "/healthz" || route == "/readyz" || strings.HasPrefix(route, "/webhooks/")
}

// mount registers every route with what its kind needs around it.
func (s *server) mount(e *echo.Echo) {
	for _, r := range routes {
		handler := func(c echo.Context) error { return r.handler(s, c) }
		around := append([]echo.MiddlewareFunc{as(r.kind)}, s.around(r)...)
		e.Add(r.method, r.path, handler, around...)
		if r.method == http.MethodGet && r.kind != stream {
			e.Add(http.MethodHead, r.path, handler, around...)
		}
	}
}

// around is the middleware of a route, the outermost first. The limit of the body comes before
// everything that may read a form, the draft before a session that may have ended, and the session
// before the guard that needs it.
func (s *server) around(r route) []echo.MiddlewareFunc {
	limit, counted := middleware.LimitBody(r.kind.maxBody()), middleware.CountBody(s.forms)
	sameOrigin := middleware.SameOrigin(s.ownOrigin)
	switch r.kind {
	case page, form, paste:
		return []echo.MiddlewareFunc{middleware.Timeout, limit, middleware.Compress, sameOrigin, counted, s.session, s.guard(r)}
	case draft:
		return []echo.MiddlewareFunc{middleware.Timeout, limit, middleware.Compress, sameOrigin, counted, keepDraft, s.session, s.guard(r)}
	case download:
		return []echo.MiddlewareFunc{limit, sameOrigin, counted, s.session, s.guard(r)}
	case script, typing:
		return []echo.MiddlewareFunc{middleware.Timeout, limit, sameOrigin, counted, s.session, s.guard(r)}
	case stream:
		return []echo.MiddlewareFunc{sameOrigin, s.session, s.guard(r)}
	case webhook: // intake bounds the body itself
		return []echo.MiddlewareFunc{middleware.Timeout, middleware.CountBody(s.messages), s.guard(r)}
	case machine:
		return []echo.MiddlewareFunc{middleware.Timeout, s.guard(r)}
	}
	panic("handlers: nothing guards routes of the kind of " + r.path) // while the desk starts
}

const kindKey = "kind"

// as notes the kind of a route, which decides how a failure looks.
func as(k kind) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(kindKey, k)
			return next(c)
		}
	}
}

// kindOf is the kind of the request's route. An unknown address counts as a page.
func kindOf(c echo.Context) kind {
	if k, ok := c.Get(kindKey).(kind); ok {
		return k
	}
	return page
}
