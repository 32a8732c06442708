package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/durable"
	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/delivery"
	"countersign/internal/desk"
	"countersign/internal/history"
	"countersign/internal/lambdaapi"
	"countersign/internal/readquota"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

const readHistory = "GetDurableExecutionHistory"

// told passes on what pages are told.
type told chan callbacks.Invalidation

func (t told) Changed(n callbacks.Invalidation) { t <- n }

// payment is a desk without pages, and a function that charges a card after an approval, each on
// its side of the wire.
type payment struct {
	t       *testing.T
	engine  *locallambda.Engine
	asked   chan locallambda.Observation
	charged chan error // what the step answers
	aws     *lambdaapi.Client
	store   *sqlstore.Store
	service *desk.Service
	told    told
	stop    func() // the worker
}

func newPayment(t *testing.T) *payment {
	t.Helper()
	p := &payment{t: t, asked: make(chan locallambda.Observation, 1), charged: make(chan error), told: make(told, 1000)}
	p.engine = locallambda.New(locallambda.Config{Region: rigRegion, Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { _ = p.engine.Close() })
	server := httptest.NewServer(p.engine.Handler())
	t.Cleanup(server.Close)
	p.engine.Observe(func(o locallambda.Observation) {
		if o.Kind == locallambda.CallbackStarted {
			p.asked <- o
		}
	})
	client := lambda.New(lambda.Options{Region: rigRegion, BaseEndpoint: aws.String(server.URL), Credentials: rigCredentials})
	p.engine.Register("pay", durable.NewHandler(p.pay, durable.WithClient(client), durable.WithLogger(slog.New(slog.DiscardHandler))),
		locallambda.FunctionConfig{Version: "1", ExecutionTimeout: time.Hour})
	var err error
	if p.store, err = sqlstore.Open(t.Context(), sqlstoretest.NewDatabase(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.store.Close() })
	if p.aws, err = lambdaapi.New(t.Context(), lambdaapi.Config{Region: rigRegion, Endpoint: server.URL, Credentials: rigCredentials}); err != nil {
		t.Fatal(err)
	}
	p.service = desk.NewService(desk.ServiceConfig{
		Store: p.store, Invalidator: p.told, ReviewLimits: callbacks.DefaultReviewLimits, Now: time.Now, SeenKeys: rigSeenKeys,
		Queues: callbacks.Queues{callbacks.DefaultQueue: {Name: callbacks.DefaultQueue, Groups: []string{"approvers"}}},
	})
	return p
}

func (p *payment) pay(ctx durable.Context, _ int) (string, error) {
	callback, err := durable.CreateCallback[string](ctx, "sign-off")
	if err != nil {
		return "", err
	}
	if _, err := callback.Get(); err != nil {
		return "", err
	}
	return durable.Step(ctx, "charge-card", func(step durable.StepContext) (string, error) {
		select {
		case err := <-p.charged:
			return "st_51Q8", err
		case <-step.Done():
			return "", step.Err()
		}
	}, durable.WithRetry(durable.NoRetry()))
}

// work runs a worker, as a process would that has just started.
func (p *payment) work() {
	worker := delivery.NewWorker(delivery.Config{
		Store: p.store, Lambda: p.aws, History: history.Config{
			Source: p.aws, Lanes: p.aws.Lanes, Allowances: readquota.NewAllowances(p.store, 5, time.Now), Log: slog.New(slog.DiscardHandler), Now: time.Now,
		},
		Invalidator: p.told, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	ctx, stop := context.WithCancel(p.t.Context())
	ended := make(chan struct{})
	go func() { worker.Run(ctx); close(ended) }()
	p.stop = func() { stop(); <-ended }
	p.t.Cleanup(p.stop)
}

// decided is a callback that was decided, with a worker under way.
func (p *payment) decided(outcome string) callbacks.ID {
	p.t.Helper()
	if _, err := p.engine.Start(p.t.Context(), "pay", "", []byte("1")); err != nil {
		p.t.Fatal(err)
	}
	o := await(p.t, p.asked, "a callback")
	receipt, err := p.service.Receive(p.t.Context(), desk.Source{Name: "shop"}, "", announcement.Announcement{
		CallbackID: o.CallbackID, Title: "Charge", ExecutionARN: o.ExecutionARN,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	choice := callbacks.Choice{Outcome: outcome, Sends: true, Comment: "As agreed."}
	seen, err := p.service.Preview(p.t.Context(), decider, receipt.Callback.ID, choice)
	if err != nil {
		p.t.Fatal(err)
	}
	choice.PreparedAt = seen.PreparedAt
	if _, err := p.service.Sign(p.t.Context(), decider, receipt.Callback.ID, choice, seen.Seen); err != nil {
		p.t.Fatal(err)
	}
	p.work()
	return receipt.Callback.ID
}

var (
	decider   = callbacks.Person{ID: "mara", Subject: "mara", Name: "Mara Okafor", Groups: []string{"approvers"}, Roles: callbacks.Roles{Reviewer: true}}
	colleague = callbacks.Person{ID: "dana", Subject: "dana", Name: "Dana Fischer", Groups: []string{"approvers"}, Roles: callbacks.Roles{Reviewer: true}}
	operator  = callbacks.Person{ID: "ops", Subject: "ops", Name: "Ops", Roles: callbacks.Roles{Admin: true}}
)

// until waits, from one notice to the next, until the page shows something.
func (p *payment) until(id callbacks.ID, what string, shows func(desk.Sheet) bool) desk.Sheet {
	p.t.Helper()
	for {
		sheet, err := p.service.Sheet(p.t.Context(), decider, id)
		if err != nil {
			p.t.Fatal(err)
		}
		if shows(sheet) {
			return sheet
		}
		await(p.t, p.told, what)
	}
}

func status(s desk.Sheet) callbacks.OperationStatus {
	if s.Delivery == nil || s.Delivery.FollowUp == nil {
		return ""
	}
	return s.Delivery.FollowUp.Status
}

func (p *payment) attention(person callbacks.Person) int {
	p.t.Helper()
	n, err := p.service.Count(p.t.Context(), person, desk.Filter{Scope: desk.ScopeAttention}, 10)
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

func TestApprovedAndSucceeded(t *testing.T) {
	t.Parallel()
	p := newPayment(t)
	id := p.decided("approve")
	p.charged <- nil
	a := p.until(id, "the end", func(s desk.Sheet) bool { return status(s).Ended() }).Delivery.FollowUp
	if a.Status != callbacks.StatusSucceeded || a.ResumedAt.IsZero() || len(a.Steps) != 1 || a.Steps[0].Name != "charge-card" || a.Steps[0].Note != "st_51Q8" {
		t.Errorf("afterwards: %+v", a)
	}
	if p.attention(decider)+p.attention(operator) != 0 {
		t.Error("a success needs attention")
	}
}

func TestApprovedAndFailed(t *testing.T) {
	t.Parallel()
	p := newPayment(t)
	id := p.decided("approve")
	p.charged <- errors.New("the card is expired")
	s := p.until(id, "the end", func(s desk.Sheet) bool { return status(s).Ended() })
	a := s.Delivery.FollowUp
	if a.Status != callbacks.StatusFailed || !strings.Contains(a.Error.ErrorMessage, "the card is expired") || len(a.Steps) != 1 || a.Steps[0].Status != callbacks.StatusFailed {
		t.Errorf("afterwards: %+v", a)
	}
	if s.Callback.State != callbacks.Completed || s.Audit[0].Action != callbacks.ActionExecutionFailed {
		t.Errorf("the callback is %s, the audit ends with %s", s.Callback.State, s.Audit[0].Action)
	}
	if p.attention(decider) != 1 || p.attention(operator) != 1 || p.attention(colleague) != 0 {
		t.Errorf("attention: decider %d, operator %d, colleague %d", p.attention(decider), p.attention(operator), p.attention(colleague))
	}
}

// TestRejectedAndFailed: a rejection makes this function fail, which is what it is for.
func TestRejectedAndFailed(t *testing.T) {
	t.Parallel()
	p := newPayment(t)
	id := p.decided("reject")
	s := p.until(id, "the end", func(s desk.Sheet) bool { return status(s).Ended() })
	if status(s) != callbacks.StatusFailed || s.Callback.ExecutionFailed || p.attention(decider)+p.attention(operator) != 0 {
		t.Errorf("%s, failed %t", status(s), s.Callback.ExecutionFailed)
	}
}

// TestHistoryDenied: without permission nothing is shown, and nobody asks again.
func TestHistoryDenied(t *testing.T) {
	t.Parallel()
	p := newPayment(t)
	p.engine.SetFaults(nil, fault.Fault{Kind: fault.AccessDenied, Operation: readHistory})
	id := p.decided("approve")
	p.charged <- nil
	s := p.until(id, "the end of the delivery", func(s desk.Sheet) bool {
		return s.Callback.State == callbacks.Completed && s.Delivery.DueAt.IsZero()
	})
	if s.Delivery.FollowUp != nil {
		t.Errorf("afterwards: %+v", s.Delivery.FollowUp)
	}
}

// TestHistoryThrottled: it takes longer, and that is all.
func TestHistoryThrottled(t *testing.T) {
	t.Parallel()
	p := newPayment(t)
	id := p.decided("approve")
	p.until(id, "the receipt", func(s desk.Sheet) bool { return s.Callback.Ending != nil && s.Callback.Ending.Event > 0 })
	p.engine.SetFaults(nil, fault.Fault{Kind: fault.Throttled, Operation: readHistory, Count: 1, RetryAfter: time.Second})
	p.charged <- nil
	if s := p.until(id, "the end", func(s desk.Sheet) bool { return status(s).Ended() }); s.Delivery.FollowUp.Readings < 2 {
		t.Errorf("%d readings, the first of which was refused", s.Delivery.FollowUp.Readings)
	}
}

// TestRestartInTheMiddle: the next process goes on where the last one was.
func TestRestartInTheMiddle(t *testing.T) {
	t.Parallel()
	p := newPayment(t)
	id := p.decided("approve")
	before := p.until(id, "the step", func(s desk.Sheet) bool {
		return s.Delivery.FollowUp != nil && len(s.Delivery.FollowUp.Steps) == 1
	})
	if got := before.Delivery.FollowUp; got.Status != callbacks.StatusRunning || got.Steps[0].Status != callbacks.StatusRunning {
		t.Errorf("while the step runs: %+v", got)
	}
	p.stop()
	p.charged <- nil
	p.work()
	a := p.until(id, "the end", func(s desk.Sheet) bool { return status(s).Ended() }).Delivery.FollowUp
	if a.Status != callbacks.StatusSucceeded || len(a.Steps) != 1 || a.Steps[0].Took <= 0 || a.Readings <= before.Delivery.FollowUp.Readings {
		t.Errorf("after the restart: %+v", a)
	}
}
