// Package teams is a workflow of Microsoft Teams that posts a card when a request comes, for the
// demo and for tests. It refuses what Teams refuses; each refusal names the page that has it. Posts
// are in memory only.
package teams

import (
	"crypto/subtle"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// maxMessage is the size of a message in bytes.
	// https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams
	maxMessage = 28 << 10
	// maxPosts is how many posts are kept.
	maxPosts = 200
)

// Post is a card as readers see it.
type Post struct {
	At    time.Time
	Lines []string
	// Links are the addresses of the card's actions, by their titles.
	Links map[string]string
	Body  json.RawMessage
}

// Workflow is a workflow that posts what it gets.
type Workflow struct {
	signature string
	now       func() time.Time

	mu    sync.Mutex
	off   bool
	gone  bool
	posts []Post
}

// New makes a workflow. signature is the part of its address that is secret, the parameter "sig".
func New(signature string, now func() time.Time) *Workflow {
	return &Workflow{signature: signature, now: now}
}

// SwitchOff switches the workflow off, as its owner can.
func (w *Workflow) SwitchOff() { w.set(func() { w.off = true }) }

// Delete deletes the workflow.
func (w *Workflow) Delete() { w.set(func() { w.gone = true }) }

func (w *Workflow) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

// Posts returns the posts, the oldest first.
func (w *Workflow) Posts() []Post {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.posts)
}

// ServeHTTP implements [http.Handler].
func (w *Workflow) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxMessage))
	// https://learn.microsoft.com/en-us/azure/logic-apps/logic-apps-securing-a-logic-app: the
	// address holds a shared access signature.
	switch {
	case w.gone:
		refuse(rw, http.StatusNotFound, "WorkflowNotFound")
	case r.Method != http.MethodPost:
		refuse(rw, http.StatusMethodNotAllowed, "MethodNotAllowed")
	case subtle.ConstantTimeCompare([]byte(r.URL.Query().Get("sig")), []byte(w.signature)) == 0:
		refuse(rw, http.StatusUnauthorized, "AuthorizationFailed")
	case w.off:
		refuse(rw, http.StatusBadRequest, "WorkflowTriggerIsNotEnabled")
	case err != nil:
		refuse(rw, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge")
	default:
		post, ok := read(body)
		if !ok {
			refuse(rw, http.StatusBadRequest, "InvalidRequestContent")
			return
		}
		post.At = w.now()
		w.posts = append(w.posts, post)
		if len(w.posts) > maxPosts {
			w.posts = slices.Delete(w.posts, 0, len(w.posts)-maxPosts)
		}
		rw.WriteHeader(http.StatusAccepted)
	}
}

func refuse(rw http.ResponseWriter, status int, code string) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(map[string]any{"error": map[string]string{"code": code, "message": "The request was refused."}})
}

// element is a part of a card, as far as programs use them for messages.
type element struct {
	Type    string
	Version string
	Text    string
	Title   string
	URL     string
	Body    []element
	Inlines []element
	Actions []element
}

// read reads a message with one card, and refuses what cards for messages may not have.
// https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-reference#adaptive-card
func read(body []byte) (Post, bool) {
	var m struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     element
		}
	}
	p := Post{Body: body, Links: map[string]string{}}
	if json.Unmarshal(body, &m) != nil || m.Type != "message" || len(m.Attachments) != 1 {
		return p, false
	}
	card := m.Attachments[0].Content
	if m.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" || card.Type != "AdaptiveCard" || !slices.Contains([]string{"1.2", "1.3", "1.4", "1.5"}, card.Version) {
		return p, false
	}
	for _, e := range card.Body {
		if e.Type != "RichTextBlock" || len(e.Inlines) == 0 {
			return p, false
		}
		var line strings.Builder
		for _, run := range e.Inlines {
			if run.Type != "TextRun" {
				return p, false
			}
			line.WriteString(run.Text)
		}
		p.Lines = append(p.Lines, line.String())
	}
	for _, a := range card.Actions {
		to, err := url.Parse(a.URL)
		if a.Type != "Action.OpenUrl" || a.Title == "" || err != nil || to.Scheme != "https" && to.Scheme != "http" {
			return p, false
		}
		p.Links[a.Title] = a.URL
	}
	return p, len(card.Body) > 0 && len(card.Actions) <= 6
}
