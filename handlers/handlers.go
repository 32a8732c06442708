package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"countersign/handlers/assignments"
	"countersign/handlers/decisions"
	"countersign/handlers/markdown"
	"countersign/handlers/middleware"
	"countersign/handlers/notices"
	"countersign/handlers/palette"
	"countersign/handlers/savedviews"
	"countersign/handlers/webhooks"
	"countersign/internal/auth"
	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/channels/webpush"
	"countersign/internal/clientip"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/discovery"
	"countersign/internal/live"
	"countersign/internal/metrics"
	"countersign/internal/notice/personal"
	"countersign/internal/policy"
	"countersign/internal/reload"
	"countersign/internal/rollout"
	"countersign/views"
	"countersign/views/admin"
)

// Config is what the handlers need. Limits, Replaced, Reloads, Demo, Stopping and the texts may be
// empty.
type Config struct {
	*Limits     // nil for new ones
	Service     *desk.Service
	Delegations *delegation.Service
	Batches     *batch.Service
	Auth        *auth.Auth // made with SessionError set to [SessionError]
	Hub         *live.Hub  // closed by its owner when shutdown begins: streams end by it
	Webhooks    *webhooks.Handlers
	Notices     *notices.Handlers           // of this site alone: it is given the site's frame
	Decisions   *decisions.Handlers         // of this site alone, too
	Assignments *assignments.Handlers       // of this site alone, too
	Saved       *savedviews.Handlers        // of this site alone, too
	Static      http.Handler                // serves /static/, compressed and cached by itself
	Ping        func(context.Context) error // whether the database answers
	// whether shutdown has begun; nil if nobody needs to know
	Stopping func() bool
	// closed when the handlers of another configuration take over: streams end then
	Replaced <-chan struct{}
	Reloads  func() reload.State // what became of the last change of the configuration
	Demo     Demo                // nil outside the demo
	Personal *personal.Service   // what people settle about notices; nil without channels
	Push     *webpush.Channel    // nil if browsers are not told
	Metrics  *metrics.Metrics
	Now      func() time.Time
	Log      *slog.Logger // gets one line for each request

	// Searched reads which functions are searched for callbacks, of those that a person may see.
	Searched func(context.Context, callbacks.Person) (discovery.Searched, error)

	// Desk is what the configuration of these handlers says.
	Desk admin.Desk
	// Policies answers admins and auditors about the rules of these handlers.
	Policies *policy.Desk
	// Rollout says which version of the configuration each replica runs.
	Rollout *rollout.Reporter
	// NobodyEligible counts by queue the pending requests that too few people could decide.
	NobodyEligible func() map[string]int

	BaseURL        string         // our own origin as browsers see it
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	ConsoleLinks   bool           // whether pages link to the AWS console
	Version        string
	ProviderName   string // of the OpenID provider, on the sign-in button
	SupportContact string // whom people without a role ask
}

// Demo starts sample work, so that a visitor has something to decide. Start returns
// [callbacks.ErrNotFound] for a name that is not among the samples.
type Demo interface {
	Samples() []views.Sample
	Start(ctx context.Context, name string) error
}

// server has the dependencies of the handlers.
type server struct {
	Config
	ownOrigin    string // as browsers write it
	descriptions markdown.Renderer
	palette      palette.Handlers
}

// New makes the handler of the whole site. Its only error is a bad base URL.
func New(cfg Config) (http.Handler, error) {
	ownOrigin, err := middleware.OriginOf(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if cfg.Limits == nil {
		cfg.Limits = NewLimits()
	}
	s := &server{Config: cfg, ownOrigin: ownOrigin}
	s.Decisions.Site = decisions.Site{Shell: s.shell, Person: s.person, Form: postForm, Render: render}
	s.Notices.Site = notices.Site{Shell: s.shell, Person: s.person, Form: postForm, Render: render}
	s.Assignments.Site = assignments.Site{
		Shell: s.shell, Person: s.person, Form: postForm, Render: render, Zone: zone, ID: callbackOf, Back: s.cameFrom,
	}
	s.Saved.Site = savedviews.Site{
		Shell: s.shell, Person: s.person, Form: postForm, Render: render, Zone: zone,
		ID: func(c echo.Context) callbacks.ID { return idIn(c, "view") },
	}
	s.palette = palette.Handlers{Service: s.Service, Site: palette.Site{Shell: s.shell, Person: s.person, Render: render}}
	e := echo.New()
	e.HTTPErrorHandler = s.fail
	e.IPExtractor = clientip.Of(cfg.TrustedProxies)
	https := strings.HasPrefix(cfg.BaseURL, "https:")
	e.Use(s.observe, middleware.SecureHeaders(https), middleware.KnownHost(cfg.BaseURL, anyHost), middleware.Recover)
	s.mount(e)
	return e, nil
}
