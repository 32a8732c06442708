package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path"
	"sync"
	"time"
)

const (
	// readHeaderTimeout bounds what our own servers wait for.
	readHeaderTimeout = 5 * time.Second
	// maxResult is Lambda's own limit of a result, in bytes.
	maxResult = 1 << 20
)

// lambdaStub accepts every decision, notes when it came, and tells it again in the history of its execution.
type lambdaStub struct {
	url    string
	server *http.Server

	mu       sync.Mutex
	closed   map[string]closed    // by execution key
	arrived  map[string]time.Time // by callback ID
	expects  int                  // decisions until full is closed
	full     chan struct{}
	lastCall time.Time
}

// closed is a callback that was completed.
type closed struct {
	callbackID, result string
	at                 time.Time
}

// executionKey ends the ARN of the execution that waits for a callback, so that the stub finds one by the other.
func executionKey(callbackID string) string {
	sum := sha256.Sum256([]byte(callbackID))
	return hex.EncodeToString(sum[:8])
}

func startLambda(ctx context.Context) (*lambdaStub, error) {
	l := &lambdaStub{closed: map[string]closed{}, arrived: map[string]time.Time{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/succeed", l.succeed)
	mux.HandleFunc("GET /2025-12-01/durable-executions/{arn}/history", l.history)
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

func (l *lambdaStub) succeed(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	result, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxResult))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	id := r.PathValue("id")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lastCall, l.arrived[id] = now, now
	l.closed[executionKey(id)] = closed{callbackID: id, result: string(result), at: now}
	if l.full != nil && len(l.arrived) >= l.expects {
		close(l.full)
		l.full = nil
	}
}

// history answers newest event first, as the desk asks.
func (l *lambdaStub) history(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	c, ok := l.closed[path.Base(r.PathValue("arn"))]
	l.lastCall = time.Now()
	l.mu.Unlock()
	if !ok {
		http.Error(w, `{"message":"no such execution"}`, http.StatusNotFound)
		return
	}
	at := float64(c.at.UnixMilli()) / 1000
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"Events": []any{ // a client that is gone needs no answer
		map[string]any{"EventId": 3, "EventType": "CallbackSucceeded", "Id": "1", "EventTimestamp": at,
			"CallbackSucceededDetails": map[string]any{"Result": map[string]any{"Payload": c.result}}},
		map[string]any{"EventId": 2, "EventType": "CallbackStarted", "Id": "1", "EventTimestamp": at,
			"CallbackStartedDetails": map[string]any{"CallbackId": c.callbackID}},
	}})
}

// expect forgets when decisions came and waits for n others.
func (l *lambdaStub) expect(n int) (all <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.arrived, l.expects, l.full = make(map[string]time.Time, n), n, make(chan struct{})
	return l.full
}

// arrivals are when decisions came, by callback ID.
func (l *lambdaStub) arrivals() map[string]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.arrived
}

// quiet waits until nobody has called for a while.
func (l *lambdaStub) quiet(ctx context.Context, while time.Duration) {
	for {
		l.mu.Lock()
		left := time.Until(l.lastCall.Add(while))
		l.mu.Unlock()
		if left <= 0 {
			return
		}
		select {
		case <-time.After(left):
		case <-ctx.Done():
			return
		}
	}
}

func (l *lambdaStub) close() { _ = l.server.Close() } // nothing is lost
