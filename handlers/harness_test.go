package handlers_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"countersign/handlers"
	"countersign/handlers/assignments"
	"countersign/handlers/decisions"
	"countersign/handlers/notices"
	"countersign/handlers/savedviews"
	"countersign/handlers/webhooks"
	"countersign/internal/announcement"
	"countersign/internal/assignment"
	"countersign/internal/auth"
	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/clientip"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/discovery"
	"countersign/internal/intake"
	"countersign/internal/live"
	"countersign/internal/metrics"
	"countersign/internal/people"
	"countersign/internal/policy"
	"countersign/internal/ratelimit"
	"countersign/internal/readquota"
	"countersign/internal/record"
	"countersign/internal/reload"
	"countersign/internal/savedview"
	"countersign/internal/schema"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
	"countersign/internal/standin/oidc"
	"countersign/static"
	"countersign/views"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The people of the tests. Queue finance asks for four eyes.
const (
	nora   = "nora"   // signs in, has no role
	otto   = "otto"   // reviews security
	rita   = "rita"   // reviews finance
	rosa   = "rosa"   // reviews finance
	ines   = "ines"   // reviews finance, and asks for things there
	audrey = "audrey" // audits
	adam   = "adam"   // is an admin
)

func users() []oidc.User {
	user := func(name string, groups ...string) oidc.User {
		return oidc.User{Subject: name, Name: strings.ToUpper(name[:1]) + name[1:], Email: name + "@example.com", Groups: groups}
	}
	return []oidc.User{
		user(nora, "everybody"), user(otto, "reviewers", "security"), user(rita, "reviewers", "finance"),
		user(rosa, "reviewers", "finance"), user(ines, "reviewers", "finance"), user(audrey, "audit"), user(adam, "platform"),
	}
}

var queues = callbacks.Queues{
	callbacks.DefaultQueue: {Name: callbacks.DefaultQueue, Groups: []string{"reviewers"}},
	"finance":              {Name: "finance", Groups: []string{"finance"}, FourEyes: true},
	"security":             {Name: "security", Groups: []string{"security"}},
}

// groupsMaxAge is as long as a session lasts that nobody uses.
const groupsMaxAge = 8 * time.Hour

const (
	webhookSecret = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIgYnl0ZXM="
	webhookToken  = "token-of-the-tests-which-is-long-enough"
)

// site is the whole desk but for Lambda and the workers: real handlers, store, hub and OpenID
// provider over HTTP.
type site struct {
	t       testing.TB
	url     string
	clock   *callbackstest.Clock
	store   *sqlstore.Store
	service *desk.Service
	queues  callbacks.Queues // of the service
	signIn  *auth.Auth
	hub     *live.Hub

	delegations *delegation.Service
	alarms      *policy.Alarms

	provider *oidc.Provider
	issuer   string                       // of provider
	instead  atomic.Pointer[http.Handler] // answers in the provider's place, unless nil
	log      *syncBuffer
	demo     *sampleStarter
	registry *prometheus.Registry
	running  reload.State // what the site runs
}

// config is what a site is made with.
type config struct {
	handlers.Config
	webhooks webhooks.Config
}

// newSite starts a site; change alters its configuration first.
func newSite(t testing.TB, change ...func(*config)) *site {
	t.Helper()
	return startSite(t, nil, change)
}

// newEncodingSite starts a site that encodes results of function payroll, and decodes its payloads.
func newEncodingSite(t testing.TB) (*site, *desktest.Reversal) {
	t.Helper()
	codec := &desktest.Reversal{}
	return startSite(t, map[string]desk.Codec{"payroll": codec.Codec()}, nil), codec
}

