package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/cmd/internal/deskprocess"
	"countersign/durable"
	"countersign/internal/standin/locallambda"
)

// functionName is the name of the only function of a localEngine.
const functionName = "approval"

// localEngine is the local engine with a durable function in Go that waits for a callback. Both run
// in this process and speak HTTP over loopback, as they would in a team's tests.
type localEngine struct {
	*lambdaServer
	engine *locallambda.Engine
	begun  atomic.Int64

	mu         sync.Mutex
	executions map[string]*waiting // by name
}

// waiting is one execution of the function.
type waiting struct {
	name       string
	callbackID string
	seen       chan locallambda.Observation
	resumed    chan time.Time // when Get returned
}

// maxSeen is more than the number of observations of an execution that goes well.
const maxSeen = 16

// openLocalEngine starts an engine that keeps its executions in a file, or in memory if file is
// empty. The caller must stop it.
func openLocalEngine(ctx context.Context, file string) (_ *localEngine, err error) {
	l := &localEngine{executions: map[string]*waiting{}}
	if file == "" {
		l.engine = locallambda.New(locallambda.Config{})
	} else if l.engine, err = locallambda.Open(file, locallambda.Config{}); err != nil {
		return nil, err
	}
	if l.lambdaServer, err = serveLambda(ctx, l.engine.Handler()); err != nil {
		return nil, errors.Join(err, l.engine.Close())
	}
	l.engine.Observe(l.see)
	l.engine.Register(functionName, durable.NewHandler(l.approve, durable.WithClient(l.client)), locallambda.FunctionConfig{Version: "1"})
	return l, nil
}

func (l *localEngine) stop() error {
	l.close()
	return l.engine.Close()
}

// approve is the durable function. Its event is the name of its execution.
func (l *localEngine) approve(ctx durable.Context, name string) (string, error) {
	callback, err := durable.CreateCallback[string](ctx, "approval")
	if err != nil {
		return "", err
	}
	result, err := callback.Get()
	if x := l.execution(name); x != nil {
		x.resumed <- time.Now()
	}
	return result, err
}

// see passes on observations of executions for which somebody waits.
func (l *localEngine) see(o locallambda.Observation) {
	if x := l.execution(o.ExecutionName); x != nil {
		select {
		case x.seen <- o:
		default: // something is wrong, and the waiting code will give up in the end
		}
	}
}

func (l *localEngine) execution(name string) *waiting {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.executions[name]
}

// suspend starts an execution and waits until it has suspended. The caller must forget it.
func (l *localEngine) suspend(ctx context.Context) (*waiting, error) {
	x := &waiting{
		name: "round-" + strconv.FormatInt(l.begun.Add(1), 10),
		seen: make(chan locallambda.Observation, maxSeen), resumed: make(chan time.Time, 1),
	}
	l.mu.Lock()
	l.executions[x.name] = x
	l.mu.Unlock()
	if _, err := l.engine.Start(ctx, functionName, x.name, []byte(strconv.Quote(x.name))); err != nil {
		return nil, err
	}
	started, err := x.await(ctx, locallambda.CallbackStarted, "")
	if err != nil {
		return nil, err
	}
	x.callbackID = started.CallbackID
	_, err = x.await(ctx, locallambda.InvocationCompleted, "PENDING")
	return x, err
}

func (l *localEngine) forget(x *waiting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.executions, x.name)
}

// round runs an execution from start to end, and returns how long it took to resume the function:
// from the sending of its result until Get returned it.
func (l *localEngine) round(ctx context.Context) (resumption time.Duration, err error) {
	x, err := l.suspend(ctx)
	if err != nil {
		return 0, err
	}
	defer l.forget(x)
	sent := time.Now()
	if err := l.succeed(ctx, x.callbackID); err != nil {
		return 0, err
	}
	if _, err := x.await(ctx, locallambda.ExecutionEnded, "SUCCEEDED"); err != nil {
		return 0, err
	}
	return (<-x.resumed).Sub(sent), nil
}

// await waits for the next observation of a kind, which must have the given status.
func (x *waiting) await(ctx context.Context, kind locallambda.ObservationKind, status string) (locallambda.Observation, error) {
	for {
		select {
		case o := <-x.seen:
			if o.Kind == kind && o.Status == status {
				return o, nil
			}
			if o.Kind == kind || o.Kind == locallambda.ExecutionEnded {
				return o, fmt.Errorf("%s: %s as %q, not %q: %w", x.name, o.Kind, o.Status, status, o.Error)
			}
		case <-ctx.Done():
			return locallambda.Observation{}, ctx.Err()
		}
	}
}

// lambdaServer is a server that speaks Lambda's API, with an SDK client for it.
type lambdaServer struct {
	server    *http.Server
	client    *lambda.Client
	transport *http.Transport
}

// idleConnections keeps one connection for each concurrent caller.
const idleConnections = 64

func serveLambda(ctx context.Context, h http.Handler) (*lambdaServer, error) {
	url, server, err := deskprocess.Serve(ctx, h)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: idleConnections}
	return &lambdaServer{server: server, transport: transport, client: lambda.New(lambda.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(url), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""), RetryMaxAttempts: 1,
	})}, nil
}

func (s *lambdaServer) close() {
	s.transport.CloseIdleConnections()
	_ = s.server.Close() // nothing is lost
}

// succeed completes a callback.
func (s *lambdaServer) succeed(ctx context.Context, callbackID string) error {
	_, err := s.client.SendDurableExecutionCallbackSuccess(ctx, &lambda.SendDurableExecutionCallbackSuccessInput{
		CallbackId: &callbackID, Result: []byte(`{"approved":true}`),
	})
	return err
}
