package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/discovery"
	"countersign/internal/replies"
)

// find records a callback as discovery does.
func (s *site) find(a announcement.Announcement) callbacks.ID {
	s.t.Helper()
	known := s.receive(a)
	found := known
	found.ID, found.CallbackID, found.Source, found.Title = callbacks.NewID(), callbackstest.NewCallbackID(), callbacks.SourceDiscovery, "contract-renewal: sign-off"
	found.Requester = callbacks.Requester{}
	entry := callbacks.AuditEntry{At: s.clock.Now(), Actor: callbacks.System("discovery"), Action: callbacks.ActionFound, Callback: found.ID, Queue: found.Queue}
	if _, err := s.store.Receive(s.t.Context(), callbacks.Message{}, found, callbacks.Content{}, callbacks.Unannounced, callbacks.Queues{}.Bind, entry); err != nil {
		s.t.Fatal(err)
	}
	return found.ID
}

func TestWatches(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := discovery.Watch{Function: "contract-renewal", Region: "eu-central-1", Queue: "finance"}
	now := s.clock.Now()
	if err := s.store.ChangeWatches(t.Context(), watching(w)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.ClaimWatches(t.Context(), w.Lane(), now, callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}, 1); err != nil {
		t.Fatal(err)
	}
	if err := s.store.FinishWatch(t.Context(), "w", discovery.WatchState{Watch: w, ScannedAt: now.Add(-14 * time.Second), Problem: replies.Denied}); err != nil {
		t.Fatal(err)
	}
	a := s.as(audrey).get("/admin/watches")
	for _, part := range []string{"contract-renewal", "scanned 14 s ago", "Access denied.", `aria-current="page"`} {
		if a.status != http.StatusOK || !strings.Contains(a.body, part) {
			t.Errorf("%d: the page lacks %q", a.status, part)
		}
	}
}

// TestWatches_Found: what was found stands in the lists, is marked there, and is decided like any
// other.
func TestWatches_Found(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anybody := expense()
	anybody.Queue = callbacks.DefaultQueue
	id, fourEyes := s.find(anybody), s.find(expense())
	b := s.as(adam)
	if a := b.get("/admin/callbacks?source=discovery&state=pending"); !strings.Contains(a.body, "contract-renewal: sign-off") || strings.Contains(a.body, "EXP-2291") {
		t.Errorf("%d: the list of what nobody announced does not show that alone", a.status)
	}
	if a := b.get("/admin/callbacks?source=expenses"); strings.Contains(a.body, "contract-renewal: sign-off") || !strings.Contains(a.body, "EXP-2291") {
		t.Errorf("%d: the list of a sender does not show its own alone", a.status)
	}
	reviewer := s.as(rita)
	if a := reviewer.get("/"); !strings.Contains(a.body, "Never announced") {
		t.Errorf("%d: the inbox does not mark what nobody announced", a.status)
	}
	if a := reviewer.get("/callbacks/" + string(id)); !strings.Contains(a.body, "Found in the history, never announced") || !strings.Contains(a.body, `value="approve"`) {
		t.Errorf("%d: the page does not say that it was found, or offers no decision", a.status)
	}
	if a := reviewer.get("/callbacks/" + string(fourEyes)); !strings.Contains(a.body, "nobody has announced this callback") || strings.Contains(a.body, `value="approve"`) {
		t.Errorf("%d: the page in a queue with four eyes does not say why there is no decision, or offers one", a.status)
	}
}

// TestWatches_Gone: the page counts what was announced and is gone, and leads to a list of that
// alone.
func TestWatches_Gone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.store.ChangeWatches(t.Context(), watching(discovery.Watch{Function: "expense-approval", Queue: "finance"})); err != nil {
		t.Fatal(err)
	}
	s.find(expense()) // and another that was announced, in the same execution
	waiting := expense()
	waiting.Title, waiting.ExecutionARN = "Expense report EXP-9999", ""
	s.receive(waiting)
	if _, err := s.service.ExecutionEnded(t.Context(), callbacks.System("test"), expense().ExecutionARN, desk.ExecutionTimedOut, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	b := s.as(audrey)
	const list = "/admin/callbacks?ends=gone&function=expense-approval&source=announced"
	if a := b.get("/admin/watches"); !strings.Contains(a.body, `<a href="`+strings.ReplaceAll(list, "&", "&amp;")+`">1</a>`) {
		t.Errorf("%d: the page does not lead to the one that is gone", a.status)
	}
	for _, address := range []string{list, "/admin/callbacks?ends=gone&source=announced"} {
		a := b.get(address)
		if !strings.Contains(a.body, "EXP-2291") || strings.Contains(a.body, "EXP-9999") || strings.Contains(a.body, "contract-renewal: sign-off") {
			t.Errorf("%d: %s does not show that alone", a.status, address)
		}
	}
	if a := b.get("/admin/callbacks?ends=gone&source=discovery"); !strings.Contains(a.body, "contract-renewal: sign-off") || strings.Contains(a.body, "EXP-2291") {
		t.Errorf("%d: what nobody announced is not listed alone", a.status)
	}
}

// watching has the operator name one watch.
func watching(w discovery.Watch) func(discovery.Watchlist) discovery.Watchlist {
	return func(l discovery.Watchlist) discovery.Watchlist { return l.Named([]discovery.Watch{w}) }
}
