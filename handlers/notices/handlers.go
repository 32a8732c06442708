package notices

import (
	"context"
	"net/url"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
	"countersign/internal/ratelimit"
	"countersign/views"
	"countersign/views/admin"
)

// Site is what pages take from the site that they are part of.
type Site struct {
	Shell  func(echo.Context, views.Place, views.Address) (views.Shell, error)
	Person func(echo.Context) callbacks.Person
	Form   func(echo.Context) (url.Values, error)
	Render func(echo.Context, int, templ.Component) error
}

// Config is what the pages need.
type Config struct {
	Reports notice.Reports
	// Channels are those of the configuration, in the order in which pages show them.
	Channels []admin.Channel
	// Send sends a test to a place of a channel. An error that it can explain is a [*notice.Fault].
	Send func(ctx context.Context, channel, place string) error
	// Links links accounts in Slack; nil without it.
	Links *notice.Links
	// Changed tells the worker that pauses or messages changed.
	Changed func()
	Now     func() time.Time
}

// Handlers are the pages. The site sets Site before it serves them.
type Handlers struct {
	Config
	Site Site

	codes *ratelimit.Limiter // by person

	mu        sync.Mutex
	counted   int
	countedAt time.Time
}

// New makes the pages.
func New(c Config) *Handlers { return &Handlers{Config: c, codes: ratelimit.New(linkRate, linkBurst)} }
