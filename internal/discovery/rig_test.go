package discovery_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/durable"
	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/discovery"
	"countersign/internal/lambdaapi"
	"countersign/internal/readquota"
	"countersign/internal/schema"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/locallambdatest"
	"countersign/views/words"
)

const region = "eu-central-1"

// search is a discovery worker on a real database, and durable functions on an engine behind HTTP.
// One clock moves all.
type search struct {
	t             *testing.T
	clock         *locallambdatest.Clock
	engine        *locallambda.Engine
	log           *locallambdatest.Log
	aws           *lambda.Client // of the functions and of other clients of Lambda
	front         *front
	api           *lambdaapi.Client
	store         storetest.Store
	invalidations *desktest.Invalidations
	service       *desk.Service
	discovery     *discovery.Worker
	settings      discovery.Config
}

// front counts what discovery asks of Lambda, and may answer in its place.
type front struct {
	engine http.Handler
	mu     sync.Mutex
	asked  []string
	reply  func(w http.ResponseWriter, r *http.Request, operation string) bool
}

func operationOf(r *http.Request) string {
	switch {
	case strings.HasSuffix(r.URL.Path, "/history") && r.URL.Query().Get("MaxItems") == "1":
		return "input"
	case strings.HasSuffix(r.URL.Path, "/history"):
		return "history"
	case strings.HasSuffix(r.URL.Path, "/durable-executions"):
		return "list"
	case strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/functions"):
		return "functions"
	}
	return "other"
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := operationOf(r)
	f.mu.Lock()
	f.asked = append(f.asked, operation)
	reply := f.reply
	f.mu.Unlock()
	if reply == nil || !reply(w, r, operation) {
		f.engine.ServeHTTP(w, r)
	}
}

// take returns what was asked since the last time.
func (f *front) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := f.asked
	f.asked = nil
	return asked
}

func (f *front) answerWith(reply func(w http.ResponseWriter, r *http.Request, operation string) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reply = reply
}

// refusing answers an operation with an error code.
func refusing(operation string, status int, code string) func(http.ResponseWriter, *http.Request, string) bool {
	return func(w http.ResponseWriter, _ *http.Request, asked string) bool {
		if asked == operation {
			w.Header().Set("X-Amzn-Errortype", code)
			w.WriteHeader(status)
		}
		return asked == operation
	}
}

func newSearch(t *testing.T, rate float64, watches ...discovery.Watch) *search {
	t.Helper()
	s := &search{t: t, clock: locallambdatest.NewClock(time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)), invalidations: &desktest.Invalidations{}}
	s.engine = locallambda.New(locallambda.Config{Region: region, Clock: s.clock})
	s.log = locallambdatest.Watch(t, s.engine)
	s.front = &front{engine: s.engine.Handler()}
	functions, site := httptest.NewServer(s.engine.Handler()), httptest.NewServer(s.front)
	credential := credentials.NewStaticCredentialsProvider("test", "test", "")
	s.aws = lambda.New(lambda.Options{Region: region, BaseEndpoint: aws.String(functions.URL), Credentials: credential})
	var err error
	if s.api, err = lambdaapi.New(t.Context(), lambdaapi.Config{Region: region, Endpoint: site.URL, Credentials: credential}); err != nil {
		t.Fatal(err)
	}
	store, err := sqlstore.Open(t.Context(), sqlstoretest.NewDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	s.store = storetest.Twice(store)
	t.Cleanup(func() {
		functions.CloseClientConnections()
		if err := s.engine.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		functions.Close()
		site.Close()
		_ = store.Close()
	})
	s.service = desk.NewService(desk.ServiceConfig{
		Store: s.store, Queues: desktest.Queues, Invalidator: s.invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: s.clock.Now,
	})
	s.settings = discovery.Config{
		Store: s.store, WatchStore: s.store, ExecutionStore: s.store, Executions: s.api, Histories: s.api, Invalidator: s.invalidations, Log: slog.New(slog.DiscardHandler), Now: s.clock.Now,
		Queues: desktest.Queues, Watches: watches, Allowances: readquota.NewAllowances(s.store, rate, s.clock.Now),
		Forms: schema.NewCompiler(),
	}
	s.discovery = discovery.NewWorker(s.settings)
	return s
}

