package load_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"countersign/cmd/bench/load"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server and returns its host and port.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// requests are n posts, then none.
func requests(t *testing.T, address string, n int64) func() (*http.Request, error) {
	t.Helper()
	var left atomic.Int64
	left.Store(n)
	return func() (*http.Request, error) {
		if left.Add(-1) < 0 {
			return nil, nil
		}
		return http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/items", strings.NewReader("body"))
	}
}

func TestRunSendsEveryRequestOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	bodies, clients := 0, map[string]bool{}
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if string(body) == "body" {
			bodies++
		}
		clients[r.RemoteAddr] = true
		w.WriteHeader(http.StatusCreated)
	})
	sample, err := load.Load{Address: address, Connections: 3, Next: requests(t, address, 100), Status: http.StatusCreated}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := math.Round(sample.Rate() * sample.Elapsed.Seconds()); got != 100 || bodies != 100 {
		t.Errorf("measured %v requests, the server saw %d; want 100", got, bodies)
	}
	if len(clients) > 3 {
		t.Errorf("%d connections were opened, want 3 that are used again", len(clients))
	}
}

// TestRunSharesItsConnections: replicas get their part, and what is too slow for the time of the
// round is measured once.
func TestRunSharesItsConnections(t *testing.T) {
	t.Parallel()
	var asked [2]atomic.Int64
	count := func(n int) http.HandlerFunc {
		return func(http.ResponseWriter, *http.Request) { asked[n].Add(1) }
	}
	first, second := serve(t, count(0)), serve(t, count(1))
	round := load.Load{Address: first, Beside: []string{second}, Connections: 5, Length: time.Nanosecond, Next: requests(t, first, math.MaxInt64), Status: http.StatusOK}
	if _, err := round.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := [2]int64{asked[0].Load(), asked[1].Load()}; got != [2]int64{3, 2} {
		t.Errorf("the servers got %v requests, want one from each of five connections", got)
	}
}

func TestRunEndsWithItsTime(t *testing.T) {
	t.Parallel()
	address := serve(t, func(http.ResponseWriter, *http.Request) {})
	round := load.Load{Address: address, Connections: 2, Length: 20 * time.Millisecond, Next: requests(t, address, math.MaxInt64), Status: http.StatusOK}
	if sample, err := round.Run(t.Context()); err != nil || sample.Rate() <= 0 {
		t.Errorf("rate %v, %v", sample.Rate(), err)
	}
}

func TestRunSaysWhatWasAnswered(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "too many messages", http.StatusTooManyRequests)
	})
	_, err := load.Load{Address: address, Connections: 2, Next: requests(t, address, 10), Status: http.StatusCreated}.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "429") || !strings.Contains(err.Error(), "too many messages") {
		t.Errorf("got %v, want the status and the text of the answer", err)
	}
}

func TestRunNoServer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	address := server.Listener.Addr().String()
	server.Close()
	if _, err := (load.Load{Address: address, Connections: 1, Next: requests(t, address, 1), Status: 200}).Run(t.Context()); err == nil {
		t.Error("no error without a server")
	}
}

func TestRunStops(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	held := make(chan struct{})
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		stop()
		select {
		case <-held:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(held) })
	_, err := load.Load{Address: address, Connections: 1, Next: requests(t, address, 1), Status: 200}.Run(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
}
