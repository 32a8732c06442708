package live_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/live"
)

// writeTimeout of the server bounds the handshake of TLS, too, which takes its time on a busy
// machine.
const writeTimeout = 3 * time.Second

// serveHub is a real server whose streams end when it shuts down.
func serveHub(t *testing.T, hub *live.Hub, http2 bool) *httptest.Server {
	t.Helper()
	var streams sync.WaitGroup
	t.Cleanup(streams.Wait)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		streams.Add(1)
		defer streams.Done()
		s := hub.Subscribe(fresh, every)
		defer s.Close()
		// an error says that the reader left in the middle of a write, as tests do
		_ = live.Stream(w, r, s)
	}))
	server.Config.WriteTimeout = writeTimeout
	server.Config.RegisterOnShutdown(hub.Close)
	server.EnableHTTP2 = http2
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// connect opens a stream and waits until it is subscribed.
func connect(t *testing.T, server *httptest.Server) *bufio.Reader {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	body := bufio.NewReader(response.Body)
	if got := readEvent(t, body); got != greeting {
		t.Fatalf("the stream begins with %q", got)
	}
	return body
}

// readEvent reads up to the next empty line.
func readEvent(t *testing.T, from *bufio.Reader) string {
	t.Helper()
	var event strings.Builder
	for !strings.HasSuffix(event.String(), "\n\n") {
		line, err := from.ReadString('\n')
		if err != nil {
			t.Fatalf("after %q: %v", event.String(), err)
		}
		event.WriteString(line)
	}
	return event.String()
}

// TestStreamOutlivesWriteTimeout: events come until the server's write timeout has passed, and one
// after it.
func TestStreamOutlivesWriteTimeout(t *testing.T) {
	t.Parallel()
	for name, http2 := range map[string]bool{"HTTP1": false, "HTTP2": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := live.NewHub(time.Now)
			stream := connect(t, serveHub(t, hub, http2))
			over := time.Now().Add(writeTimeout) // the server has counted from the request on
			for n, past := 0, false; !past; n++ {
				past = time.Now().After(over)
				id := callbacks.ID(fmt.Sprint(n))
				hub.Changed(invalidation(id))
				if got := readEvent(t, stream); got != changed(id) {
					t.Errorf("got %q", got)
				}
			}
		})
	}
}

func TestShutdownEndsStreams(t *testing.T) {
	t.Parallel()
	hub := live.NewHub(time.Now)
	server := serveHub(t, hub, false)
	stream := connect(t, server)

	if err := server.Config.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(stream); err != nil || len(rest) != 0 {
		t.Errorf("the stream ended with %q and %v", rest, err)
	}
	if n := hub.Subscribers(); n != 0 {
		t.Errorf("%d subscribers are left", n)
	}
}