// watching is a search of one function at a rate that is never short.
func watching(t *testing.T, function string) *search {
	t.Helper()
	return newSearch(t, 1000, discovery.Watch{Function: function, Region: region, Queue: "finance"})
}

// register makes a durable function known whose execution may take seven hours.
func register[O any](s *search, name string, fn durable.Handler[any, O]) {
	s.engine.Register(name, durable.NewHandler(fn, durable.WithClient(s.aws)), locallambda.FunctionConfig{Version: "1", ExecutionTimeout: 7 * time.Hour})
}

// sign asks for one callback and returns its result.
func sign(ctx durable.Context, _ any) (string, error) {
	c, err := durable.CreateCallback[string](ctx, "sign", durable.WithCallbackTimeout(time.Hour), durable.WithCallbackHeartbeatTimeout(10*time.Minute))
	if err != nil {
		return "", err
	}
	return c.Get()
}

// start is begin, and lets the time pass in which a callback may still be announced.
func (s *search) start(function string) (arn, token string) {
	s.t.Helper()
	arn, token = s.begin(function)
	s.clock.Advance(discovery.AnnouncedWithin)
	return arn, token
}

// begin starts an execution, waits until it is suspended, and returns its ARN and the last callback
// in it.
func (s *search) begin(function string) (arn, token string) {
	s.t.Helper()
	arn, err := s.engine.Start(s.t.Context(), function, "", []byte(`{"order":7}`))
	if err != nil {
		s.t.Fatal(err)
	}
	return arn, s.suspended()
}

// suspended waits until an execution waits, and returns the callback that was started last.
func (s *search) suspended() (token string) {
	s.t.Helper()
	s.log.NextOf(s.t, func(o locallambda.Observation) bool {
		if o.Kind == locallambda.CallbackStarted {
			token = o.CallbackID
		}
		return o.Kind == locallambda.InvocationCompleted && o.Status == "PENDING"
	}, "a suspended invocation")
	return token
}

// scan lets discovery look once at everything that is due, waiting for the budget by moving the
// clock.
func (s *search) scan() {
	s.t.Helper()
	s.round()
	for !s.discovery.Idle() {
		s.clock.Advance(100 * time.Millisecond)
		s.round()
	}
}

// again scans when the next scan is due.
func (s *search) again() {
	s.t.Helper()
	s.clock.Advance(30 * time.Second)
	s.scan()
}

func (s *search) round() {
	s.t.Helper()
	if _, err := s.discovery.RunOnce(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// all are the callbacks at the desk.
func (s *search) all() []callbacks.Callback {
	s.t.Helper()
	page, err := s.service.List(s.t.Context(), desktest.Ops, desk.Filter{Scope: desk.ScopeAll})
	if err != nil {
		s.t.Fatal(err)
	}
	var all []callbacks.Callback
	for _, row := range page.Rows {
		all = append(all, row.Callback)
	}
	return all
}

// only is the one callback at the desk.
func (s *search) only(state callbacks.State) callbacks.Callback {
	s.t.Helper()
	all := s.all()
	if len(all) != 1 || all[0].State != state {
		s.t.Fatalf("the desk has %+v, want one callback that is %s", all, state)
	}
	return all[0]
}

// told are the details of the audit of a callback, oldest first.
func (s *search) told(id callbacks.ID) []string {
	s.t.Helper()
	entries, err := s.store.Audit(s.t.Context(), desk.AuditQuery{Callback: id, Limit: 50})
	if err != nil {
		s.t.Fatal(err)
	}
	var details []string
	for i := len(entries) - 1; i >= 0; i-- {
		details = append(details, words.Audit(entries[i]))
	}
	return details
}

// announce receives an announcement as a webhook would.
func (s *search) announce(token string, change func(*announcement.Announcement)) callbacks.Acknowledgment {
	s.t.Helper()
	a := announcement.Announcement{CallbackID: token, Title: "Expense report", Requester: "Ines Calloway <ines@harborline.example>", Queue: "finance", StartedAt: s.clock.Now()}
	if change != nil {
		change(&a)
	}
	r, err := s.service.Receive(s.t.Context(), desk.Source{Name: "expenses"}, "", a)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *search) watches() []discovery.WatchState {
	s.t.Helper()
	states, err := s.store.Watches(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return states
}
