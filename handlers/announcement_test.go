package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
)

// A shownField is a field of an announcement as a sender writes it, and what the review page makes
// of it.
type shownField struct {
	sent  any
	shows string
}

// shownFields are the fields by their JSON names. The subject of who asks is on no page, but takes
// the decision from the person who has it.
func shownFields(now time.Time) map[string]shownField {
	execution := "arn:aws:lambda:eu-central-1:123456789012:function:port:14/durable-execution/dues/4f1c"
	return map[string]shownField{
		"callbackId":              {"Q09VTlRFUlNJR04vKz0=", "Q09VTlRFUlNJR04vKz0="},
		"title":                   {"Pay the harbour dues", "Pay the harbour dues"},
		"description":             {"Dues of *October*.", "Dues of October."},
		"requester":               {"Mona Berg <mona@example.com>", "Mona Berg asks"},
		"requesterId":             {ines, "you made this request"},
		"payload":                 {map[string]any{"berth": "K-17", "iban": "DE98"}, "K-17"},
		"function":                {"port-billing", "Functionport-billing"},
		"executionArn":            {execution, execution},
		"name":                    {"treasurer-approval", "Callbacktreasurer-approval"},
		"startedAt":               {now.Add(-90 * time.Second), "Callback started08:58:30"},
		"timeoutSeconds":          {5400, "Timeout 1 h 30 m"},
		"heartbeatTimeoutSeconds": {240, "heartbeat 4 min"},
		"executionDeadline":       {now.Add(47 * time.Minute), "Limit of the whole execution 09:47:00"},
		"queue":                   {"finance", "Queue finance"},
		"links":                   {[]any{map[string]any{"title": "Tariff", "url": "https://port.example/"}}, "Tariff"},
		"tags":                    {[]any{"maritime"}, "maritime"},
		"outcomes": {[]any{map[string]any{
			"name": "pay", "label": "Pay in full", "kind": "success", "stance": "for", "payload": true,
		}}, "Pay in full"},
		"masked":    {[]any{"/iban"}, "••••••"},
		"group":     {"dues of October", "Groupdues of October"},
		"keepAlive": {"queued", "The first heartbeat is on its way."},
	}
}

// TestAnnouncement_EveryField: what a sender says of a callback stands on its page, whether it was
// known before from its history or not.
func TestAnnouncement_EveryField(t *testing.T) {
	t.Parallel()
	for name, found := range map[string]bool{"Announced": false, "FoundBefore": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			fields, message := shownFields(s.clock.Now()), map[string]any{}
			for name, f := range fields {
				message[name] = f.sent
			}
			if found {
				s.findInHistory(fields)
			}
			a := s.visitor().announce("m1", message)
			address, err := url.Parse(a.header.Get("Location"))
			if a.status != http.StatusCreated || err != nil {
				t.Fatalf("%d %s (%v)", a.status, a.body, err)
			}
			text := s.as(rita).get(address.Path).text(t) + s.as(ines).get(address.Path).text(t)
			for field := range reflect.TypeFor[announcement.Announcement]().Fields() {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if name == "forms" { // they are sent with their outcomes
					continue
				}
				if f, ok := fields[name]; !ok || !strings.Contains(text, f.shows) {
					t.Errorf("%s: the page does not show %q", name, f.shows)
				}
			}
		})
	}
}

// findInHistory records the callback as its history alone tells of it.
func (s *site) findInHistory(fields map[string]shownField) {
	s.t.Helper()
	said := announcement.Announcement{
		CallbackID: fields["callbackId"].sent.(string), ExecutionARN: fields["executionArn"].sent.(string),
		Function: fields["function"].sent.(string), Name: fields["name"].sent.(string),
		StartedAt: fields["startedAt"].sent.(time.Time), Timeout: 5400 * time.Second, HeartbeatTimeout: 240 * time.Second,
		ExecutionDeadline: fields["executionDeadline"].sent.(time.Time), Payload: json.RawMessage(`"input"`),
	}
	c, content, err := said.Callback(callbacks.SourceDiscovery, nil, queues, s.clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	entry := c.Discovered(callbacks.System("discovery"))
	if _, err := s.store.Receive(s.t.Context(), callbacks.Message{}, c, content, callbacks.Unannounced, callbacks.Queues{}.Bind, entry); err != nil {
		s.t.Fatal(err)
	}
}
