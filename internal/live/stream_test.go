package live_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/live"
)

const (
	beat     = "event: beat\ndata\n\n"
	greeting = "retry: 3000\nid: live\n" + beat
)

func changed(id callbacks.ID) string {
	return "event: changed\ndata: {\"callback\":\"" + string(id) + "\"}\n\n"
}

// connection is a response that notes each write and each deadline.
type connection struct {
	header http.Header
	status int

	mu        sync.Mutex
	writes    []string
	unflushed bool
	deadline  time.Time
	fail      error
}

func newConnection() *connection { return &connection{header: http.Header{}} }

func (c *connection) Header() http.Header    { return c.header }
func (c *connection) WriteHeader(status int) { c.status = status }

func (c *connection) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		return 0, c.fail
	}
	if left := time.Until(c.deadline); left <= 0 || left > 10*time.Second {
		return 0, errors.New("written without a deadline of at most 10 s")
	}
	c.writes = append(c.writes, string(b))
	c.unflushed = true
	return len(b), nil
}

func (c *connection) FlushError() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unflushed = false
	return nil
}

func (c *connection) SetWriteDeadline(at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = at
	return nil
}

func (c *connection) breakNow(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = err
}

// expect asserts what was written since the last call, and that all of it is on its way.
func (c *connection) expect(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if diff := cmp.Diff(want, c.writes); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	if c.unflushed || !c.deadline.IsZero() {
		t.Errorf("unflushed: %t, deadline between writes: %v", c.unflushed, c.deadline)
	}
	c.writes = nil
}

// expectTimes asserts how often this was written since the last call, beside what keeps the
// connection alive.
func (c *connection) expectTimes(t *testing.T, times int, want string) {
	t.Helper()
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if got := strings.Count(strings.Join(c.writes, ""), want); got != times {
		t.Errorf("%q was written %d times, want %d, in %q", want, got, times, c.writes)
	}
	c.writes = nil
}

// open runs a stream until it ends by itself or the returned function makes its reader leave. ended
// receives its error.
func open(t *testing.T, hub *live.Hub, c *connection, header ...string) (leave func(), ended <-chan error) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	end := make(chan error, 1)
	s := hub.Subscribe(fresh, every)
	go func() {
		defer s.Close()
		end <- live.Stream(c, r, s)
	}()
	return leave, end
}

func TestStreamBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c := live.NewHub(time.Now), newConnection()
		leave, ended := open(t, hub, c)
		c.expect(t, greeting)

		hub.Changed(invalidation("a"))
		synctest.Wait()
		forward(99 * time.Millisecond)
		hub.Changed(invalidation("b"))
		hub.Changed(invalidation("a"))
		c.expect(t)
		forward(time.Millisecond)
		c.expect(t, changed("a")+changed("b"))

		hub.Changed(invalidation("a"))
		forward(100 * time.Millisecond)
		c.expect(t, changed("a"))

		leave()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if n := hub.Subscribers(); n != 0 {
			t.Errorf("%d subscribers are left", n)
		}
	})
}

func TestStreamKeepsAlive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c := live.NewHub(time.Now), newConnection()
		leave, ended := open(t, hub, c)
		c.expect(t, greeting)
		forward(15 * time.Second)
		c.expect(t, beat)

		hub.Changed(invalidation("a"))
		forward(100 * time.Millisecond)
		c.expect(t, changed("a"))
		forward(15*time.Second - time.Millisecond) // an event keeps alive as well
		c.expect(t)
		forward(time.Millisecond)
		c.expect(t, beat)
		leave()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestStreamWithoutInvalidations: what nobody told is seen after a minute or so, counted from the
// last event.
func TestStreamWithoutInvalidations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c := live.NewHub(time.Now), newConnection()
		leave, ended := open(t, hub, c)
		c.expect(t, greeting)
		forward(40 * time.Second)
		hub.Changed(invalidation("a"))
		forward(100 * time.Millisecond)
		c.expect(t, beat, beat, changed("a"))
		for range 3 {
			forward(44 * time.Second)
			c.expectTimes(t, 0, changed(live.Everything))
			forward(31*time.Second + time.Millisecond)
			c.expectTimes(t, 1, changed(live.Everything))
			hub.Changed(invalidation("b"))
			forward(100 * time.Millisecond)
			c.expectTimes(t, 0, changed(live.Everything))
		}
		leave()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestStreamEnds(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection reset")
	for name, test := range map[string]struct {
		end  func(hub *live.Hub, c *connection, leave func())
		want error
	}{
		"ReaderLeaves": {func(_ *live.Hub, _ *connection, leave func()) { leave() }, nil},
		"HubCloses":    {func(hub *live.Hub, _ *connection, _ func()) { hub.Close() }, nil},
		"OldAge":       {func(*live.Hub, *connection, func()) { forward(15 * time.Minute) }, nil},
		"WriteFails": {func(hub *live.Hub, c *connection, _ func()) {
			c.breakNow(lost)
			hub.Changed(invalidation("a"))
		}, lost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				hub, c := live.NewHub(time.Now), newConnection()
				leave, ended := open(t, hub, c)
				defer leave()
				synctest.Wait()
				select {
				case err := <-ended:
					t.Fatalf("ended too early: %v", err)
				default:
				}
				test.end(hub, c, leave)
				if err := <-ended; !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if n := hub.Subscribers(); n != 0 {
					t.Errorf("%d subscribers are left", n)
				}
			})
		})
	}
}

func TestStreamAfterReconnect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c := live.NewHub(time.Now), newConnection()
		leave, ended := open(t, hub, c, "Last-Event-ID", "live")
		c.expect(t, greeting, changed(live.Everything))
		leave()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestStreamHeaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c := live.NewHub(time.Now), newConnection()
		hub.Close() // the stream says hello and ends
		leave, ended := open(t, hub, c)
		defer leave()
		if err := <-ended; err != nil || c.status != http.StatusOK {
			t.Errorf("status %d, error %v", c.status, err)
		}
		want := http.Header{"Content-Type": {"text/event-stream"}, "Cache-Control": {"no-store"}, "X-Accel-Buffering": {"no"}}
		if diff := cmp.Diff(want, c.header); diff != "" {
			t.Errorf("headers (-want +got):\n%s", diff)
		}
	})
}

// A response without deadlines is a fault of the wiring and must not pass unseen.
func TestStreamNeedsController(t *testing.T) {
	t.Parallel()
	hub := live.NewHub(time.Now)
	s := hub.Subscribe(fresh, every)
	defer s.Close()
	err := live.Stream(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/events", nil), s)
	if !errors.Is(err, http.ErrNotSupported) || !strings.Contains(err.Error(), "deadline") {
		t.Errorf("got %v", err)
	}
}

// forward moves the clock of a synctest bubble; nothing is waited for.
func forward(d time.Duration) { time.Sleep(d) }

// TestStreamReplaced: what the reader may see has changed, so they are told nothing more and
// connect again, each in their own turn.
func TestStreamReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, c, replaced := live.NewHub(time.Now), newConnection(), make(chan struct{})
		s, end := hub.Subscribe(fresh, every), make(chan error, 1)
		s.EndAfter(replaced)
		go func() {
			defer s.Close()
			end <- live.Stream(c, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil), s)
		}()
		c.expect(t, greeting)
		close(replaced)
		synctest.Wait()
		hub.Changed(invalidation("a"))
		forward(2 * time.Second)
		c.expect(t)
		if err := <-end; err != nil {
			t.Error(err)
		}
	})
}
