package durable_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"countersign/durable"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/locallambdatest"
)

// The conformance tests run the callback cases of AWS's conformance suite for
// durable execution SDKs (aws/aws-durable-execution-conformance-tests), by
// their numbers there, on the embedded engine: function, external actions, the
// execution's end and its whole history.
type conformanceCase struct {
	id, about string
	fn        durable.Handler[any, any]
	act       func(*conformance) // from the first suspension on
	status    types.ExecutionStatus
	outcome   string // the result, or the message of the error
	history   string // one event a line, as [conformance.line] writes it, between start and end
}

// conformance is one execution on an engine whose clock the test moves.
type conformance struct {
	t      *testing.T
	clock  *locallambdatest.Clock
	log    *locallambdatest.Log
	engine *locallambda.Engine
	client *lambda.Client
	arn    string
}

func runConformance(t *testing.T, cases []conformanceCase) {
	for _, c := range cases {
		t.Run(c.id+" "+c.about, func(t *testing.T) {
			t.Parallel()
			run := startConformance(t, c.fn, nil, nil)
			run.suspended()
			c.act(run)
			run.log.Next(t, locallambda.ExecutionEnded)
			run.tooLate()
			run.check(c)
		})
	}
}

// startConformance starts one execution of fn. The function's client and the
// engine can be changed before.
func startConformance(t *testing.T, fn durable.Handler[any, any], options func(*lambda.Options), prepare func(*locallambda.Engine)) *conformance {
	t.Helper()
	return startConformanceOn(t, locallambda.Config{}, fn, options, prepare)
}

// startConformanceOn is startConformance on an engine that differs from others.
func startConformanceOn(t *testing.T, config locallambda.Config, fn durable.Handler[any, any], options func(*lambda.Options), prepare func(*locallambda.Engine)) *conformance {
	t.Helper()
	clock := locallambdatest.NewClock(time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC))
	config.Clock = clock
	engine := locallambda.New(config)
	server := httptest.NewServer(engine.Handler())
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := engine.Close(); err != nil {
			t.Errorf("close the engine: %v", err)
		}
		server.Close()
	})
	client := lambda.New(lambda.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1, HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	if options == nil {
		options = func(*lambda.Options) {}
	}
	if prepare != nil {
		prepare(engine)
	}
	engine.Register("conformance", durable.NewHandler(fn, durable.WithClient(lambda.New(client.Options(), options))), locallambda.FunctionConfig{Version: "1"})
	run := &conformance{t: t, clock: clock, log: locallambdatest.Watch(t, engine), engine: engine, client: client}
	arn, err := engine.Start(t.Context(), "conformance", "case", []byte(`"input"`))
	if err != nil {
		t.Fatal(err)
	}
	run.arn = arn
	return run
}

// suspended waits until an invocation has ended with PENDING.
func (c *conformance) suspended() {
	c.t.Helper()
	o := c.log.Next(c.t, locallambda.InvocationCompleted)
	if o.Status != "PENDING" {
		c.t.Fatalf("the invocation answered %s %s %v, want PENDING", o.Status, o.Payload, o.Error)
	}
}

// pass moves the clock.
func (c *conformance) pass(d time.Duration) { c.clock.Advance(d) }

// id is the ID of the nth callback that was started, from 1.
func (c *conformance) id(n int) *string {
	c.t.Helper()
	for _, o := range c.log.All() {
		if o.Kind == locallambda.CallbackStarted {
			if n--; n == 0 {
				return &o.CallbackID
			}
		}
	}
	c.t.Fatal("that callback has not started")
	return nil
}

func (c *conformance) succeed(n int, result string) {
	c.t.Helper()
	_, err := c.client.SendDurableExecutionCallbackSuccess(c.t.Context(),
		&lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: c.id(n), Result: []byte(result)})
	if err != nil {
		c.t.Fatal(err)
	}
	locallambdatest.WantClosed(c.t, c.engine, c.client, *c.id(n), false)
}

// reject fails a callback as the suite does.
func (c *conformance) reject(n int) {
	c.t.Helper()
	_, err := c.client.SendDurableExecutionCallbackFailure(c.t.Context(), &lambda.SendDurableExecutionCallbackFailureInput{
		CallbackId: c.id(n), Error: &types.ErrorObject{ErrorType: aws.String("Rejected"), ErrorMessage: aws.String("not approved")}})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *conformance) beat(n int) {
	c.t.Helper()
	_, err := c.client.SendDurableExecutionCallbackHeartbeat(c.t.Context(),
		&lambda.SendDurableExecutionCallbackHeartbeatInput{CallbackId: c.id(n)})
	if err != nil {
		c.t.Fatal(err)
	}
}

// tooLate wants what comes after the end to be answered as each dialect has
// it. The history that is compared next shows that it leaves no trace.
func (c *conformance) tooLate() {
	c.t.Helper()
	for id, expired := range c.log.Callbacks(c.arn) {
		locallambdatest.WantClosed(c.t, c.engine, c.client, id, expired)
	}
}

