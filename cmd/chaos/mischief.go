package main

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// hangs is longer than the desk waits for a channel.
const hangs = 25 * time.Second

// trick is what goes wrong with one call to a channel.
type trick int

const (
	fair      trick = iota // nothing
	throttled              // it is asked to come again
	failed
	cutOff   // before it was carried out
	unheard  // it is carried out, and its answer is lost
	slow     // it is carried out after a second
	hung     // it gets no answer in time
	hungDone // the same, and it is carried out
)

// mischief makes calls to channels go wrong.
type mischief struct {
	mu     sync.Mutex
	random *rand.Rand // nil while nothing goes wrong
}

// begin makes a share of the calls go wrong, and nil ends that.
func (m *mischief) begin(random *rand.Rand) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.random = random
}

// draw is what happens to the next call.
func (m *mischief) draw() trick {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.random == nil {
		return fair
	}
	switch n := m.random.Float64(); {
	case n < 0.02:
		return throttled
	case n < 0.07:
		return failed
	case n < 0.12:
		return cutOff
	case n < 0.22:
		return unheard
	case n < 0.27:
		return slow
	case n < 0.272:
		return hung
	case n < 0.274:
		return hungDone
	}
	return fair
}

// around plays tricks on the calls of a server.
func (m *mischief) around(server http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !again(r) {
			panic(http.ErrAbortHandler)
		}
		switch m.draw() {
		case throttled:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		case failed:
			w.WriteHeader(http.StatusInternalServerError)
		case cutOff:
			panic(http.ErrAbortHandler)
		case unheard:
			server.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case slow:
			if pause(r.Context(), time.Second) != nil {
				panic(http.ErrAbortHandler)
			}
			server.ServeHTTP(w, r)
		case hung:
			_ = pause(r.Context(), hangs)
			panic(http.ErrAbortHandler)
		case hungDone:
			server.ServeHTTP(httptest.NewRecorder(), r)
			_ = pause(r.Context(), hangs)
			panic(http.ErrAbortHandler)
		case fair:
			server.ServeHTTP(w, r)
		}
	})
}

// again reads the whole body of a request and puts it back: only then does the server notice that the
// client is gone. ok is false if it is gone already.
func again(r *http.Request) (ok bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	r.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil
}
