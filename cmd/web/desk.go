package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"countersign/handlers"
	"countersign/handlers/webhooks"
	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/clientip"
	"countersign/internal/config"
	"countersign/internal/delivery"
	"countersign/internal/discovery"
	"countersign/internal/history"
	"countersign/internal/lambdaapi"
	"countersign/internal/live"
	"countersign/internal/metrics"
	"countersign/internal/readquota"
	"countersign/internal/rollout"
	"countersign/internal/sqlstore"
	"countersign/internal/tracing"
	"countersign/internal/upkeep"
	"countersign/internal/worker"
	"countersign/static"
)

// groupsAge is the age at which a session's groups are read again from the provider, if it allows
// that. If half the age at which groups no longer count is less, that is used instead.
const groupsAge = 15 * time.Minute

// deskOptions are the inputs that are not settings.
type deskOptions struct {
	Demo        handlers.Demo           // nil outside the demo
	Credentials aws.CredentialsProvider // nil for the AWS default chain
	Now         func() time.Time        // nil for the machine's clock
	// Linger is how long a stop keeps serving after readiness reports no, so that load balancers
	// stop sending requests.
	Linger time.Duration
	// Poll is about how often open pages look by themselves for what nobody told them; a minute if
	// zero.
	Poll time.Duration
}

// desk is the program: a store, the workers on it and the pages in front of it.
type desk struct {
	log           *slog.Logger
	now           func() time.Time
	store         *sqlstore.Store
	hub           *live.Hub              // sends events to the pages of this process
	invalidations sqlstore.Invalidations // sends invalidations to the other replicas
	registry      *prometheus.Registry   // what scrapers read
	scrapes       net.Listener           // serves scrapers; nil if metrics are off
	workers       []worker.Runner
	discovery     *discovery.Worker
	rollout       *rollout.Reporter
	auth          *auth.Auth
	site          http.Handler
	tracing       *tracing.Tracing // nil when off
	linger        time.Duration
	stopping      atomic.Bool

	// purpose is the one holder of what countersign.yaml says.
	purpose atomic.Pointer[purpose]
}

// openDesk opens the store and connects the parts. It starts nothing. The caller must close the
// desk.
func openDesk(ctx context.Context, settings config.Config, log *slog.Logger, o deskOptions) (_ *desk, err error) {
	warn := func(caution string) { log.WarnContext(ctx, caution) }
	store, err := sqlstore.Open(ctx, string(settings.DatabaseURL), sqlstore.WithCaution(warn))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	d := &desk{log: log, now: o.Now, store: store, registry: prometheus.NewRegistry(), linger: o.Linger}
	if d.now == nil {
		d.now = time.Now
	}
	d.hub = live.NewHub(d.now)
	d.hub.Poll = o.Poll
	d.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	if d.invalidations, err = sqlstore.NewNotices(string(settings.DatabaseURL), log); err != nil {
		return nil, err
	}
	if d.tracing, err = openTracing(ctx, settings.TraceEndpoint, log); err != nil {
		return nil, err
	}
	what, err := newPurpose(settings.Desk, d.now)
	if err != nil {
		return nil, err
	}
	d.purpose.Store(what)
	reach := lambdaapi.Config{
		Region: settings.Lambda.Region, Endpoint: string(settings.Lambda.Endpoint), Credentials: o.Credentials,
		Accounts: what.accounts, Regions: what.regions,
	}
	if d.tracing != nil {
		reach.Observe = d.tracing.Transport
	}
	aws, err := lambdaapi.New(ctx, reach)
	if err != nil {
		return nil, err
	}
	attempts := metrics.CountAttempts(d.registry, aws)
	if d.tracing != nil {
		attempts = d.tracing.Lambda(attempts)
	}
	service := d.openService(settings, attempts, aws)
	if d.site, err = d.openSite(settings, service, o.Demo); err == nil && d.tracing != nil {
		d.site = d.tracing.Site(d.site)
	}
	return d, err
}

