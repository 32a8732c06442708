package handlers_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
	"countersign/internal/upkeep"
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
	metrics := s.metrics()
	if !strings.Contains(metrics, "countersign_event_streams 1") {
		t.Error("the open stream is not counted")
	}
}

// TestEvents_Escalated: who sees a request by escalation hears of it from then on.
func TestEvents_Escalated(t *testing.T) {
	t.Parallel()
	store, err := sqlstore.Open(t.Context(), sqlstoretest.NewDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { callbackstest.Must(t, store.Close()) })
	escalating, finance := maps.Clone(queues), queues["finance"]
	finance.Rules = []callbacks.Rule{{Name: "everyday", Terms: callbacks.Terms{
		Signatures: []callbacks.Threshold{{For: 1}}, Escalate: &callbacks.Escalation{After: 0.5, To: []string{"security"}},
	}}}
	escalating["finance"] = finance
	var service *desk.Service
	s := newSite(t, func(c *config) {
		service = desk.NewService(desk.ServiceConfig{
			Store: store, Queues: escalating, Invalidator: c.Hub, ReviewLimits: callbacks.DefaultReviewLimits, Now: c.Now,
		})
		c.Service = service
	})
	s.service = service
	next, closeStream := s.as(otto).stream()
	defer closeStream()
	wantEvent := func(id callbacks.ID) {
		t.Helper()
		if got, want := next(), `{"callback":"`+string(id)+`"}`; got != want {
			t.Errorf("event %s, want %s", got, want)
		}
	}
	hidden, visible := s.receive(expense()).ID, expense()
	visible.Queue = "security"
	wantEvent(s.receive(visible).ID)
	s.clock.Advance(30 * time.Minute)
	worker := upkeep.NewEscalations(upkeep.Config{Store: store, Invalidator: s.hub, Now: s.clock.Now})
	callbackstest.Must(t, worker.RunOnce(t.Context()))
	wantEvent(hidden)
}

// TestEvents_Delegated: a stream ends at once when a delegation to its reader is made or ended, also
// if it never looks by itself. The next one knows it.
func TestEvents_Delegated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.hub.Poll = time.Hour
	delegate := s.as(otto)
	next, closeStream := delegate.stream()
	defer closeStream()
	if a := s.as(rita).post("/settings/delegations", delegating("Otto")); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.text(t))
	}
	for next() != "" { // to look again at everything
	}
	next, closeStream = delegate.stream()
	defer closeStream()
	next() // everything may have changed since the page was read
	want := `{"callback":"` + string(s.receive(expense()).ID) + `"}`
	for got := next(); got != want; got = next() {
		if got == "" {
			t.Fatal("the stream ended, and did not tell of the request")
		}
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

// TestEvents_Bounded: one person's streams take no place from others, and a closed one leaves its
// place.
func TestEvents_Bounded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	var closers []func()
	for range 32 {
		_, closeStream := b.stream()
		closers = append(closers, closeStream)
	}
	if a := b.get("/events"); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("one stream more: %d, want 429", a.status)
	}
	_, other := s.as(rosa).stream()
	other()
	for _, closeStream := range closers {
		closeStream()
	}
}

// TestReviews_Bounded: a person has few reviews of one callback open, and says little at once about
// all of them.
func TestReviews_Bounded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	statuses := map[int]int{}
	for range 100 {
		statuses[b.post("/callbacks/"+string(id)+"/reviews", url.Values{"action": {"open"}}).status]++
	}
	if statuses[http.StatusOK] != 60 || statuses[http.StatusTooManyRequests] != 40 {
		t.Errorf("statuses %v, want 60 opened and 40 refused", statuses)
	}
	open, err := s.store.Reviews(t.Context(), id)
	if err != nil || len(open) != 8 {
		t.Errorf("%d reviews are open, %v; want 8", len(open), err)
	}
	if a := s.as(rosa).post("/callbacks/"+string(id)+"/reviews", url.Values{"action": {"open"}}); a.status != http.StatusOK {
		t.Errorf("somebody else: %d", a.status)
	}
}

// TestComment_HasInk: a comment that nobody can see is none.
func TestComment_HasInk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	for _, comment := range []string{"", " \n", "\u200b\u2060", "\u3164", "\u2800\u2800"} {
		form := b.choose(id, "reject", "Line 7 has no receipt.")
		form.Set("comment", comment)
		if a := b.decide(id, form); a.status == http.StatusSeeOther {
			t.Errorf("%+q: decided without a comment", comment)
		}
	}
	form := b.choose(id, "reject", "\u200b.\u200b")
	if a := b.decide(id, form); a.status != http.StatusSeeOther {
		t.Errorf("a visible comment: %d %s", a.status, a.text(t))
	}
}

// TestEvents_Replaced: once other handlers take the requests, open pages connect again, to them.
func TestEvents_Replaced(t *testing.T) {
	t.Parallel()
	replaced := make(chan struct{})
	s := newSite(t, func(c *config) { c.Replaced = replaced })
	next, closeStream := s.as(rita).stream()
	defer closeStream()
	close(replaced)
	if got := next(); got != "" {
		t.Errorf("event %s after the end", got)
	}
}
