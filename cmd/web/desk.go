package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"countersign/handlers"
	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/config"
	"countersign/internal/intake"
	"countersign/internal/lambdaapi"
	"countersign/internal/live"
	"countersign/internal/sqlstore"
	"countersign/static"
)

// Times of the HTTP server. There is no write timeout: streams are long and set their own.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	// shutdownTimeout is how long a stop waits for requests; orchestrators kill after 10 s or more.
	shutdownTimeout = 8 * time.Second
	// sessionSweep is how often ended sessions are forgotten, sessionBatch how many at a time.
	sessionSweep = 10 * time.Minute
	sessionBatch = 1000
	// groupsAge is how old a session's groups may be before the provider is asked again, where it allows that.
	groupsAge = 15 * time.Minute
)

// deskOptions are what the demo adds to the settings.
type deskOptions struct {
	Demo        handlers.Demo           // nil outside the demo
	Credentials aws.CredentialsProvider // nil for the AWS default chain
}

// desk is the program: a store, the workers on it and the pages before it.
type desk struct {
	log     *slog.Logger
	store   *sqlstore.Store
	hub     *live.Hub
	workers []callbacks.Worker
	site    http.Handler
}

// openDesk opens the store and puts the parts together. Nothing runs yet. Close it.
func openDesk(ctx context.Context, settings config.Config, log *slog.Logger, o deskOptions) (_ *desk, err error) {
	store, err := sqlstore.Open(ctx, string(settings.DatabaseURL))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	d := &desk{log: log, store: store, hub: live.NewHub(time.Now)}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	aws, err := lambdaapi.New(ctx, lambdaapi.Config{
		Region: settings.Lambda.Region, Endpoint: string(settings.Lambda.Endpoint), Credentials: o.Credentials,
	})
	if err != nil {
		return nil, err
	}
	service, err := d.openService(settings, aws)
	if err != nil {
		return nil, err
	}
	d.site, err = d.openSite(settings, service, o.Demo)
	return d, err
}

// openService makes the service and its workers.
func (d *desk) openService(settings config.Config, aws callbacks.Lambda) (*callbacks.Service, error) {
	seals, err := sealers(settings.Encryption)
	if err != nil {
		return nil, fmt.Errorf("encryption keys: %w", err)
	}
	w := callbacks.WorkerConfig{Store: d.store, Lambda: aws, Notify: d.hub, Log: d.log, Now: time.Now}
	deliveries, heartbeats := callbacks.NewDeliveries(w), callbacks.NewHeartbeats(w)
	d.workers = []callbacks.Worker{deliveries, heartbeats, callbacks.NewSweeps(w)}
	return callbacks.NewService(callbacks.ServiceConfig{
		Store: d.store, Queues: domainQueues(settings.Queues), Notify: d.hub, Now: time.Now,
		Budget: callbacks.Budget{Idle: settings.Review.IdleBudget, Max: settings.Review.Max},
		Wake:   func() { deliveries.Wake(); heartbeats.Wake() },
		Seals:  seals,
	}), nil
}

// openSite makes sign-in, intake and the pages.
func (d *desk) openSite(settings config.Config, service *callbacks.Service, demo handlers.Demo) (http.Handler, error) {
	signIn, err := auth.New(auth.Config{
		Issuer: string(settings.OIDC.Issuer), ClientID: settings.OIDC.ClientID, ClientSecret: string(settings.OIDC.ClientSecret),
		BaseURL: string(settings.BaseURL), Scopes: settings.OIDC.Scopes, GroupsClaim: settings.OIDC.GroupsClaim,
		Roles: auth.RoleGroups{
			Reviewer: settings.Roles.ReviewerGroups, Admin: settings.Roles.AdminGroups, Auditor: settings.Roles.AuditorGroups,
		},
		SessionIdle: settings.Session.Idle, SessionLifetime: settings.Session.Lifetime, RenewAfter: groupsAge,
		Store: d.store.Sessions(time.Now), Now: time.Now, Logger: d.log, Record: d.store.Record, SessionError: handlers.SessionError,
	})
	if err != nil {
		return nil, err
	}
	verifier, err := intake.NewVerifier(intakeSources(settings.Sources), time.Now)
	if err != nil {
		return nil, fmt.Errorf("webhook sources: %w", err)
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return handlers.New(handlers.Config{
		Service: service, Auth: signIn, Hub: d.hub, Intake: verifier,
		IntakeLimit: intake.NewLimiter(settings.Intake.Rate, settings.Intake.Burst, time.Now),
		Static:      static.Handler(), Ping: d.store.Ping, Demo: demo, Metrics: metrics, Now: time.Now, Log: d.log,
		BaseURL: string(settings.BaseURL), TrustedProxies: []netip.Prefix(settings.TrustedProxies),
		ConsoleLinks: settings.ConsoleLinks, Version: version,
		ProviderName: settings.OIDC.ProviderName, SupportContact: settings.SupportContact,
	})
}

// domainQueues are the configured queues as the domain knows them.
func domainQueues(configured config.Queues) callbacks.Queues {
	queues := make(callbacks.Queues, len(configured))
	for name, q := range configured {
		queues[name] = callbacks.Queue{
			Name: name, Groups: q.Groups, KeepAlive: callbacks.KeepAlive(q.KeepAlive), FourEyes: q.FourEyes, RejectAs: callbacks.Kind(q.RejectAs),
		}
	}
	return queues
}

// intakeSources are the configured senders as intake knows them.
func intakeSources(configured config.Sources) []intake.Source {
	var sources []intake.Source
	for name, s := range configured {
		source := intake.Source{Name: name, Queues: s.Queues}
		for _, secret := range s.Secrets {
			source.Secrets = append(source.Secrets, string(secret))
		}
		for _, token := range s.Tokens {
			source.Tokens = append(source.Tokens, string(token))
		}
		sources = append(sources, source)
	}
	return sources
}

// listen opens a TCP listener.
func listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

// run serves until ctx ends. Then requests and claimed work are finished first, and streams are cut: they would outlast any
// timeout, and browsers come back by themselves.
func (d *desk) run(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: d.site, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(d.log.Handler(), slog.LevelDebug), // broken handshakes and the like
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, w := range d.workers {
		group.Go(func() error { w.Run(ctx); return nil })
	}
	group.Go(func() error { return d.forgetSessions(ctx) })
	group.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		d.hub.Close()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		return server.Shutdown(ctx)
	})
	return group.Wait()
}

// forgetSessions drops ended sessions now and then.
func (d *desk) forgetSessions(ctx context.Context) error {
	ticker := time.NewTicker(sessionSweep)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			if err := d.store.ForgetSessions(ctx, now, sessionBatch); err != nil {
				d.log.WarnContext(ctx, "ended sessions not forgotten; tried again later", "error", err)
			}
		}
	}
}

func (d *desk) close() {
	if err := d.store.Close(); err != nil {
		d.log.Error("database did not close", "error", err)
	}
}
