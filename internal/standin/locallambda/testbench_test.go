package locallambda_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/locallambdatest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// begin is the time that every test's clock starts at.
var begin = time.Date(2026, 11, 22, 9, 30, 0, 123_000_000, time.UTC)

// bench is an engine behind HTTP, with the real AWS client and a clock that the test moves.
type bench struct {
	t      *testing.T
	engine *locallambda.Engine
	client *lambda.Client
	clock  *locallambdatest.Clock
	log    *locallambdatest.Log
	server *httptest.Server
}

func newBench(t *testing.T, config locallambda.Config) *bench {
	t.Helper()
	clock := locallambdatest.NewClock(begin)
	config.Clock = clock
	return attach(t, locallambda.New(config), clock)
}

// attach serves an engine and closes it with the test.
func attach(t *testing.T, engine *locallambda.Engine, clock *locallambdatest.Clock) *bench {
	t.Helper()
	b := &bench{t: t, engine: engine, clock: clock, log: locallambdatest.Watch(t, engine)}
	b.server = httptest.NewServer(engine.Handler())
	b.client = newClient(t, b.server.URL)
	t.Cleanup(func() {
		b.server.CloseClientConnections()
		if err := engine.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		b.server.Close()
	})
	return b
}

// newClient returns a client that makes one attempt per call.
func newClient(t *testing.T, url string) *lambda.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return lambda.New(lambda.Options{
		Region:           "eu-west-1",
		BaseEndpoint:     aws.String(url),
		Credentials:      credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:       &http.Client{Transport: transport},
		RetryMaxAttempts: 1,
	})
}

// start starts an execution in process.
func (b *bench) start(function string) string {
	b.t.Helper()
	arn, err := b.engine.Start(b.t.Context(), function, "", []byte(`{"order":7}`))
	if err != nil {
		b.t.Fatalf("start: %v", err)
	}
	return arn
}

// next waits for an observation.
func (b *bench) next(kind locallambda.ObservationKind) locallambda.Observation {
	b.t.Helper()
	return b.log.Next(b.t, kind)
}

// suspended waits for the next invocation that answers PENDING.
func (b *bench) suspended() {
	b.t.Helper()
	b.log.NextOf(b.t, func(o locallambda.Observation) bool {
		return o.Kind == locallambda.InvocationCompleted && o.Status == "PENDING"
	}, "a suspended invocation")
}

func (b *bench) succeed(id, result string) error {
	_, err := b.client.SendDurableExecutionCallbackSuccess(b.t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{
		CallbackId: &id, Result: []byte(result),
	})
	return err
}

func (b *bench) fail(id string, problem *types.ErrorObject) error {
	_, err := b.client.SendDurableExecutionCallbackFailure(b.t.Context(), &lambda.SendDurableExecutionCallbackFailureInput{
		CallbackId: &id, Error: problem,
	})
	return err
}

func (b *bench) heartbeat(id string) error {
	_, err := b.client.SendDurableExecutionCallbackHeartbeat(b.t.Context(), &lambda.SendDurableExecutionCallbackHeartbeatInput{CallbackId: &id})
	return err
}

func (b *bench) stop(arn string) *lambda.StopDurableExecutionOutput {
	b.t.Helper()
	out, err := b.client.StopDurableExecution(b.t.Context(), &lambda.StopDurableExecutionInput{
		DurableExecutionArn: &arn, Error: &types.ErrorObject{ErrorType: aws.String("Operator"), ErrorMessage: aws.String("enough")},
	})
	b.must(err)
	return out
}

func (b *bench) get(arn string) *lambda.GetDurableExecutionOutput {
	b.t.Helper()
	out, err := b.client.GetDurableExecution(b.t.Context(), &lambda.GetDurableExecutionInput{DurableExecutionArn: &arn})
	b.must(err)
	return out
}

// history reads a whole history with the SDK's own paginator.
func (b *bench) history(arn string) []types.Event {
	b.t.Helper()
	var events []types.Event
	pages := lambda.NewGetDurableExecutionHistoryPaginator(b.client, &lambda.GetDurableExecutionHistoryInput{DurableExecutionArn: &arn, MaxItems: 3})
	for pages.HasMorePages() {
		page, err := pages.NextPage(b.t.Context())
		b.must(err)
		events = append(events, page.Events...)
	}
	return events
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// wantError fails the test unless err is of the SDK's type T.
func wantError[T error](t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[T](err); !ok {
		var want T
		t.Errorf("got error %v, want %T", err, want)
	}
}

// postRaw sends a signed-looking request without an SDK in between.
func (b *bench) postRaw(ctx context.Context, method, path, body string) (status int, header http.Header, answer string) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, b.server.URL+path, strings.NewReader(body))
	b.must(err)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test")
	response, err := b.server.Client().Do(request)
	b.must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	b.must(err)
	return response.StatusCode, response.Header, string(text)
}
