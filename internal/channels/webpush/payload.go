package webpush

import (
	"encoding/json"
	"net/url"
	"strings"

	"countersign/internal/channels/wording"
	"countersign/internal/notice"
)

// Bounds of the text, in characters. With its padding a push has 4096 bytes.
const (
	maxTitle = 100
	maxBody  = 200
)

// Shown is what the service worker shows; static/sw.js reads it.
type Shown struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	// Tag is the same for all states of a message: a later one replaces it.
	Tag string `json:"tag"`
	// Path is that of the page that a click opens, on the desk's own origin.
	Path string `json:"path"`
	// Silent is set where nothing new asks for anything: the notification is replaced without a sound.
	Silent bool  `json:"silent,omitempty"`
	At     int64 `json:"at"` // when it was drawn, in milliseconds
}

// payload is a message as the browser gets it.
func payload(m *notice.Message) []byte {
	s := Shown{
		Title: wording.Cut(wording.Gist(m), maxTitle), Body: wording.Cut(body(m), maxBody),
		Tag: digest(m.ID, 24), Path: path(m), At: m.At.UnixMilli(),
		Silent: m.Quiet && m.Kind != notice.Test,
	}
	text, _ := json.Marshal(s) // strings, a number and a bool
	return text
}

// body says where it is and how far it came. People who signed are named once it is over. The title
// and the fields of a single callback are there only if its queue lets them onto lock screens.
func body(m *notice.Message) string {
	switch len(m.Items) {
	case 0:
		if m.Kind == notice.NotYours {
			return "There is nothing to do."
		}
		return "Pushes reach this browser."
	case 1:
		i := m.Items[0]
		text := listed(i) + "Queue " + wording.Line(i.Queue)
		if over := wording.Over(i, m); over != "" {
			return text + ". " + over
		}
		return text + ", " + wording.Count(i)
	}
	var queues []string
	seen := map[string]bool{}
	for _, i := range m.Items {
		if !seen[i.Queue] {
			seen[i.Queue] = true
			queues = append(queues, wording.Line(i.Queue))
		}
	}
	if len(queues) == 1 {
		return "Queue " + queues[0]
	}
	return "Queues " + strings.Join(queues, ", ")
}

// listed is what the queue lets onto lock screens, each part with a full stop behind it.
func listed(i notice.Item) (text string) {
	if i.Title != "" {
		text = wording.Cut(wording.Line(i.Title), maxTitle) + ". "
	}
	for _, f := range i.Fields {
		text += wording.Line(f.Label) + ": " + wording.Line(f.Value) + ". "
	}
	return text
}

// path is that of the callback's page, or of the list for several.
func path(m *notice.Message) string {
	if len(m.Items) == 1 {
		if at, err := url.Parse(m.Items[0].URL); err == nil && strings.HasPrefix(at.Path, "/") {
			return at.Path
		}
	}
	return "/"
}
