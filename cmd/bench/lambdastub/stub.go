package lambdastub

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

// Stub accepts every decision, notes when it came, and shows it in the history of its
// execution.
type Stub struct {
	URL    string // where it listens
	server *http.Server

	mu     sync.Mutex
	closed map[string]*closed // by execution key
	round  Round

	Pulses Pulses // heartbeats of callbacks
}

// Round is the state of one round of decisions.
type Round struct {
	Turns     chan struct{}        // one entry for each decision that may be posted now
	arrived   map[string]time.Time // by callback ID
	Decisions Countdown            // counts the decisions that have arrived
	Proofs    Countdown            // counts the decisions whose history has been read
}

func newRound(decisions, atOnce int) Round {
	r := Round{
		Turns: make(chan struct{}, decisions+atOnce), arrived: make(map[string]time.Time, decisions),
		Decisions: newCountdown(decisions), Proofs: newCountdown(decisions),
	}
	for range atOnce {
		r.Turns <- struct{}{}
	}
	return r
}

// closed is a callback that was completed.
type closed struct {
	callbackID, result string
	at                 time.Time
	proved             bool
}

// Countdown closes its channel after the given number of steps.
type Countdown struct {
	left int
	Over chan struct{} // closed after the last step
}

func newCountdown(n int) Countdown { return Countdown{left: n, Over: make(chan struct{})} }

func (c *Countdown) step() {
	if c.left--; c.left == 0 {
		close(c.Over)
	}
}

// ExecutionKey returns the end of the ARN of the execution that waits for a callback, so that the
// stub can find the one by the other.
func ExecutionKey(callbackID string) string {
	sum := sha256.Sum256([]byte(callbackID))
	return hex.EncodeToString(sum[:8])
}

// Start starts a stub on loopback. Close it after use.
func Start(ctx context.Context) (*Stub, error) {
	l := &Stub{closed: map[string]*closed{}, round: newRound(0, 0)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/succeed", l.succeed)
	mux.HandleFunc("POST /2025-12-01/durable-execution-callbacks/{id}/heartbeat", l.Pulses.beat)
	mux.HandleFunc("GET /2025-12-01/durable-executions/{arn}/history", l.history)
	var err error
	l.URL, l.server, err = deskprocess.Serve(ctx, mux)
	return l, err
}

func (l *Stub) succeed(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	result, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxResult))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	id := r.PathValue("id")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed[ExecutionKey(id)] = &closed{callbackID: id, result: string(result), at: now}
	l.round.arrived[id] = now
	l.round.Decisions.step()
	select {
	case l.round.Turns <- struct{}{}:
	default: // nobody waits for this one
	}
}

// history answers with the newest event first, as the desk requests. The execution ends with its
// callback, so there is no follow-up.
func (l *Stub) history(w http.ResponseWriter, r *http.Request) {
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
func (l *Stub) read(key string) *closed {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.closed[key]
	if c != nil && !c.proved {
		c.proved = true
		l.round.Proofs.step()
	}
	return c
}

// Expect begins a round with the given number of decisions, of which atOnce may be under way at the
// same time.
func (l *Stub) Expect(decisions, atOnce int) Round {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.round = newRound(decisions, atOnce)
	return l.round
}

// Arrivals returns when the decisions of this round came, by callback ID.
func (l *Stub) Arrivals() map[string]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.round.arrived
}

// Close ends the stub. It waits for nothing.
func (l *Stub) Close() { _ = l.server.Close() } // nothing is lost
