package jsinterop

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
	"countersign/internal/standin/locallambda/httpfunction"
	"countersign/internal/standin/locallambda/locallambdatest"
)

// conformanceCase is a case of aws/aws-durable-execution-conformance-tests; the function of that
// number is in testdata/handlers.mjs. The clocks are the engine's, which the test moves.
type conformanceCase struct {
	id, about string
	act       func(*conformance) // from the first suspension on
	status    types.ExecutionStatus
	outcome   string // the result, or the message of the error
	history   string // one event a line, as line writes it, between start and end
}

// conformance is one execution on an engine of its own.
type conformance struct {
	t      *testing.T
	clock  *locallambdatest.Clock
	log    *locallambdatest.Log
	engine *locallambda.Engine
	client *awslambda.Client
	arn    string
}

func runConformance(t *testing.T, cases []conformanceCase) {
	for _, c := range cases {
		t.Run(c.id+" "+c.about, func(t *testing.T) {
			t.Parallel()
			run := startConformance(t, c.id)
			run.suspended()
			c.act(run)
			run.log.Next(t, locallambda.ExecutionEnded)
			run.tooLate()
			run.check(c)
		})
	}
}

func startConformance(t *testing.T, function string, faults ...fault.Fault) *conformance {
	t.Helper()
	return start(t, functions, function, `"input"`, faults...)
}

// start starts an execution of a function behind an address.
func start(t *testing.T, address, function, input string, faults ...fault.Fault) *conformance {
	t.Helper()
	return startOn(t, locallambda.Config{}, address, function, input, faults...)
}

// startOn is start on an engine that differs from others.
func startOn(t *testing.T, config locallambda.Config, address, function, input string, faults ...fault.Fault) *conformance {
	t.Helper()
	// The SDK compares the engine's times with its own clock to see what is still to come.
	clock := locallambdatest.NewClock(time.Now())
	config.Clock = clock
	engine := lambda.open(config)
	server := httptest.NewServer(engine.Handler())
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := engine.Close(); err != nil {
			t.Errorf("close the engine: %v", err)
		}
		server.Close()
	})
	client := awslambda.New(awslambda.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1, HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	engine.SetFaults(nil, faults...)
	for _, name := range []string{function, "price"} { // which order invokes
		engine.Register(name, httpfunction.New(address), locallambda.FunctionConfig{Version: "1"})
	}
	run := &conformance{t: t, clock: clock, log: locallambdatest.Watch(t, engine), engine: engine, client: client}
	arn, err := engine.Start(t.Context(), function, "case", []byte(input))
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

// pass moves the engine's clock.
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
		&awslambda.SendDurableExecutionCallbackSuccessInput{CallbackId: c.id(n), Result: []byte(result)})
	if err != nil {
		c.t.Fatal(err)
	}
	locallambdatest.WantClosed(c.t, c.engine, c.client, *c.id(n), false)
}

// reject fails a callback as the suite does.
func (c *conformance) reject(n int) {
	c.t.Helper()
	_, err := c.client.SendDurableExecutionCallbackFailure(c.t.Context(), &awslambda.SendDurableExecutionCallbackFailureInput{
		CallbackId: c.id(n), Error: &types.ErrorObject{
			ErrorType: aws.String("Rejected"), ErrorMessage: aws.String("not approved"), ErrorData: aws.String(`{"by":"ann"}`),
		}})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *conformance) beat(n int) {
	c.t.Helper()
	_, err := c.client.SendDurableExecutionCallbackHeartbeat(c.t.Context(),
		&awslambda.SendDurableExecutionCallbackHeartbeatInput{CallbackId: c.id(n)})
	if err != nil {
		c.t.Fatal(err)
	}
}

// tooLate wants what comes after the end to be answered as each dialect has it. The history that is
// compared next shows that it leaves no trace.
func (c *conformance) tooLate() {
	c.t.Helper()
	for id, expired := range c.log.Callbacks(c.arn) {
		locallambdatest.WantClosed(c.t, c.engine, c.client, id, expired)
	}
}

func (c *conformance) check(want conformanceCase) {
	c.t.Helper()
	got, err := c.client.GetDurableExecution(c.t.Context(), &awslambda.GetDurableExecutionInput{DurableExecutionArn: &c.arn})
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
	pages := awslambda.NewGetDurableExecutionHistoryPaginator(c.client, &awslambda.GetDurableExecutionHistoryInput{DurableExecutionArn: &c.arn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		for _, e := range page.Events {
			lines = append(lines, line(c.t, e))
		}
	}
	return lines
}