func startSite(t testing.TB, codecs map[string]desk.Codec, change []func(*config)) *site {
	t.Helper()
	s := &site{
		t: t, clock: callbackstest.NewClock(callbackstest.T0), hub: live.NewHub(time.Now), queues: maps.Clone(queues),
		running: reload.State{Version: configVersion, LoadedAt: callbackstest.T0},
		log:     &syncBuffer{}, demo: &sampleStarter{}, registry: prometheus.NewRegistry(),
	}
	var err error
	if s.store, err = sqlstore.Open(t.Context(), sqlstoretest.NewDatabase(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.store.Close() }) // some tests close it themselves
	s.delegations = delegation.New(delegation.Config{
		Store: s.store, Queues: queues, Now: s.clock.Now, GroupsMaxAge: groupsMaxAge, RightsChanged: s.hub.RightsChanged,
		Person: func(p people.Profile) callbacks.Person { return s.signIn.Known(p) },
	})
	s.service = desk.NewService(desk.ServiceConfig{
		Store: s.store, Queues: s.queues, Invalidator: s.hub, ReviewLimits: callbacks.DefaultReviewLimits, Now: s.clock.Now,
		Codecs: codecs, GroupsMaxAge: groupsMaxAge,
		Delegations: s.delegations, Forms: schema.NewCompiler(),
	})

	var desk, provider http.Handler
	serve := func(h *http.Handler) *httptest.Server {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*h).ServeHTTP(w, r) }))
		t.Cleanup(srv.Close)
		return srv
	}
	deskServer, providerServer := serve(&desk), serve(&provider)
	t.Cleanup(s.hub.Close) // before the servers, which wait for their streams
	s.url = deskServer.URL

	s.provider, err = oidc.New(providerServer.URL, []oidc.Client{{
		ID: "desk", Secret: "secret", RedirectURIs: []string{s.url + auth.CallbackPath}, SignedOutURIs: []string{s.url + auth.SignedOutPath},
	}}, users(), s.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	own := s.provider.Handler()
	provider = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := s.instead.Load(); h != nil {
			(*h).ServeHTTP(w, r)
			return
		}
		own.ServeHTTP(w, r)
	})
	s.issuer = providerServer.URL
	desk = s.handler(providerServer, change)
	return s
}

