package main

import (
	"cmp"
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
	"countersign/internal/config/deskfile"
	"countersign/internal/delivery"
	"countersign/internal/discovery"
	"countersign/internal/history"
	"countersign/internal/lambdaapi"
	"countersign/internal/live"
	"countersign/internal/metrics"
	"countersign/internal/readquota"
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
	auth          *auth.Auth
	site          http.Handler
	tracing       *tracing.Tracing // nil when off
	linger        time.Duration
	stopping      atomic.Bool
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
	reach := lambdaapi.Config{
		Region: settings.Lambda.Region, Endpoint: string(settings.Lambda.Endpoint), Credentials: o.Credentials,
		Accounts: roles(settings.Desk.Accounts), Regions: watchedRegions(settings.Desk.Watches()),
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
	service, err := d.openService(settings, attempts, aws)
	if err != nil {
		return nil, err
	}
	if d.site, err = d.openSite(settings, service, o.Demo); err == nil && d.tracing != nil {
		d.site = d.tracing.Site(d.site)
	}
	return d, err
}

// openService makes the service and its workers.
func (d *desk) openService(settings config.Config, attempts callbacks.Lambda, aws *lambdaapi.Client) (*callbacks.Service, error) {
	seals, err := sealers(settings.Desk.EncryptionKeys())
	if err != nil {
		return nil, fmt.Errorf("encryption keys: %w", err)
	}
	invalidator := invalidators{d.hub, d.invalidations}
	lanes, allowances := aws.Lanes(), readquota.NewAllowances(d.store, settings.WatchRate, d.now)
	histories := history.Config{Source: aws, Lanes: lanes, Allowances: allowances, Log: d.log, Now: d.now}
	if d.tracing != nil {
		histories.Source = d.tracing.Histories(aws)
	}
	deliveries := delivery.NewWorker(delivery.Config{
		Store: d.store, Lambda: attempts, History: histories, Invalidator: invalidator, Log: d.log, Now: d.now,
	})
	keep := upkeep.Config{Store: d.store, Lambda: attempts, History: histories, Invalidator: invalidator, Log: d.log, Now: d.now}
	heartbeats := upkeep.NewHeartbeats(keep)
	watches, exceptions := domainWatches(settings.Desk.Watches(), lanes.Region)
	d.discovery = discovery.NewWorker(discovery.Config{
		Store: d.store, Executions: aws, Invalidator: invalidator, Log: d.log, Now: d.now, Queues: domainQueues(settings.Desk.Queues),
		Watches: watches, Exceptions: exceptions, Lanes: lanes, Allowances: allowances, Beat: heartbeats.Wake,
	})
	d.workers = []worker.Runner{deliveries, heartbeats, upkeep.NewExpiry(keep), d.discovery}
	return callbacks.NewService(callbacks.ServiceConfig{
		Store: d.store, Queues: domainQueues(settings.Desk.Queues), Invalidator: invalidator, Now: d.now,
		ReviewLimits: callbacks.ReviewLimits{Idle: settings.Review.IdleBudget, Max: settings.Review.Max},
		Beat:         heartbeats.Wake, Deliveries: deliveries,
		Seals: seals, Lanes: lanes, GroupsMaxAge: settings.Groups.MaxAge,
	}), nil
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
		Roles: auth.RoleGroups{
			Reviewer: settings.Desk.Roles.Reviewers, Admin: settings.Desk.Roles.Admins, Auditor: settings.Desk.Roles.Auditors,
		},
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
	in, err := openWaysIn(settings, d.now)
	if err != nil {
		return nil, err
	}
	in.Service, in.BaseURL, in.Metrics, in.Log = service, string(settings.BaseURL), measured, d.log
	return handlers.New(handlers.Config{
		Service: service, Auth: d.auth, Hub: d.hub, Webhooks: webhooks.New(in),
		Static: static.Handler(), Ping: d.store.Ping, Stopping: d.stopping.Load, Demo: demo, Now: d.now, Log: d.log,
		Metrics: measured, Searched: d.discovery.Searched,
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

// domainQueues converts the configured queues to the domain's type.
func domainQueues(configured map[string]deskfile.Queue) callbacks.Queues {
	queues := make(callbacks.Queues, len(configured))
	for name, q := range configured {
		queues[name] = callbacks.Queue{
			Name: name, Groups: q.Groups, KeepAlive: callbacks.KeepAlive(q.KeepAlive), FourEyes: q.FourEyes, RejectAs: callbacks.Kind(q.RejectAs),
		}
	}
	return queues
}

// roles returns the roles to assume in other accounts.
func roles(configured map[string]deskfile.Account) map[string]lambdaapi.Role {
	all := make(map[string]lambdaapi.Role, len(configured))
	for number, a := range configured {
		all[number] = lambdaapi.Role{ARN: a.RoleARN, ExternalID: a.ExternalID}
	}
	return all
}

// domainWatches converts the functions to search to the domain's type, with the callbacks to leave
// out there. region is for functions that name none.
func domainWatches(configured map[string]deskfile.Watch, region string) (watches []discovery.Watch, exceptions []discovery.Exception) {
	for name, w := range configured {
		if deskfile.Every(name) {
			name = discovery.EveryFunction
		}
		watch := discovery.Watch{Function: name, Account: w.Account, Region: cmp.Or(w.Region, region), Queue: w.Queue}
		watches = append(watches, watch)
		exceptions = append(exceptions, discovery.Exception{Watch: watch, Names: w.Except.Names, Subtypes: w.Except.Subtypes})
	}
	return watches, exceptions
}

// watchedRegions returns the regions that the operator named. They may be new ones of AWS.
func watchedRegions(configured map[string]deskfile.Watch) []string {
	var regions []string
	for _, w := range configured {
		if w.Region != "" {
			regions = append(regions, w.Region)
		}
	}
	return regions
}

// notifiers call several notifiers one after the other, pages of this process first.
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
		d.log.Error("database did not close", "error", err)
	}
}
