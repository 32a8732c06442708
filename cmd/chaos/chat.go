package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"countersign/cmd/internal/deskprocess"
	"countersign/internal/callbacks"
	"countersign/internal/standin/slack"
)

const (
	chatToken   = "xoxb-chaos"
	chatChannel = "approvals"
	// hangs is longer than the desk waits for a channel.
	hangs = 25 * time.Second
)

// chat is a workspace of Slack behind a real listener, in which every request is said.
type chat struct {
	workspace *slack.Workspace
	server    *http.Server
	url       string

	mu     sync.Mutex
	random *rand.Rand // draws faults; nil while there are none
}

// startChat starts the workspace. The caller must close it.
func startChat(ctx context.Context) (*chat, error) {
	c := &chat{workspace: slack.New(slack.Config{
		Name: "Harborline", Token: chatToken, Now: time.Now, Channels: []slack.Channel{{ID: "C0APPROVALS", Name: chatChannel}},
		Scopes: []string{"chat:write", "channels:read", "channels:history"},
	})}
	var err error
	c.url, c.server, err = deskprocess.Serve(ctx, c)
	return c, err
}

func (c *chat) close() {
	if c != nil && c.server != nil {
		_ = c.server.Close()
	}
}

// misbehave makes a share of the calls go wrong, and nil ends that.
func (c *chat) misbehave(random *rand.Rand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.random = random
}

// draw is a number in [0,1) that says which fault a call has; 1 for none.
func (c *chat) draw() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.random == nil {
		return 1
	}
	return c.random.Float64()
}

// ServeHTTP implements [http.Handler]. A call is throttled, fails, is cut off before or after it was
// carried out, is slow, or gets no answer in time.
func (c *chat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body) // only then does the server notice that the client is gone
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	does := func() { c.workspace.ServeHTTP(httptest.NewRecorder(), r) }
	switch fault := c.draw(); {
	case fault < 0.02:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	case fault < 0.07:
		w.WriteHeader(http.StatusInternalServerError)
	case fault < 0.12:
		panic(http.ErrAbortHandler)
	case fault < 0.22: // its answer is lost
		does()
		panic(http.ErrAbortHandler)
	case fault < 0.27:
		if pause(r.Context(), time.Second) != nil {
			panic(http.ErrAbortHandler)
		}
		c.workspace.ServeHTTP(w, r)
	case fault < 0.272:
		_ = pause(r.Context(), hangs)
		panic(http.ErrAbortHandler)
	case fault < 0.274:
		does()
		_ = pause(r.Context(), hangs)
		panic(http.ErrAbortHandler)
	default:
		c.workspace.ServeHTTP(w, r)
	}
}

// twice returns how many messages are there more than once: one message has one ID, which the desk
// attaches to it.
func twice(said []slack.Message) (n int) {
	seen := make(map[any]bool)
	for _, m := range said {
		id := m.Metadata.EventPayload["message"]
		if seen[id] {
			n++
		}
		seen[id] = true
	}
	return n
}

// about returns the messages that speak of each callback, by its ID. Lines of a thread are none.
func (c *chat) about() map[callbacks.ID][]slack.Message {
	all := make(map[callbacks.ID][]slack.Message)
	for _, m := range c.workspace.Messages() {
		for _, link := range m.Links {
			if _, id, found := strings.Cut(link, "/callbacks/"); found && m.Thread == "" {
				all[callbacks.ID(id)] = append(all[callbacks.ID(id)], m)
			}
		}
	}
	return all
}

// stale reports whether a message does not say what became of a callback.
func stale(m *slack.Message, c *callbacks.Callback) bool {
	if c.Decision == nil {
		return strings.Contains(m.Shown, "Read and decide")
	}
	return !strings.Contains(m.Shown, "Approved") && !strings.Contains(m.Shown, "Rejected")
}

// wordsOf is a message, for the report.
func wordsOf(m *slack.Message) string { return fmt.Sprintf("%q, changed %d times", m.Shown, m.Edits) }
