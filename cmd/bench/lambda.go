package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"sync"
	"time"

	"countersign/cmd/internal/deskprocess"
)

// maxResult is Lambda's own limit for a result, in bytes.
const maxResult = 1 << 20

// lambdaStub accepts every decision, notes when it came, and shows it in the history of its
// execution.
type lambdaStub struct {
	url    string
	server *http.Server

	mu     sync.Mutex
	closed map[string]*closed // by execution key
	round  round

	pulses pulses // heartbeats of callbacks
}

// round is the state of one turn of decisions.
type round struct {
	turns     chan struct{}        // one entry for each decision that may be posted now
	arrived   map[string]time.Time // by callback ID
	decisions countdown
	proofs    countdown // counts the decisions whose history has been read
}

func newRound(decisions, atOnce int) round {
	r := round{
		turns: make(chan struct{}, decisions+atOnce), arrived: make(map[string]time.Time, decisions),
		decisions: newCountdown(decisions), proofs: newCountdown(decisions),
	}
	for range atOnce {
		r.turns <- struct{}{}
	}
	return r
}

// closed is a callback that was completed.
type closed struct {
	callbackID, result string
	at                 time.Time
	proved             bool
}

// countdown closes its channel after the given number of steps.
type countdown struct {
	left int
	over chan struct{}
}

func newCountdown(n int) countdown { return countdown{left: n, over: make(chan struct{})} }

func (c *countdown) step() {
	if c.left--; c.left == 0 {
		close(c.over)
	}
}

// executionKey returns the end of the ARN of the execution that waits for a callback, so that the
// stub can find the one by the other.
func executionKey(callbackID string) string {
	sum := sha256.Sum256([]byte(callbackID))
	return hex.EncodeToString(sum[:8])
}

func startLambda(ctx context.Context) (*lambdaStub, error) {
	l := &lambdaStub{closed: map[string]*closed{}, round: newRound(0, 0)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/succeed", l.succeed)
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/heartbeat", l.pulses.beat)
	mux.HandleFunc("GET /2025-12-01/durable-executions/{arn}/history", l.history)
	var err error
	l.url, l.server, err = deskprocess.Serve(ctx, mux)
	return l, err
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
	l.closed[executionKey(id)] = &closed{callbackID: id, result: string(result), at: now}
	l.round.arrived[id] = now
	l.round.decisions.step()
	select {
	case l.round.turns <- struct{}{}:
	default: // nobody waits for this one
	}
}

// history answers with the newest event first, as the desk requests. The execution ends with its
// callback, so there is no follow-up.
func (l *lambdaStub) history(w http.ResponseWriter, r *http.Request) {
	c := l.read(path.Base(r.PathValue("arn")))
	if c == nil {
		http.Error(w, `{"message":"no such execution"}`, http.StatusNotFound)
		return
	}
	event := func(id int, operation, kind string, details map[string]any) map[string]any {
		return map[string]any{
			"EventId": id, "Id": operation, "EventTimestamp": float64(c.at.UnixMilli()) / 1000,
			"EventType": kind, kind + "Details": details,
		}
	}
	w.Header().Set("Content-Type", "application/json")
	// fails only if the client is gone
	_ = json.NewEncoder(w).Encode(map[string]any{"Events": []any{
		event(4, "0", "ExecutionSucceeded", map[string]any{}),
		event(3, "1", "CallbackSucceeded", map[string]any{"Result": map[string]any{"Payload": c.result}}),
		event(2, "1", "CallbackStarted", map[string]any{"CallbackId": c.callbackID}),
	}})
}

// read finds what an execution waited for and notes its first reading; it returns nil if there is
// no such execution.
func (l *lambdaStub) read(key string) *closed {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.closed[key]
	if c != nil && !c.proved {
		c.proved = true
		l.round.proofs.step()
	}
	return c
}

// expect begins a round with the given number of decisions, of which atOnce may be under way at the
// same time.
func (l *lambdaStub) expect(decisions, atOnce int) round {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.round = newRound(decisions, atOnce)
	return l.round
}

// arrivals returns when the decisions of this round came, by callback ID.
func (l *lambdaStub) arrivals() map[string]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.round.arrived
}

func (l *lambdaStub) close() { _ = l.server.Close() } // nothing is lost