func (c *conformance) check(want conformanceCase) {
	c.t.Helper()
	got, err := c.client.GetDurableExecution(c.t.Context(), &lambda.GetDurableExecutionInput{DurableExecutionArn: &c.arn})
	if err != nil {
		c.t.Fatal(err)
	}
	outcome := aws.ToString(got.Result)
	if got.Error != nil {
		outcome = aws.ToString(got.Error.ErrorMessage)
	}
	if got.Status != want.status || outcome != want.outcome {
		c.t.Errorf("execution %s with %s, want %s with %s", got.Status, outcome, want.status, want.outcome)
	}
	lines := []string{"ExecutionStarted"}
	for line := range strings.Lines(want.history) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	end := map[types.ExecutionStatus]string{types.ExecutionStatusSucceeded: "ExecutionSucceeded", types.ExecutionStatusFailed: "ExecutionFailed"}
	lines = append(lines, "InvocationCompleted", end[want.status])
	if diff := cmp.Diff(lines, c.history()); diff != "" {
		c.t.Errorf("history (-want +got):\n%s", diff)
	}
}

func (c *conformance) history() []string {
	c.t.Helper()
	var lines []string
	pages := lambda.NewGetDurableExecutionHistoryPaginator(c.client, &lambda.GetDurableExecutionHistoryInput{DurableExecutionArn: &c.arn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		for _, e := range page.Events {
			lines = append(lines, c.line(e))
		}
	}
	return lines
}

// line writes an event as: type, position of the operation, subtype, name, details.
func (c *conformance) line(e types.Event) string {
	line := string(e.EventType)
	if e.EventType == types.EventTypeExecutionStarted || e.EventType == types.EventTypeExecutionSucceeded ||
		e.EventType == types.EventTypeExecutionFailed || e.EventType == types.EventTypeInvocationCompleted {
		if d := e.InvocationCompletedDetails; d != nil && d.Error != nil {
			line += " with an error"
		}
		return line
	}
	position := positions[aws.ToString(e.Id)]
	parent := ""
	if i := strings.LastIndex(position, "-"); i >= 0 {
		parent = position[:i]
	}
	if positions[aws.ToString(e.ParentId)] != parent {
		c.t.Errorf("%s of %s has the parent %q, want %q", e.EventType, position, positions[aws.ToString(e.ParentId)], parent)
	}
	line += " " + position + " " + aws.ToString(e.SubType)
	if e.Name != nil {
		line += " " + *e.Name
	}
	return line + details(e)
}

func details(e types.Event) string {
	switch {
	case e.CallbackStartedDetails != nil:
		text := ""
		if n := aws.ToInt32(e.CallbackStartedDetails.Timeout); n > 0 {
			text += fmt.Sprintf(" timeout=%d", n)
		}
		if n := aws.ToInt32(e.CallbackStartedDetails.HeartbeatTimeout); n > 0 {
			text += fmt.Sprintf(" heartbeat=%d", n)
		}
		return text
	case e.CallbackSucceededDetails != nil:
		return payload(e.CallbackSucceededDetails.Result)
	case e.CallbackFailedDetails != nil:
		return failure(e.CallbackFailedDetails.Error)
	case e.CallbackTimedOutDetails != nil:
		// the text is the engine's own
		return " " + aws.ToString(e.CallbackTimedOutDetails.Error.Payload.ErrorType)
	case e.StepSucceededDetails != nil:
		return payload(e.StepSucceededDetails.Result)
	case e.StepFailedDetails != nil:
		return failure(e.StepFailedDetails.Error)
	case e.ContextSucceededDetails != nil:
		return payload(e.ContextSucceededDetails.Result)
	case e.ContextFailedDetails != nil:
		return failure(e.ContextFailedDetails.Error)
	case e.WaitStartedDetails != nil:
		return fmt.Sprintf(" %ds", aws.ToInt32(e.WaitStartedDetails.Duration))
	}
	return ""
}

func payload(r *types.EventResult) string {
	if r == nil || r.Payload == nil {
		return ""
	}
	return " " + *r.Payload
}

func failure(e *types.EventError) string {
	text := " " + aws.ToString(e.Payload.ErrorType)
	if e.Payload.ErrorMessage != nil {
		text += ": " + *e.Payload.ErrorMessage
	}
	return text
}

// positions are those that the cases use, by wire ID.
var positions = func() map[string]string {
	byID := map[string]string{}
	for _, p := range []string{"1", "2", "3", "1-1", "1-2", "2-1", "2-2", "3-1", "3-2", "1-1-1", "1-1-2"} {
		sum := md5.Sum([]byte(p))
		byID[hex.EncodeToString(sum[:])[:16]] = p
	}
	return byID
}()
