package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/durable"
)

// localRun is a local-lambda command that runs.
type localRun struct {
	t      *testing.T
	stop   context.CancelFunc
	output *bufio.Scanner
	ended  chan error
	client *lambda.Client
}

func startLocalLambda(t *testing.T, function string, args ...string) *localRun {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	r := &localRun{t: t, stop: stop, output: bufio.NewScanner(reader), ended: make(chan error, 1)}
	args = append([]string{"local-lambda", "--function", "approve=" + function, "--addr", "127.0.0.1:0"}, args...)
	go func() {
		err := run(ctx, args, nil, writer, io.Discard)
		writer.CloseWithError(io.EOF)
		r.ended <- err
	}()
	t.Cleanup(r.close)
	r.client = lambda.New(lambda.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(r.find(`Local Lambda +(http://\S+)`)), Credentials: rigCredentials,
		RetryMaxAttempts: 1, HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
	return r
}

// find reads on until a line has the pattern, and gives its group.
func (r *localRun) find(pattern string) string {
	r.t.Helper()
	var seen []string
	for r.output.Scan() {
		seen = append(seen, r.output.Text())
		if m := regexp.MustCompile(pattern).FindStringSubmatch(r.output.Text()); m != nil {
			return m[1]
		}
	}
	r.t.Fatalf("no %s in:\n%s", pattern, strings.Join(seen, "\n"))
	return ""
}

// close ends the command as Ctrl+C does; what it still prints is read, or it could not end.
func (r *localRun) close() {
	r.t.Helper()
	r.stop()
	for r.output.Scan() {
	}
	if err := <-r.ended; err != nil {
		r.t.Errorf("local-lambda ended with %v", err)
	}
	r.ended <- nil // for whoever closes again
}

// serveFunction serves a durable function by HTTP, as somebody's own process would. Its Lambda is
// set later.
func serveFunction(t *testing.T, endpoint *durable.Client) string {
	function := func(ctx durable.Context, order string) (string, error) {
		callback, err := durable.CreateCallback[string](ctx, "approval", durable.WithCallbackTimeout(time.Hour))
		if err != nil {
			return "", err
		}
		reply, err := callback.Get()
		return order + ": " + reply, err
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(r.Body)
		if err == nil {
			payload, err = durable.NewHandler(function, durable.WithClient(*endpoint)).Invoke(r.Context(), payload)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Write(payload)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestLocalLambda follows an execution through the command's output alone, over a restart on the
// same file.
func TestLocalLambda(t *testing.T) {
	t.Parallel()
	var endpoint durable.Client
	function := serveFunction(t, &endpoint)
	data := filepath.Join(t.TempDir(), "local.db")
	first := startLocalLambda(t, function, "--data", data)
	endpoint = first.client
	_, err := first.client.Invoke(t.Context(), &lambda.InvokeInput{
		FunctionName: aws.String("approve"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`"order-7"`),
	})
	if err != nil {
		t.Fatal(err)
	}
	completion := first.find(`(http://\S+/succeed)$`)
	first.find(`(invocation completed +PENDING)`)
	first.close()

	second := startLocalLambda(t, function, "--data", data)
	endpoint = second.client
	path := regexp.MustCompile(`^http://[^/]+`).ReplaceAllString(completion, "")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, *second.client.Options().BaseEndpoint+path, strings.NewReader("yes"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=any")
	response, err := second.client.Options().HTTPClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("the callback's address answers %s", response.Status)
	}
	if got, want := second.find(`execution ended +(.*)`), `SUCCEEDED "order-7: yes"`; got != want {
		t.Errorf("ended %s, want %s", got, want)
	}
}

func TestLocalLambda_fault(t *testing.T) {
	t.Parallel()
	r := startLocalLambda(t, "http://127.0.0.1:1", "--fault", "SendDurableExecutionCallbackSuccess=429", "--fault", "Invoke=lost:0.5")
	_, err := r.client.SendDurableExecutionCallbackSuccess(t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: aws.String("AAAA")})
	var throttled *types.TooManyRequestsException
	if !errors.As(err, &throttled) || aws.ToString(throttled.RetryAfterSeconds) != "1" {
		t.Errorf("got %v, want a TooManyRequestsException with Retry-After", err)
	}
	_, err = r.client.ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	if err != nil {
		t.Errorf("a call without faults: %v", err)
	}
}

// TestLocalLambda_closed: the flag chooses the answer to a second decision.
func TestLocalLambda_closed(t *testing.T) {
	t.Parallel()
	var endpoint durable.Client
	r := startLocalLambda(t, serveFunction(t, &endpoint), "--closed", "invalid")
	endpoint = r.client
	_, err := r.client.Invoke(t.Context(), &lambda.InvokeInput{
		FunctionName: aws.String("approve"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`"order-7"`),
	})
	if err != nil {
		t.Fatal(err)
	}
	id, err := url.PathUnescape(r.find(`/durable-execution-callbacks/(\S+)/succeed$`))
	if err != nil {
		t.Fatal(err)
	}
	decide := func() error {
		_, err := r.client.SendDurableExecutionCallbackSuccess(t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: &id})
		return err
	}
	if err := decide(); err != nil {
		t.Fatal(err)
	}
	if second := (*types.InvalidParameterValueException)(nil); !errors.As(decide(), &second) {
		t.Error("a second decision is not answered with InvalidParameterValueException")
	}
}

// TestLocalLambda_executionTimeout: an execution that waits ends when its time is over, and its
// callback is closed. It is started by an alias.
func TestLocalLambda_executionTimeout(t *testing.T) {
	t.Parallel()
	var endpoint durable.Client
	r := startLocalLambda(t, serveFunction(t, &endpoint), "--execution-timeout", "5s", "--alias", "live")
	endpoint = r.client
	started, err := r.client.Invoke(t.Context(), &lambda.InvokeInput{
		FunctionName: aws.String("approve:live"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`"order-7"`),
	})
	if err != nil {
		t.Fatal(err)
	}
	id, err := url.PathUnescape(r.find(`/durable-execution-callbacks/(\S+)/succeed$`))
	if err != nil {
		t.Fatal(err)
	}
	r.find(`execution ended +(TIMED_OUT)`)
	_, err = r.client.SendDurableExecutionCallbackSuccess(t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{CallbackId: &id})
	if late := (*types.CallbackTimeoutException)(nil); !errors.As(err, &late) {
		t.Errorf("a decision after the end gives %v", err)
	}
	history, err := r.client.GetDurableExecutionHistory(t.Context(), &lambda.GetDurableExecutionHistoryInput{DurableExecutionArn: started.DurableExecutionArn})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range history.Events {
		kinds = append(kinds, string(e.EventType))
	}
	if got, want := strings.Join(kinds, " "), "ExecutionStarted CallbackStarted InvocationCompleted ExecutionTimedOut"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLocalLambda_quotas(t *testing.T) {
	t.Parallel()
	r := startLocalLambda(t, "http://127.0.0.1:1", "--quotas")
	for range 1000 { // as fast as a client can: far above 15 a second
		_, err := r.client.ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
		if throttled := (*types.TooManyRequestsException)(nil); errors.As(err, &throttled) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Error("nothing was throttled")
}

func TestLocalLambda_flags(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		err  string
	}{
		"NoFunction":         {nil, "--function"},
		"FunctionName":       {[]string{"--function", "a b=http://127.0.0.1:1"}, "not a function's name"},
		"FunctionNoAddress":  {[]string{"--function", "a"}, "needs the address"},
		"FunctionBadAddress": {[]string{"--function", "a=127.0.0.1:1"}, "needs the address"},
		"EveryAddress":       {[]string{"--function", "a=http://127.0.0.1:1", "--addr", ":9001"}, "not on loopback"},
		"ForeignAddress":     {[]string{"--function", "a=http://127.0.0.1:1", "--addr", "192.0.2.1:9001"}, "not on loopback"},
		"NoPort":             {[]string{"--function", "a=http://127.0.0.1:1", "--addr", "127.0.0.1"}, "HOST:PORT"},
		"FaultOperation":     {[]string{"--function", "a=http://127.0.0.1:1", "--fault", "Send=429"}, "there is no operation"},
		"FaultKind":          {[]string{"--function", "a=http://127.0.0.1:1", "--fault", "*=418"}, "not a kind of fault"},
		"FaultRate":          {[]string{"--function", "a=http://127.0.0.1:1", "--fault", "*=429:NaN"}, "not a share"},
		"FaultNoRate":        {[]string{"--function", "a=http://127.0.0.1:1", "--fault", "*=429:"}, "not a share"},
		"Closed":             {[]string{"--function", "a=http://127.0.0.1:1", "--closed", "gone"}, "choose one of timeout, invalid"},
		"Alias":              {[]string{"--function", "a=http://127.0.0.1:1", "--alias", "7"}, "not an alias"},
		"Timeout":            {[]string{"--function", "a=http://127.0.0.1:1", "--execution-timeout", "1500ms"}, "not an execution timeout"},
		"TimeoutTooLong":     {[]string{"--function", "a=http://127.0.0.1:1", "--execution-timeout", "9000h"}, "not an execution timeout"},
		"Data":               {[]string{"--function", "a=http://127.0.0.1:1", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, "open"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), append([]string{"local-lambda"}, tt.args...), nil, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %v, want an error with %q", err, tt.err)
			}
		})
	}
}
