// Package messages shows what a desk told people and programs: the demo's chat workspace, its
// workflow of Teams, browsers that take pushes and its receiver of events, on one address of loopback,
// with a page of them all.
package messages

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	_ "embed" // page
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/internal/standin/mailbox"
	"countersign/internal/standin/push"
	"countersign/internal/standin/receiver"
	"countersign/internal/standin/slack"
	"countersign/internal/standin/teams"
)

// Messages are the stand-ins of one demo.
type Messages struct {
	Slack  *slack.Workspace
	Teams  *teams.Workflow
	Events *receiver.Receiver
	Mails  *mailbox.Mailbox
	Pushes *push.Service

	sender   string // public half of the desk's key for pushes
	secrets  Secrets
	mux      *http.ServeMux
	mu       sync.Mutex
	browsers []browser
}

// browser is a browser of somebody.
type browser struct {
	owner string
	*push.Browser
}

// Secrets are those of the desk with the stand-ins. They are new in each run.
type Secrets struct {
	SlackToken string
	TeamsPath  string // of the workflow's address, with what is secret in it
	Events     string // "whsec_…"
	PushKey    string // private VAPID key
}

// Paths of the stand-ins.
const (
	SlackPath  = "/slack/api/"
	EventsPath = "/events"
)

// MailsPath is where the page of the mailbox is.
const MailsPath = "/mails/"

// New makes the stand-ins of a workspace with these channels and members, of the mail server of a
// domain, and of a push service. They are reached at an origin, such as http://127.0.0.1:8081.
func New(origin string, channels []slack.Channel, users []slack.User, domain string, now func() time.Time) (*Messages, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	signature := rand.Text()
	m := &Messages{secrets: Secrets{
		SlackToken: "xoxb-" + rand.Text(), TeamsPath: "/teams/workflow?sig=" + signature, Events: "whsec_" + base64.StdEncoding.EncodeToString(key),
	}}
	m.Slack = slack.New(slack.Config{
		Name: "Harborline", Token: m.secrets.SlackToken, Channels: channels, Users: users, Now: now, Posts: 1,
		Scopes: []string{"chat:write", "im:write", "channels:read", "channels:history", "im:history", "users:read.email"},
	})
	m.Teams = teams.New(signature, now)
	m.Pushes = push.New(origin, now)
	m.Mails = mailbox.New(domain, now)
	vapid, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	m.secrets.PushKey = base64.RawURLEncoding.EncodeToString(vapid.Bytes())
	m.sender = base64.RawURLEncoding.EncodeToString(vapid.PublicKey().Bytes())
	if m.Events, err = receiver.New(m.secrets.Events, now); err != nil {
		return nil, err
	}
	m.mux = http.NewServeMux()
	m.mux.Handle("POST "+SlackPath, m.Slack)
	m.mux.Handle("POST /teams/workflow", m.Teams)
	m.mux.Handle("POST "+EventsPath, m.Events)
	m.mux.Handle("POST "+push.Path, m.Pushes)
	m.mux.Handle("GET "+MailsPath, http.StripPrefix(strings.TrimSuffix(MailsPath, "/"), m.Mails))
	m.mux.HandleFunc("GET /{$}", m.page)
	return m, nil
}

// Secrets returns the secrets that the desk needs.
func (m *Messages) Secrets() Secrets { return m.secrets }

// Browser makes a browser of somebody that takes pushes. The desk has to be told of it.
func (m *Messages) Browser(owner string) (*push.Browser, error) {
	b, err := m.Pushes.Subscribe(m.sender)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.browsers = append(m.browsers, browser{owner, b})
	return b, nil
}

// ServeHTTP implements [http.Handler].
func (m *Messages) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.mux.ServeHTTP(w, r) }

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// conversation is a channel or the direct messages of a person, the latest message first.
type conversation struct {
	Name     string
	Messages []message
}

// message is a message with the lines of its thread.
type message struct {
	slack.Message

	Thread []slack.Message
}

// event is an event as the page shows it.
type event struct {
	receiver.Event

	JSON string
}

// screen is what a browser shows, the latest notification first.
type screen struct {
	Owner  string
	Pushes []pushed
}

// pushed is a notification. A later one of the same tag has replaced it if Replaced is set.
type pushed struct {
	Title, Body      string
	Silent, Replaced bool
	At               time.Time
}

// screens are those of all browsers that got anything.
func (m *Messages) screens() (all []screen) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range m.browsers {
		s := screen{Owner: b.owner}
		for _, n := range slices.Backward(m.Pushes.Shown(b.Browser)) {
			one := pushed{Replaced: n.Replaced, At: n.At}
			var shown struct {
				Title, Body string
				Silent      bool
			}
			if json.Unmarshal(n.Text, &shown) == nil { // as static/sw.js reads it
				one.Title, one.Body, one.Silent = shown.Title, shown.Body, shown.Silent
			}
			s.Pushes = append(s.Pushes, one)
		}
		if len(s.Pushes) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// page shows everything. It changes nothing.
func (m *Messages) page(w http.ResponseWriter, _ *http.Request) {
	posts, events := m.Teams.Posts(), m.Events.Events()
	slices.Reverse(posts)
	slices.Reverse(events)
	var shown []event
	for _, e := range events {
		var pretty bytes.Buffer
		_ = json.Indent(&pretty, e.Body, "", "  ") // the receiver takes JSON only
		shown = append(shown, event{e, pretty.String()})
	}
	var b bytes.Buffer
	if err := page.Execute(&b, map[string]any{"Slack": m.conversations(), "Screens": m.screens(), "Teams": posts, "Events": shown, "Mails": m.Mails.Mails()}); err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	_, _ = w.Write(b.Bytes())
}

func (m *Messages) conversations() (all []conversation) {
	at, threads := map[string]int{}, map[string][]slack.Message{}
	messages := m.Slack.Messages()
	for _, one := range messages {
		if one.Thread != "" {
			threads[one.Thread] = append(threads[one.Thread], one)
		}
	}
	for _, one := range slices.Backward(messages) {
		if one.Thread != "" {
			continue
		}
		i, known := at[one.Conversation]
		if !known {
			i = len(all)
			at[one.Conversation] = i
			all = append(all, conversation{Name: m.Slack.NameOf(one.Conversation)})
		}
		all[i].Messages = append(all[i].Messages, message{one, threads[one.TS]})
	}
	return all
}
