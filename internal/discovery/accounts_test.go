package discovery_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/discovery"
	"countersign/internal/history"
	"countersign/internal/lambdaapi"
	"countersign/internal/lambdaapi/lambdaapitest"
	"countersign/internal/replies"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
	"countersign/internal/standin/locallambda/locallambdatest"
)

// accounts are two accounts with an engine each, behind one address: whose access key signed a
// request decides which of them sees it. The desk's own key opens ours, the role's the other.
type accounts struct {
	ours, theirs *search // theirs has an engine of its own and shares the desk
	sts          *lambdaapitest.STS
	deliveries   *delivery.Worker
}

func newAccounts(t *testing.T) *accounts {
	t.Helper()
	watch := discovery.Watch{Function: "expenses", Region: region, Queue: callbacks.DefaultQueue}
	other := watch
	other.Account = desktest.TheirAccount
	a := &accounts{ours: newSearch(t, 1000, watch, other)}
	a.theirs = a.otherAccount(t)
	a.openDesk(t)
	for _, s := range []*search{a.ours, a.theirs} {
		register(s, "expenses", sign)
	}
	return a
}

// otherAccount is an engine beside ours, on the same clock.
func (a *accounts) otherAccount(t *testing.T) *search {
	t.Helper()
	their := *a.ours
	their.engine = locallambda.New(locallambda.Config{Region: region, AccountID: desktest.TheirAccount, Clock: their.clock})
	their.log = locallambdatest.Watch(t, their.engine)
	functions := httptest.NewServer(their.engine.Handler())
	their.aws = lambda.New(lambda.Options{
		Region: region, BaseEndpoint: aws.String(functions.URL), Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	t.Cleanup(func() {
		functions.CloseClientConnections()
		if err := their.engine.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		functions.Close()
	})
	return &their
}

// openDesk puts workers on the database that reach both accounts.
func (a *accounts) openDesk(t *testing.T) {
	t.Helper()
	s := a.ours
	a.sts = lambdaapitest.NewSTS(t)
	both := httptest.NewServer(http.HandlerFunc(a.route))
	t.Cleanup(both.Close)
	api, err := lambdaapi.New(t.Context(), lambdaapi.Config{
		Region: region, Endpoint: both.URL, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		Accounts: map[string]lambdaapi.Role{desktest.TheirAccount: {ARN: "arn:aws:iam::" + desktest.TheirAccount + ":role/countersign"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.settings.Executions, s.settings.Histories = api, api
	s.discovery = discovery.NewWorker(s.settings)
	histories := history.Config{Source: api, Lanes: api.Lanes, Allowances: s.settings.Allowances, Log: s.settings.Log, Now: s.clock.Now}
	a.deliveries = delivery.NewWorker(delivery.Config{
		Store: s.store, Lambda: api, History: histories, Invalidator: s.invalidations, Log: s.settings.Log, Now: s.clock.Now,
	})
	s.service = desk.NewService(desk.ServiceConfig{
		Store: s.store, Queues: desktest.Queues, Invalidator: s.invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: s.clock.Now, Lanes: api.Lanes(),
	})
}

func (a *accounts) route(w http.ResponseWriter, r *http.Request) {
	switch authorization := r.Header.Get("Authorization"); {
	case strings.Contains(authorization, "Credential=test/"):
		a.ours.engine.Handler().ServeHTTP(w, r)
	case strings.Contains(authorization, "Credential=ASIA"+desktest.TheirAccount+"/"):
		a.theirs.engine.Handler().ServeHTTP(w, r)
	default:
		w.WriteHeader(http.StatusForbidden)
	}
}

func (a *accounts) deliver(t *testing.T) {
	t.Helper()
	if err := a.deliveries.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// found is the callback of an execution.
func (a *accounts) found(t *testing.T, arn string) callbacks.Callback {
	t.Helper()
	for _, c := range a.ours.all() {
		if c.ExecutionARN == arn {
			return c
		}
	}
	t.Fatalf("the callback of %s was not found", arn)
	return callbacks.Callback{}
}

func (a *accounts) decide(t *testing.T, arn string) {
	t.Helper()
	d := &desktest.Desk{T: t, Ctx: t.Context(), Service: a.ours.service}
	d.MustDecide(rita, a.found(t, arn).ID, "approve", "")
}

// Not parallel, as the next one: they set the environment that the AWS default chain reads.
func TestAccounts(t *testing.T) {
	a := newAccounts(t)
	ourARN, _ := a.ours.start("expenses")
	theirARN, _ := a.theirs.start("expenses")
	a.ours.scan()
	for _, arn := range []string{ourARN, theirARN} {
		a.decide(t, arn)
	}
	a.deliver(t)
	a.ours.clock.Advance(time.Second)
	a.deliver(t)
	for _, arn := range []string{ourARN, theirARN} {
		if c := a.found(t, arn); c.State != callbacks.Completed || c.Ending.Event == 0 {
			t.Errorf("%s: %s, ending %+v; want it completed, with a receipt", arn, c.State, c.Ending)
		}
	}
	if n := len(a.sts.Assumed()); n != 1 {
		t.Errorf("the role was assumed %d times, want once", n)
	}
}

// TestAccounts_OneThrottled: an account that AWS throttles all over keeps nothing of another
// waiting.
func TestAccounts_OneThrottled(t *testing.T) {
	a := newAccounts(t)
	theirARN, _ := a.theirs.start("expenses")
	a.ours.scan()
	a.theirs.start("expenses")
	a.theirs.engine.SetFaults(nil, fault.Fault{Kind: fault.Throttled, RetryAfter: time.Minute})
	a.decide(t, theirARN)
	a.ours.clock.Advance(30 * time.Second)
	a.ours.round()
	a.deliver(t)

	began := a.ours.clock.Now()
	ourARN, _ := a.ours.start("expenses")
	a.ours.clock.Advance(30 * time.Second)
	a.ours.round()
	a.decide(t, ourARN)
	a.deliver(t)
	a.ours.clock.Advance(time.Second)
	a.deliver(t)
	if c := a.found(t, ourARN); c.State != callbacks.Completed || c.Ending.Event == 0 {
		t.Errorf("ours is %s after %v, ending %+v; want it completed, with a receipt", c.State, a.ours.clock.Now().Sub(began), c.Ending)
	}
	if c := a.found(t, theirARN); c.State != callbacks.Decided || c.Problem != replies.Throttled {
		t.Errorf("theirs is %s with problem %q, want it to wait", c.State, c.Problem)
	}
	budgets, err := a.ours.store.Quotas(t.Context())
	if err != nil || len(budgets) != 2 || budgets[0].Throttled(began) || !budgets[1].Throttled(began) || budgets[1].Lane.Account != desktest.TheirAccount {
		t.Errorf("budgets are %+v, %v; want only theirs throttled", budgets, err)
	}

	a.theirs.engine.SetFaults(nil)
	a.ours.clock.Advance(2 * time.Minute)
	a.ours.scan()
	a.deliver(t)
	if c := a.found(t, theirARN); c.State != callbacks.Completed || len(a.ours.all()) != 3 {
		t.Errorf("theirs is %s, and %d callbacks are known; want it completed and three", c.State, len(a.ours.all()))
	}
}