func (s *site) handler(provider *httptest.Server, change []func(*config)) http.Handler {
	s.t.Helper()
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	signIn, err := auth.New(auth.Config{
		Issuer: provider.URL, ClientID: "desk", ClientSecret: "secret", BaseURL: s.url, HTTPClient: provider.Client(),
		Roles:       auth.RoleGroups{Reviewer: []string{"reviewers"}, Admin: []string{"platform"}, Auditor: []string{"audit"}},
		SessionIdle: 8 * time.Hour, Store: s.store.Sessions(s.clock.Now), SessionKeys: [][]byte{make([]byte, 32)}, Ended: s.hub.EndSession,
		ClientAddress: clientip.Of(nil), Now: s.clock.Now, Logger: log, Record: s.store.Record, People: s.store, SessionError: handlers.SessionError,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.signIn, s.alarms = signIn, s.newAlarms(log)
	senders, err := intake.NewVerifier([]intake.Source{
		{Name: "expenses", Secrets: []string{webhookSecret}, Tokens: []string{webhookToken}},
	}, s.clock.Now)
	if err != nil {
		s.t.Fatal(err)
	}
	search := discovery.NewWorker(discovery.Config{WatchStore: s.store, Allowances: readquota.NewAllowances(s.store, 5, s.clock.Now)})
	measured := s.measurements(signIn, log)
	cfg := config{webhooks: webhooks.Config{
		Service: s.service, Senders: senders, Limit: ratelimit.New(1, 100), BaseURL: s.url, Metrics: measured, Now: s.clock.Now, Log: log,
	}, Config: handlers.Config{
		Service: s.service, Delegations: s.delegations, Batches: batch.NewService(s.store, s.service, func() {}, s.clock.Now), Searched: search.Searched, Auth: signIn, Hub: s.hub,
		Policies: s.policies(), NobodyEligible: s.alarms.Count,
		Decisions: decisions.New(decisions.Config{Record: record.New(record.Config{Store: s.store.Decisions(), People: s.store, Visible: s.service.Reads, Entries: s.service.Audit, Titles: s.service.Titles, Record: s.store.Record, Now: s.clock.Now}), Queues: s.service.Visible, Now: s.clock.Now}),
		Assignments: assignments.New(assignments.Config{
			Service: assignment.New(assignment.Config{
				Store: s.store.Assignments(), People: s.store, Desk: s.service, Invalidator: s.hub, Now: s.clock.Now, GroupsMaxAge: groupsMaxAge,
				Person: func(p people.Profile) callbacks.Person { return s.signIn.Known(p) },
			}),
			Desk: s.service, Now: s.clock.Now,
		}),
		Saved:   savedviews.New(savedview.New(s.store.Views(), s.clock.Now)),
		Notices: notices.New(notices.Config{Reports: s.store.Notices(), Now: s.clock.Now}),
		Rollout: s.replica("desk-1:8080", &s.running), Desk: deskOf(),
		Static: static.Handler(), Ping: s.store.Ping, Demo: s.demo, Metrics: measured, Now: s.clock.Now, Log: log,
		BaseURL: s.url, Version: "v1.2.3", ProviderName: "Example ID", SupportContact: "#platform-help", ConsoleLinks: true,
	}}
	cfg.Personal, cfg.Push = s.notices()
	for _, c := range change {
		c(&cfg)
	}
	cfg.Webhooks = webhooks.New(cfg.webhooks)
	h, err := handlers.New(cfg.Config)
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

// expense is an announcement into queue finance, with everything a sender can say.
func expense() announcement.Announcement {
	return announcement.Announcement{
		CallbackID:       string(callbackstest.NewCallbackID()),
		Title:            "Expense report EXP-2291: $7,846.20, Osaka customer onsite",
		Description:      "Three-day onsite at **Kansai Precision**.",
		Requester:        "Ines Calloway <ines@example.com>",
		Payload:          json.RawMessage(`{"report":{"id":"EXP-2291","total":7846.2}}`),
		Function:         "expense-approval",
		ExecutionARN:     "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:14/durable-execution/exp-2291/4f1c",
		Name:             "manager-approval",
		StartedAt:        callbackstest.T0,
		Timeout:          time.Hour,
		HeartbeatTimeout: 2 * time.Minute,
		Queue:            "finance",
		Links:            []callbacks.Link{{Title: "Report", URL: "https://expenses.example.com/EXP-2291"}},
		Tags:             []string{"travel"},
	}
}

// receive announces a callback past the webhook.
func (s *site) receive(a announcement.Announcement) callbacks.Callback {
	s.t.Helper()
	receipt, err := s.service.Receive(s.t.Context(), desk.Source{Name: "expenses"}, "", a)
	if err != nil {
		s.t.Fatal(err)
	}
	return receipt.Callback
}

// audit are the actions recorded for a callback, newest first; those of everything when id is
// empty.
func (s *site) audit(id callbacks.ID) []callbacks.Action {
	s.t.Helper()
	entries, err := s.store.Audit(s.t.Context(), desk.AuditQuery{Callback: id, Limit: desk.MaxPage})
	if err != nil {
		s.t.Fatal(err)
	}
	var actions []callbacks.Action
	for _, e := range entries {
		actions = append(actions, e.Action)
	}
	return actions
}

// measurements are what the site registers for scrapers.
func (s *site) measurements(signIn *auth.Auth, log *slog.Logger) *metrics.Metrics {
	return metrics.New(s.registry, metrics.Sources{
		EventStreams: s.hub.Subscribers, UnreadableSessions: signIn.UnopenedSessions, NobodyEligible: s.alarms.Count, Now: s.clock.Now, Log: log,
	})
}

// metrics is what a scraper reads.
func (s *site) metrics() string {
	w := httptest.NewRecorder()
	metrics.Handler(s.registry).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

// id is the key of one of the people.
func (s *site) id(name string) string { return people.ID(s.issuer, name) }

// syncBuffer is a log that requests write and tests read.
type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// sampleStarter is a demo with one sample.
type sampleStarter struct {
	mu      sync.Mutex
	started []string
}

func (d *sampleStarter) Samples() []views.Sample {
	return []views.Sample{{Name: "expense", Title: "Expense report"}}
}

func (d *sampleStarter) Start(_ context.Context, name string) error {
	if name != "expense" {
		return callbacks.ErrNotFound
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.started = append(d.started, name)
	return nil
}

func decodeJSON(t testing.TB, body string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
}
