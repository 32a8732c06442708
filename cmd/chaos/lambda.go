package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/cmd/internal/deskprocess"
	"countersign/durable"
	"countersign/internal/callbacks"
	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/fault"
)

const (
	region   = "eu-central-1"
	function = "expense-approval"
	// briefFunction is the same function with a short execution timeout: briefLimit, in seconds.
	briefFunction = function + "-brief"
	briefLimit    = 2
	// maxBody is larger than any completion here, in bytes.
	maxBody = 1 << 20
)

// completion is what a callback was closed with, or what Lambda was sent for it: a kind, success or
// failure, and a hash of the bytes. For a clock it is only a kind.
type completion struct {
	kind callbacks.Kind
	hash string
}

// clockRanOut is the kind for callbacks that a clock closed.
const clockRanOut callbacks.Kind = "timed out"

// lambdaSide is Lambda: the engine behind a real listener, and what is known of every callback.
type lambdaSide struct {
	engine  *locallambda.Engine
	client  *lambda.Client // not the desk's: for functions and for other clients
	servers []*http.Server

	mu      sync.Mutex
	waiting map[string]chan locallambda.Observation // by execution ARN
	// by callback ID: what desks have sent, including what Lambda did not accept
	offered  map[string]map[completion]int
	closings map[string][]completion // by callback ID
	// by callback ID: the heartbeats of callbacks that need them
	pulses map[string]*pulse
}

// startLambda starts the engine with the function that waits. The caller must close it.
func startLambda(ctx context.Context) (_ *lambdaSide, err error) {
	l := &lambdaSide{
		engine:  locallambda.New(locallambda.Config{Region: region, Logger: slog.New(slog.DiscardHandler)}),
		waiting: map[string]chan locallambda.Observation{}, offered: map[string]map[completion]int{}, closings: map[string][]completion{},
		pulses: map[string]*pulse{},
	}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	l.engine.Observe(l.observe)
	plain, err := l.serve(ctx, l.engine.Handler())
	if err != nil {
		return nil, err
	}
	l.client = lambda.New(lambda.Options{
		Region: region, BaseEndpoint: aws.String(plain), Credentials: credentials.NewStaticCredentialsProvider("chaos", "chaos", ""),
	})
	handler := durable.NewHandler(wait, durable.WithClient(l.client), durable.WithLogger(slog.New(slog.DiscardHandler)))
	l.engine.Register(function, handler, locallambda.FunctionConfig{Version: "1", ExecutionTimeout: 2 * time.Hour})
	l.engine.Register(briefFunction, handler, locallambda.FunctionConfig{Version: "1", ExecutionTimeout: briefLimit * time.Second})
	return l, nil
}

// question is what the durable function waits for: a callback with these timeouts, in seconds. If
// Heartbeat is zero the callback has only a timeout. Brief means that its execution has a short
// timeout.
type question struct {
	Timeout, Heartbeat int
	Brief              bool `json:"-"`
}

// function returns the name of the function that asks the question.
func (q question) function() string {
	if q.Brief {
		return briefFunction
	}
	return function
}

// wait is the durable function.
func wait(ctx durable.Context, q question) (string, error) {
	clocks := []durable.CallbackOption{durable.WithCallbackTimeout(time.Duration(q.Timeout) * time.Second)}
	if q.Heartbeat > 0 {
		clocks = append(clocks, durable.WithCallbackHeartbeatTimeout(time.Duration(q.Heartbeat)*time.Second))
	}
	callback, err := durable.CreateCallback[string](ctx, "approval", clocks...)
	if err != nil {
		return "", err
	}
	return callback.Get()
}

func (l *lambdaSide) serve(ctx context.Context, h http.Handler) (string, error) {
	url, server, err := deskprocess.Serve(ctx, h)
	if err == nil {
		l.servers = append(l.servers, server)
	}
	return url, err
}

func (l *lambdaSide) close() {
	for _, s := range l.servers {
		_ = s.Close()
	}
	_ = l.engine.Close() // it keeps nothing on disk
}

// misbehave makes a share of the desks' calls go wrong. It leaves the functions' own calls alone,
// because they are not under test.
func (l *lambdaSide) misbehave(random *rand.Rand) {
	var faults []fault.Fault
	for _, operation := range []string{"SendDurableExecutionCallbackSuccess", "SendDurableExecutionCallbackFailure"} {
		faults = append(faults,
			fault.Fault{Operation: operation, Kind: fault.Throttled, Rate: 0.05, RetryAfter: time.Second},
			fault.Fault{Operation: operation, Kind: fault.Service, Rate: 0.05},
			fault.Fault{Operation: operation, Kind: fault.ConnectionReset, Rate: 0.05},
			fault.Fault{Operation: operation, Kind: fault.AnswerLost, Rate: 0.1},
			fault.Fault{Operation: operation, Kind: fault.Slow, Rate: 0.1, Delay: time.Second},
			// longer than the desk waits
			fault.Fault{Operation: operation, Kind: fault.Slow, Rate: 0.01, Delay: 11 * time.Second},
		)
	}
	// after one throttled history call, no desk reads histories for two seconds
	faults = append(faults,
		fault.Fault{Operation: "GetDurableExecutionHistory", Kind: fault.Throttled, Rate: 0.01},
		fault.Fault{Operation: "GetDurableExecutionHistory", Kind: fault.ConnectionReset, Rate: 0.05},
		fault.Fault{Operation: "SendDurableExecutionCallbackHeartbeat", Kind: fault.Throttled, Rate: 0.05},
		fault.Fault{Operation: "SendDurableExecutionCallbackHeartbeat", Kind: fault.ConnectionReset, Rate: 0.05})
	l.engine.SetFaults(random, faults...)
}