// openService makes the service and its workers.
func (d *desk) openService(settings config.Config, attempts callbacks.Lambda, aws *lambdaapi.Client) *callbacks.Service {
	what := d.purpose.Load()
	invalidator := invalidators{d.hub, d.invalidations}
	lanes, allowances := aws.Lanes(), readquota.NewAllowances(d.store, settings.WatchRate, d.now)
	histories := history.Config{Source: aws, Lanes: aws.Lanes, Allowances: allowances, Log: d.log, Now: d.now}
	if d.tracing != nil {
		histories.Source = d.tracing.Histories(aws)
	}
	deliveries := delivery.NewWorker(delivery.Config{
		Store: d.store, Lambda: attempts, History: histories, Invalidator: invalidator, Log: d.log, Now: d.now,
	})
	keep := upkeep.Config{Store: d.store, Lambda: attempts, History: histories, Invalidator: invalidator, Log: d.log, Now: d.now}
	heartbeats := upkeep.NewHeartbeats(keep)
	watches, exceptions := what.searches(lanes.Region)
	d.discovery = discovery.NewWorker(discovery.Config{
		Store: d.store, WatchStore: d.store, ExecutionStore: d.store,
		Executions: aws, Histories: aws, Invalidator: invalidator, Log: d.log, Now: d.now, Queues: what.queues,
		Watches: watches, Exceptions: exceptions, Lanes: lanes, Allowances: allowances, Beat: heartbeats.Wake,
	})
	d.rollout = d.openRollout(settings)
	d.workers = []worker.Runner{deliveries, heartbeats, upkeep.NewExpiry(keep), d.discovery, d.rollout}
	return callbacks.NewService(callbacks.ServiceConfig{
		Store: d.store, Queues: what.queues, Invalidator: invalidator, Now: d.now,
		ReviewLimits: callbacks.ReviewLimits{Idle: settings.Review.IdleBudget, Max: settings.Review.Max},
		Beat:         heartbeats.Wake, Deliveries: deliveries,
		ConfigVersion: callbacks.ConfigVersion(what.desk.Version),
		Seals:         what.seals, Lanes: lanes, GroupsMaxAge: settings.Groups.MaxAge,
	})
}

// openSite makes sign-in, intake and the pages.
func (d *desk) openSite(settings config.Config, service *callbacks.Service, demo handlers.Demo) (http.Handler, error) {
	keys, err := sessionKeys(settings)
	if err != nil {
		return nil, err
	}
	d.auth, err = auth.New(auth.Config{
		Issuer: string(settings.OIDC.Issuer), ClientID: settings.OIDC.ClientID, ClientSecret: string(settings.OIDC.ClientSecret),
		BaseURL: string(settings.BaseURL), Scopes: settings.OIDC.Scopes, GroupsClaim: settings.OIDC.GroupsClaim,
		EmailTrusted: settings.OIDC.EmailTrusted, AuthParams: url.Values(settings.OIDC.AuthParams), SignOutURL: string(settings.OIDC.SignOutURL),
		Roles:       d.purpose.Load().roles,
		SessionIdle: settings.Session.Idle, SessionLifetime: settings.Session.Lifetime,
		RenewAfter: min(groupsAge, settings.Groups.MaxAge/2),
		Store:      d.store.Sessions(d.now), SessionKeys: keys, Now: d.now, Logger: d.log, Record: d.store.Record, People: d.store, SessionError: handlers.SessionError,
		Ended: d.sessionEnded, ClientAddress: clientip.Of(settings.TrustedProxies),
	})
	if err != nil {
		return nil, err
	}
	measured := metrics.New(d.registry, metrics.Sources{
		EventStreams: d.hub.Subscribers, UnreadableSessions: d.auth.UnopenedSessions, Backlog: d.store.Backlog, Now: d.now, Log: d.log,
	})
	in, err := openWaysIn(settings, d.purpose.Load(), d.now)
	if err != nil {
		return nil, err
	}
	in.Service, in.BaseURL, in.Metrics, in.Log = service, string(settings.BaseURL), measured, d.log
	return handlers.New(handlers.Config{
		Service: service, Auth: d.auth, Hub: d.hub, Webhooks: webhooks.New(in),
		Static: static.Handler(), Ping: d.store.Ping, Stopping: d.stopping.Load, Demo: demo, Now: d.now, Log: d.log,
		Metrics: measured, Searched: d.discovery.Searched, Rollout: d.rollout,
		Desk:    d.purpose.Load().overview(settings.ConfigFile),
		BaseURL: string(settings.BaseURL), TrustedProxies: []netip.Prefix(settings.TrustedProxies),
		ConsoleLinks: settings.ConsoleLinks, Version: version,
		ProviderName: settings.OIDC.ProviderName, SupportContact: settings.SupportContact,
	})
}

// sessionEnded ends the streams of a session, first in this process, then at the other replicas.
func (d *desk) sessionEnded(id callbacks.ID) {
	d.hub.EndSession(id)
	d.invalidations.SessionEnded(id)
}

// invalidators call several invalidators one after the other, pages of this process first.
type invalidators []callbacks.Invalidator

// Changed implements [callbacks.Invalidator].
func (all invalidators) Changed(n callbacks.Invalidation) {
	for _, one := range all {
		one.Changed(n)
	}
}

func (d *desk) close() {
	d.closeTracing()
	if err := d.store.Close(); err != nil {
		d.log.Error("the database did not close", "error", err)
	}
}
