package handlers_test

import (
	"strings"
	"testing"
)

// TestEvents: an announcement is an event for who may see it, and for nobody else.
func TestEvents(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	next, closeStream := s.as(otto).stream()
	defer closeStream()
	s.receive(expense()) // in finance, which otto does not see
	visible := expense()
	visible.Queue = "security"
	id := s.receive(visible).ID
	if got, want := next(), `{"callback":"`+string(id)+`"}`; got != want {
		t.Errorf("first event %s, want %s", got, want)
	}
	metrics := s.visitor().get("/metrics").body
	if !strings.Contains(metrics, "countersign_event_streams 1") {
		t.Error("the open stream is not counted")
	}
}

// TestEvents_EndWithTheHub: shutdown does not wait for pages that stay open.
func TestEvents_EndWithTheHub(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	next, closeStream := s.as(rita).stream()
	defer closeStream()
	s.hub.Close()
	if got := next(); got != "" {
		t.Errorf("event %s after the end", got)
	}
}
