package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"countersign/handlers"
	"countersign/handlers/webhooks"
	"countersign/internal/auth"
	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/clientip"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
	"countersign/internal/delivery"
	"countersign/internal/desk"
	"countersign/internal/discovery"
	"countersign/internal/history"
	"countersign/internal/keyring"
	"countersign/internal/lambdaapi"
	"countersign/internal/live"
	"countersign/internal/metrics"
	"countersign/internal/notice"
	"countersign/internal/policy"
	"countersign/internal/readquota"
	"countersign/internal/reload"
	"countersign/internal/rollout"
	"countersign/internal/schema"
	"countersign/internal/secrets"
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
	// Hangups make the desk read countersign.yaml again at once; nil if nothing does.
	Hangups <-chan os.Signal
	// Poll is roughly how often open pages read again without being told to. Zero means a minute.
	Poll time.Duration
}

// program is the program: a store, the workers on it and the pages in front of it.
type program struct {
	log           *slog.Logger
	now           func() time.Time
	store         *sqlstore.Store
	hub           *live.Hub              // sends events to the pages of this process
	invalidations sqlstore.Invalidations // sends invalidations to the other replicas
	registry      *prometheus.Registry   // what scrapers read
	scrapes       net.Listener           // serves scrapers; nil if metrics are off
	workers       []worker.Runner
	rollout       *rollout.Reporter
	alarms        *policy.Alarms
	notices       *notice.Worker
	batches       *batch.Worker
	auth          *auth.Auth
	site          http.Handler
	tracing       *tracing.Tracing // nil when off
	linger        time.Duration
	stopping      atomic.Bool

	follower *reload.Follower // of countersign.yaml
	lambda   *lambdaapi.Client
	fixed    fixed
	// edition holds everything that countersign.yaml says.
	edition atomic.Pointer[edition]
}

// openDesk opens the store and connects the parts. It starts nothing. The caller must close the
// desk.
func openDesk(ctx context.Context, settings config.Config, log *slog.Logger, o deskOptions) (_ *program, err error) {
	warn := func(caution string) { log.WarnContext(ctx, caution) }
	store, err := sqlstore.Open(ctx, string(settings.DatabaseURL), sqlstore.WithCaution(warn))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	d := &program{log: log, now: o.Now, store: store, registry: prometheus.NewRegistry(), linger: o.Linger}
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
	if d.invalidations, err = sqlstore.NewInvalidations(string(settings.DatabaseURL), log); err != nil {
		return nil, err
	}
	if d.tracing, err = openTracing(ctx, settings.TraceEndpoint, log); err != nil {
		return nil, err
	}
	if d.lambda, err = d.openLambda(ctx, settings, o.Credentials); err != nil {
		return nil, err
	}
	keys, err := sessionKeys(settings)
	if err != nil {
		return nil, err
	}
	d.openNotices(settings, o.Demo == nil)
	sealing, err := secrets.New(settings.SecretsKeys.Bytes())
	if err != nil {
		return nil, err
	}
	d.openWorkers(settings, keys, sealing)
	if o.Demo == nil { // the demo's people sign in one after the other, and are not missing until then
		d.workers = append(d.workers, d.alarms)
	}
	if err := d.openSite(settings, keys, o.Demo); err != nil {
		return nil, err
	}
	d.follower, err = reload.Start(reload.Config{
		Load: d.loading(settings), ReadFile: deskfile.ReadFile, Hangups: o.Hangups, Log: d.log, Now: d.now,
	})
	return d, err
}

// openLambda makes the client. Accounts and regions come with the first edition.
func (d *program) openLambda(
	ctx context.Context, settings config.Config, credentials aws.CredentialsProvider,
) (*lambdaapi.Client, error) {
	reach := lambdaapi.Config{
		Region: settings.Lambda.Region, Endpoint: string(settings.Lambda.Endpoint), Credentials: credentials,
	}
	if d.tracing != nil {
		reach.Observe = d.tracing.Transport
	}
	return lambdaapi.New(ctx, reach)
}

// openWorkers makes the workers that no edition replaces, and what services and discovery share.
func (d *program) openWorkers(settings config.Config, keys [][]byte, sealing *secrets.Keys) {
	attempts := metrics.CountAttempts(d.registry, d.lambda)
	invalidator := invalidators{d.hub, d.invalidations, d.notices}
	allowances := readquota.NewAllowances(d.store, settings.WatchRate, d.now)
	histories := history.Config{
		Source: d.lambda, Lanes: d.lambda.Lanes, Allowances: allowances, Log: d.log, Now: d.now,
	}
	if d.tracing != nil {
		attempts, histories.Source = d.tracing.Lambda(attempts), d.tracing.Histories(d.lambda)
	}
	deliveries := delivery.NewWorker(delivery.Config{
		Store: d.store, Lambda: attempts, History: histories, Invalidator: invalidator, Log: d.log, Now: d.now,
		Secrets: sealing,
	})
	keep := upkeep.Config{Store: d.store, Lambda: attempts, History: histories, Invalidator: invalidator, Log: d.log, Now: d.now}
	heartbeats := upkeep.NewHeartbeats(keep)
	d.rollout = d.openRollout(settings)
	d.alarms = policy.NewAlarms(policy.AlarmsConfig{
		Store: d.store, InForce: func() policy.Policy { return rulesOf(d.edition.Load().desk) },
		EmailTrusted: settings.OIDC.EmailTrusted, Invalidator: invalidator, Log: d.log, Now: d.now,
	})
	d.batches = batch.NewWorker(batch.WorkerConfig{
		Store: d.store, Get: d.store.Get, Signer: func() batch.Signer { return d.edition.Load().service },
		Roles:   func(p callbacks.Person) callbacks.Roles { return d.edition.Load().rolesOf(p) },
		Decided: func(c callbacks.Callback) { d.fixed.handlers.Metrics.Decision(c) }, Invalidator: invalidator, Log: d.log, Now: d.now,
	})
	d.workers = append(d.workers, deliveries, heartbeats, upkeep.NewExpiry(keep), upkeep.NewEscalations(keep), d.batches, d.rollout)
	forms := schema.NewCompiler()
	d.fixed.discovery = discovery.Config{
		Store: d.store, WatchStore: d.store, ExecutionStore: d.store,
		Executions: d.lambda, Histories: d.lambda, Invalidator: invalidator, Log: d.log, Now: d.now,
		Allowances: allowances, Beat: heartbeats.Wake, Forms: forms,
	}
	d.fixed.service = desk.ServiceConfig{
		Store: d.store, Invalidator: invalidator, Now: d.now,
		ReviewLimits: callbacks.ReviewLimits{Idle: settings.Review.IdleBudget, Max: settings.Review.Max},
		Beat:         heartbeats.Wake, Deliveries: deliveries, GroupsMaxAge: settings.Groups.MaxAge,
		Forms: forms, Seen: d.alarms, SeenKeys: desk.NewSeenKeys(keys), Secrets: sealing,
	}
}

