package discovery_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/discovery"
)

// orders are templates for the executions of these tests, whose input is {"order":7}.
var orders = []announcement.Template{
	{Callback: "si*", Title: "Order {{input/order}}", Payload: json.RawMessage(`{"no":"{{input/order}}"}`), Queue: "legal"},
	{Title: "Any other"},
}

func (s *search) templates(watch discovery.Watch, list ...announcement.Template) {
	s.settings.Templates = append(s.settings.Templates, discovery.Templates{Watch: watch, List: list})
	s.discovery = discovery.NewWorker(s.settings)
}

// TestTemplates: the first whose name fits makes the request, and an announcement replaces it.
func TestTemplates(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	s.templates(s.settings.Watches[0], orders...)
	register(s, "expenses", sign)
	_, token := s.start("expenses")
	s.scan()
	got := s.only(callbacks.Pending)
	if got.Title != "Order 7" || got.Queue != "legal" || got.Source != callbacks.SourceDiscovery {
		t.Errorf("got %+v", got)
	}
	if content := s.content(got.ID); string(content.Payload) != `{"no":7}` || content.Template == nil || len(content.Template.LeftOut) > 0 {
		t.Errorf("got %+v", content)
	}
	s.announce(token, nil)
	got = s.only(callbacks.Pending)
	if content := s.content(got.ID); got.Title != "Expense report" || got.Queue != "finance" || content.Template == nil || string(content.Payload) != `{"no":7}` {
		t.Errorf("announced: %+v with %+v", got, content)
	}
}

// TestTemplates_OfEveryFunction: they are for functions without a line of their own.
func TestTemplates_OfEveryFunction(t *testing.T) {
	t.Parallel()
	every := discovery.Watch{Function: discovery.EveryFunction, Region: region, Queue: "finance"}
	for name, tt := range map[string]struct {
		watches []discovery.Watch
		title   string
	}{
		"Unnamed": {[]discovery.Watch{every}, "Order 7"},
		"Named":   {[]discovery.Watch{every, {Function: "expenses", Region: region, Queue: "finance"}}, "expenses: sign"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSearch(t, 1000, tt.watches...)
			s.templates(every, orders...)
			register(s, "expenses", sign)
			s.start("expenses")
			s.scan()
			s.again()
			if got := s.only(callbacks.Pending); got.Title != tt.title {
				t.Errorf("titled %q, want %q", got.Title, tt.title)
			}
		})
	}
}

// TestTemplates_InputUnread: without the input, the callback is recorded as one without a template, and
// says which template it would have had.
func TestTemplates_InputUnread(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	s.templates(s.settings.Watches[0], orders...)
	register(s, "expenses", sign)
	s.start("expenses")
	s.front.answerWith(refusing("input", http.StatusForbidden, "AccessDeniedException"))
	s.scan()
	got := s.only(callbacks.Pending)
	content := s.content(got.ID)
	if got.Title != "expenses: sign" || got.Queue != "finance" || !content.InputUnread {
		t.Errorf("got %+v with %+v", got, content)
	}
	want := "The execution's input is not shown: it could not be read, or it is not JSON. So countersign.yaml could not make the request of it: its template for `si*` was not used."
	if content.Description != want {
		t.Errorf("the page says %q", content.Description)
	}
}

// TestTemplates_Forms: a form starts from what the input says, and from nothing where that does not
// fit it.
func TestTemplates_Forms(t *testing.T) {
	t.Parallel()
	for maximum, want := range map[string]struct {
		value string
		left  int
	}{"7": {`{"no":7}`, 0}, "6": {"", 1}} {
		s := watching(t, "expenses")
		s.templates(s.settings.Watches[0], announcement.Template{
			Outcomes: []callbacks.Outcome{{Name: "order", Label: "Order", Kind: callbacks.Success}},
			Forms: map[string]announcement.Form{"order": {
				Schema: json.RawMessage(`{"properties":{"no":{"maximum":` + maximum + `}}}`),
				Value:  json.RawMessage(`{"no":"{{input/order}}"}`),
			}},
		})
		register(s, "expenses", sign)
		s.start("expenses")
		s.scan()
		got := s.only(callbacks.Pending)
		content := s.content(got.ID)
		if content.Forms["order"].Value != want.value || len(content.Template.LeftOut) != want.left || !got.Outcomes[0].Form {
			t.Errorf("at most %s: got %+v", maximum, content)
		}
	}
}

// TestFound_Encoded: an input that arrives for a function with a decoder is marked, so that masks hold
// without the decoder too; a payload that a template makes is in the clear.
func TestFound_Encoded(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		decodes  bool
		template announcement.Template
		want     bool
	}{
		"Input":    {true, announcement.Template{Title: "Sign"}, true},
		"Made":     {true, announcement.Template{Payload: json.RawMessage(`{"no":"{{input/order}}"}`)}, false},
		"NoFormat": {false, announcement.Template{Title: "Sign"}, false},
	} {
		s := watching(t, "expenses")
		s.settings.Decodes = func(c *callbacks.Callback) bool { return tt.decodes && c.Function == "expenses" }
		s.templates(s.settings.Watches[0], tt.template)
		register(s, "expenses", sign)
		s.start("expenses")
		s.scan()
		if content := s.content(s.only(callbacks.Pending).ID); content.Encoded != tt.want || len(content.Payload) == 0 {
			t.Errorf("%s: encoded is %t of %s", name, content.Encoded, content.Payload)
		}
	}
}
