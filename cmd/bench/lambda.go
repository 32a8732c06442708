package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// readHeaderTimeout bounds what our own servers wait for.
const readHeaderTimeout = 5 * time.Second

// lambdaStub answers the operation that completes a callback, and notes when each call came.
type lambdaStub struct {
	url    string
	server *http.Server

	mu      sync.Mutex
	arrived map[string]time.Time // by callback ID
	expects int                  // calls until full is closed
	full    chan struct{}
}

func startLambda(ctx context.Context) (*lambdaStub, error) {
	l := &lambdaStub{arrived: map[string]time.Time{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/succeed", l.succeed)
	var err error
	l.url, l.server, err = serve(ctx, mux)
	return l, err
}

// serve serves on a free port of loopback until the server is closed.
func serve(ctx context.Context, h http.Handler) (url string, server *http.Server, err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server = &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout}
	go func() { _ = server.Serve(listener) }() // ends with Close
	return "http://" + listener.Addr().String(), server, nil
}

func (l *lambdaStub) succeed(_ http.ResponseWriter, r *http.Request) {
	now := time.Now()
	_, _ = io.Copy(io.Discard, r.Body)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.arrived[r.PathValue("id")] = now
	if l.full != nil && len(l.arrived) >= l.expects {
		close(l.full)
		l.full = nil
	}
}

// expect forgets all calls and waits for n others.
func (l *lambdaStub) expect(n int) (all <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.arrived, l.expects, l.full = make(map[string]time.Time, n), n, make(chan struct{})
	return l.full
}

// arrivals are when calls came, by callback ID.
func (l *lambdaStub) arrivals() map[string]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.arrived
}

func (l *lambdaStub) close() { _ = l.server.Close() } // nothing is lost

// errSlowLambda says that decisions did not arrive.
var errSlowLambda = errors.New("not every decision reached Lambda")