// openSite makes sign-in, and what the handlers of every edition share.
func (d *program) openSite(settings config.Config, keys [][]byte, demo handlers.Demo) error {
	var err error
	if d.auth, err = d.openAuth(settings, keys); err != nil {
		return err
	}
	measured := metrics.New(d.registry, metrics.Sources{
		EventStreams: d.hub.Subscribers, UnreadableSessions: d.auth.UnopenedSessions, Backlog: d.store.Backlog,
		Configuration: d.reloads, NobodyEligible: d.alarms.Count, Now: d.now, Log: d.log,
	})
	in, err := openWaysIn(settings, d.now)
	if err != nil {
		return err
	}
	in.BaseURL, in.Metrics, in.Log = string(settings.BaseURL), measured, d.log
	ring, err := keyring.New(keys)
	if err != nil {
		return err
	}
	d.fixed.hash = ring.Hash
	d.fixed.file, d.fixed.emailTrusted = settings.ConfigFile, settings.OIDC.EmailTrusted
	d.fixed.kmsEndpoint = string(settings.KMSEndpoint)
	d.fixed.webhooks = webhooks.New(in)
	d.fixed.handlers = handlers.Config{
		Limits: handlers.NewLimits(), Hub: d.hub, Reloads: d.reloads, Rollout: d.rollout, NobodyEligible: d.alarms.Count,
		Static: static.Handler(), Ping: d.store.Ping, Stopping: d.stopping.Load, Demo: demo, Now: d.now, Log: d.log,
		Metrics: measured,
		BaseURL: string(settings.BaseURL), TrustedProxies: []netip.Prefix(settings.TrustedProxies),
		ConsoleLinks: settings.ConsoleLinks, Version: version,
		ProviderName: settings.OIDC.ProviderName, SupportContact: settings.SupportContact,
	}
	d.site = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.edition.Load().site.ServeHTTP(w, r)
	})
	if d.tracing != nil {
		d.site = d.tracing.Site(d.site)
	}
	return nil
}

// openAuth makes sign-in, without a role for anybody: each edition knows the groups of its roles.
func (d *program) openAuth(settings config.Config, keys [][]byte) (*auth.Auth, error) {
	return auth.New(auth.Config{
		Issuer: string(settings.OIDC.Issuer), ClientID: settings.OIDC.ClientID, ClientSecret: string(settings.OIDC.ClientSecret),
		BaseURL: string(settings.BaseURL), Scopes: settings.OIDC.Scopes, GroupsClaim: settings.OIDC.GroupsClaim,
		EmailTrusted: settings.OIDC.EmailTrusted, AuthParams: url.Values(settings.OIDC.AuthParams), SignOutURL: string(settings.OIDC.SignOutURL),
		SessionIdle: settings.Session.Idle, SessionLifetime: settings.Session.Lifetime,
		RenewAfter: min(groupsAge, settings.Groups.MaxAge/2),
		Store:      d.store.Sessions(d.now), SessionKeys: keys, Now: d.now, Logger: d.log, Record: d.store.Record, People: d.store, SessionError: handlers.SessionError,
		Ended: d.sessionEnded, ClientAddress: clientip.Of(settings.TrustedProxies),
	})
}

// sessionEnded ends the streams of a session, first in this process, then at the other replicas.
func (d *program) sessionEnded(id callbacks.ID) {
	d.hub.EndSession(id)
	d.invalidations.SessionEnded(id)
}

// rightsChanged has the pages of a delegate read again, first in this process, then at the other
// replicas.
func (d *program) rightsChanged(person string) {
	d.hub.RightsChanged(person)
	d.invalidations.RightsChanged(person)
}

// rightsChangedElsewhere has the pages of a delegate read again after a change at another replica.
func (d *program) rightsChangedElsewhere(person string) {
	d.edition.Load().delegations.Forget()
	d.hub.RightsChanged(person)
}

// invalidators call several invalidators one after the other, pages of this process first.
type invalidators []callbacks.Invalidator

// Changed implements [callbacks.Invalidator].
func (all invalidators) Changed(n callbacks.Invalidation) {
	for _, one := range all {
		one.Changed(n)
	}
}

func (d *program) close() {
	d.closeTracing()
	if err := d.store.Close(); err != nil {
		d.log.Error("the database did not close", "error", err)
	}
}
