// Package slack is a workspace of Slack, as far as an app with a bot token sees it: it answers the
// methods that write messages, change them and read them back, for the demo and for tests. It
// refuses what Slack refuses, with Slack's codes; each refusal names the page that has it. Messages
// are in memory only.
package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Config is a workspace.
type Config struct {
	Name     string
	Token    string // of the app's bot
	Scopes   []string
	Channels []Channel
	Users    []User
	Now      func() time.Time
	// Posts is how many messages a second a channel takes, after a burst of ten; 0 for no bound.
	// https://docs.slack.dev/apis/web-api/rate-limits: "1 per second per channel, short bursts".
	Posts rate.Limit
}

// Channel is a channel of the workspace.
type Channel struct {
	ID, Name string
	Archived bool
	Outside  bool // the app is no member
}

// User is a member of the workspace.
type User struct {
	ID, Name, Email string
	Gone            bool // deactivated
}

// Message is a message as it stands.
type Message struct {
	Conversation string
	TS, Thread   string // Thread is the TS of the message that it answers, or empty
	Text         string
	Blocks       json.RawMessage
	Metadata     Metadata
	Edits        int
	// Shown is what a reader sees, and Links are the addresses in it.
	Shown string
	Links []string
	// Calls is set if the message calls a person or everybody in the channel.
	Calls bool
}

// Metadata is what an app attaches to a message.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

// maxMessages is how many messages are kept.
const maxMessages = 5000

// Workspace is the state. Its methods are safe for use by several goroutines.
type Workspace struct {
	config Config

	mu       sync.Mutex
	channels []Channel
	users    []User
	messages []Message // in the order of their TS
	last     time.Time // of the last TS
	limits   map[string]*rate.Limiter
	changed  chan struct{}
}

// New makes a workspace.
func New(c Config) *Workspace {
	return &Workspace{config: c, channels: slices.Clone(c.Channels), users: slices.Clone(c.Users), limits: map[string]*rate.Limiter{}, changed: make(chan struct{})}
}

// Messages returns the messages, in their order.
func (w *Workspace) Messages() []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.messages)
}

// Changed returns a channel that is closed when a message is written or changed.
func (w *Workspace) Changed() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.changed
}

// tell wakes whoever waits for a change.
func (w *Workspace) tell() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// NameOf is what members call a conversation: "#finance", or the name of a person.
func (w *Workspace) NameOf(conversation string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.channels {
		if c.ID == conversation {
			return "#" + c.Name
		}
	}
	for _, u := range w.users {
		if directOf(u.ID) == conversation {
			return u.Name
		}
	}
	return conversation
}

// Archive archives a channel.
func (w *Workspace) Archive(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.channels {
		if w.channels[i].ID == id {
			w.channels[i].Archived = true
		}
	}
}

// Delete removes a message, as a member of the workspace can.
func (w *Workspace) Delete(conversation, ts string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.messages = slices.DeleteFunc(w.messages, func(m Message) bool { return m.Conversation == conversation && m.TS == ts })
}

// stamp returns a new TS. Each is later than the one before.
func (w *Workspace) stamp() string {
	at := w.config.Now()
	if !at.After(w.last) {
		at = w.last.Add(time.Microsecond)
	}
	w.last = at.Truncate(time.Microsecond)
	return fmt.Sprintf("%d.%06d", w.last.Unix(), w.last.Nanosecond()/1000)
}

// member finds a conversation by its ID, or a public channel by its name.
// https://docs.slack.dev/reference/methods/chat.postMessage#channels
func (w *Workspace) member(place string, byName bool) (id, code string) {
	for _, c := range w.channels {
		switch {
		case c.ID != place && (!byName || "#"+c.Name != place && c.Name != place):
		case c.Archived:
			return "", "is_archived"
		case c.Outside:
			return "", "not_in_channel"
		default:
			return c.ID, ""
		}
	}
	for _, u := range w.users {
		if directOf(u.ID) == place {
			return place, ""
		}
	}
	return "", "channel_not_found"
}

// directOf is the conversation of direct messages of a user and the app.
func directOf(user string) string { return "D" + user[1:] }

func (w *Workspace) allowed(conversation string) bool {
	if w.config.Posts == 0 {
		return true
	}
	const burst = 10
	l := w.limits[conversation]
	if l == nil {
		l = rate.NewLimiter(w.config.Posts, burst)
		w.limits[conversation] = l
	}
	return l.AllowN(w.config.Now(), 1)
}