// behave ends the faults.
func (l *lambdaSide) behave() { l.engine.SetFaults(nil) }

// forDesk serves Lambda to one desk and notes its completions. around wraps the engine.
func (l *lambdaSide) forDesk(ctx context.Context, around func(http.Handler) http.Handler) (url string, err error) {
	return l.serve(ctx, l.noting(around(l.engine.Handler())))
}

// ask starts an execution and returns its callback.
func (l *lambdaSide) ask(ctx context.Context, q question) (locallambda.Observation, error) {
	input, err := json.Marshal(q)
	if err != nil {
		return locallambda.Observation{}, err
	}
	arn, err := l.engine.Start(ctx, q.function(), "", input)
	if err != nil {
		return locallambda.Observation{}, fmt.Errorf("start an execution: %w", err)
	}
	select {
	case o := <-l.callbackOf(arn):
		return o, nil
	case <-ctx.Done():
		return locallambda.Observation{}, ctx.Err()
	}
}

// callbackOf returns the channel on which the callback of an execution arrives. Sender and receiver
// may call it in any order.
func (l *lambdaSide) callbackOf(arn string) chan locallambda.Observation {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting[arn] == nil {
		l.waiting[arn] = make(chan locallambda.Observation, 1)
	}
	return l.waiting[arn]
}

func (l *lambdaSide) observe(o locallambda.Observation) {
	switch o.Kind {
	case locallambda.CallbackStarted:
		if o.HeartbeatTimeout > 0 {
			l.mu.Lock()
			l.pulses[o.CallbackID] = newPulse(o)
			l.mu.Unlock()
		}
		l.callbackOf(o.ExecutionARN) <- o
	case locallambda.CallbackClosed:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.closings[o.CallbackID] = append(l.closings[o.CallbackID], closingOf(o))
	case locallambda.HeartbeatReceived:
		l.mu.Lock()
		defer l.mu.Unlock()
		if p := l.pulses[o.CallbackID]; p != nil { // other callbacks need no heartbeats
			p.beat(o.At)
		}
	case locallambda.ExecutionStarted, locallambda.ExecutionEnded, locallambda.InvocationCompleted:
	}
}

func closingOf(o locallambda.Observation) completion {
	switch o.Status {
	case "SUCCEEDED":
		return success([]byte(o.Payload))
	case "FAILED":
		return failure(callbacks.ErrorObject(*o.Error))
	}
	return completion{kind: clockRanOut}
}

func success(result []byte) completion {
	return completion{callbacks.Success, callbacks.Completion{Kind: callbacks.Success, Result: result}.SHA256()}
}

func failure(e callbacks.ErrorObject) completion {
	return completion{callbacks.Failure, callbacks.Completion{Kind: callbacks.Failure, Error: e}.SHA256()}
}

// noting notes the calls that close a callback or send its heartbeats, before any fault can affect
// them.
func (l *lambdaSide) noting(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", next)
	note := func(read func([]byte) completion) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
			if err != nil {
				panic(http.ErrAbortHandler) // the sender was killed
			}
			l.offer(r.PathValue("id"), read(body))
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		}
	}
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/succeed", note(success))
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/fail", note(func(body []byte) completion {
		var e callbacks.ErrorObject
		if err := json.Unmarshal(body, &e); err != nil {
			return completion{callbacks.Failure, "unreadable: " + string(body)}
		}
		return failure(e)
	}))
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/heartbeat", func(w http.ResponseWriter, r *http.Request) {
		l.tryBeat(r.PathValue("id"), time.Now())
		next.ServeHTTP(w, r)
	})
	return mux
}

func (l *lambdaSide) tryBeat(callbackID string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.pulses[callbackID]; p != nil {
		p.try(now)
	}
}

func (l *lambdaSide) offer(callbackID string, c completion) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.offered[callbackID] == nil {
		l.offered[callbackID] = map[completion]int{}
	}
	l.offered[callbackID][c]++
}

// interfere closes a callback without the desk. It may come too late.
func (l *lambdaSide) interfere(ctx context.Context, callbackID string) {
	// the engine reports the outcome
	_, _ = l.client.SendDurableExecutionCallbackSuccess(ctx, &lambda.SendDurableExecutionCallbackSuccessInput{
		CallbackId: aws.String(callbackID), Result: []byte(`{"approved":true,"by":"another client"}`),
	})
}

// stop ends an execution. It may come too late.
func (l *lambdaSide) stop(ctx context.Context, arn string) {
	// the history shows the outcome
	_, _ = l.client.StopDurableExecution(ctx, &lambda.StopDurableExecutionInput{DurableExecutionArn: aws.String(arn)})
}
