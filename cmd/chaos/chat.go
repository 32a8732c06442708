package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/standin/slack"
)

const (
	chatToken   = "xoxb-chaos-0"
	chatChannel = "approvals"
)

// chat is a workspace of Slack. Each replica has a token of its own, so that the workspace knows
// which one calls.
type chat struct{ *slack.Workspace }

func newChat() *chat {
	return &chat{slack.New(slack.Config{
		Name: "Harborline", Token: chatToken, Now: time.Now, Channels: []slack.Channel{{ID: "C0APPROVALS", Name: chatChannel}},
		Scopes: []string{"chat:write", "channels:read", "channels:history"},
	})}
}

// whose is the number of the replica that calls, by its token; -1 if none does. The request then
// has the token of the workspace.
func (c *chat) whose(r *http.Request) int {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return -1
	}
	who := -1
	for n := range maxReplicas {
		token, header := []byte(tokenOf(n)), r.Header.Get("Authorization")
		if bytes.Contains(body, token) || strings.Contains(header, tokenOf(n)) {
			who, body = n, bytes.ReplaceAll(body, token, []byte(chatToken))
			r.Header.Set("Authorization", strings.ReplaceAll(header, tokenOf(n), chatToken))
			break
		}
	}
	if r.Header.Get("Authorization") == "" {
		r.Header.Del("Authorization")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return who
}

// maxReplicas bounds the numbers of replicas.
const maxReplicas = 9

// tokenOf is the token with which a replica calls. It is as long as the workspace's own.
func tokenOf(replica int) string { return chatToken[:len(chatToken)-1] + strconv.Itoa(replica+1) }

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
	for _, m := range c.Messages() {
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
