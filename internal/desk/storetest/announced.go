package storetest

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

func testAnnounced(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"CompletesWhatWasFound":  announcedAfterFound,
		"FindingChangesNothing":  foundAfterAnnounced,
		"DecidedKeepsItsOffer":   announcedAfterDecided,
		"FoundAreListedBySource": foundBySource,
	})
}

// find records a callback as discovery does: nobody announced it.
func find(t testing.TB, s Store, c callbacks.Callback, content callbacks.Content) callbacks.Acknowledgment {
	t.Helper()
	c.Source = callbacks.SourceDiscovery
	r, err := s.Receive(t.Context(), callbacks.Message{}, c, content, callbacks.Unannounced, callbacks.Queues{}.Bind, callbackstest.Entry(c, callbacks.ActionFound, c.ReceivedAt))
	callbackstest.Must(t, err)
	return r
}

func announcedAfterFound(t *testing.T, s Store) {
	found := callbackstest.NewCallback(callbackstest.Title("orders: approve-order"), callbackstest.Heartbeats(time.Minute, time.Time{}))
	find(t, s, found, callbacks.Content{Payload: []byte(`{"input":1}`), Masked: []string{"/input"}})
	said := callbackstest.NewCallback(callbackstest.Title("Sign the zebra contract"), callbackstest.Queue("finance"), callbackstest.Heartbeats(time.Hour, time.Time{}), callbackstest.Timeout(time.Second))
	said.CallbackID, said.KeepAlive = found.CallbackID, callbacks.KeepAliveQueued
	said.Outcomes = callbacks.DefaultOutcomes(callbacks.Success)
	message := callbacks.Message{Source: "shop", ID: "m1", At: callbackstest.T0}
	saying := callbacks.Content{Description: "# Zebra", Tags: []string{"quagga"}, Masked: []string{"/card"}}
	at := callbackstest.T0.Add(time.Minute)
	r, err := s.Receive(t.Context(), message, said, saying, "f", callbacks.Queues{}.Bind, callbackstest.Entry(said, callbacks.ActionReceived, at))
	callbackstest.Must(t, err)
	if !r.Created || r.Repeated || r.Left != found.Queue {
		t.Errorf("receipt says created %t, repeated %t, left %q; want the first announcement, which moves it", r.Created, r.Repeated, r.Left)
	}
	want := found
	want.Title, want.Queue, want.Source, want.KeepAlive, want.Outcomes = said.Title, said.Queue, said.Source, said.KeepAlive, said.Outcomes
	want.NextHeartbeatAt, want.Revision = at, 1
	want.MissedHeartbeats.Since = at // Lambda has yet to accept the first heartbeat
	callbackstest.Same(t, "receipt", r.Callback, want)
	callbackstest.Same(t, "stored callback", Get(t, s, found.ID), want)
	content, err := s.Content(t.Context(), found.ID)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "content", content, callbacks.Content{Description: "# Zebra", Payload: []byte(`{"input":1}`), Tags: []string{"quagga"}, Masked: []string{"/card", "/input"}})
	callbackstest.Same(t, "actions", AuditOf(t, s, found.ID), []callbacks.Action{callbacks.ActionReceived, callbacks.ActionFound})
	for search, hits := range map[string]int{"zebra": 1, "quagga": 1, "approve": 1, "12,400": 0} {
		n, err := s.Count(t.Context(), desk.Query{Filter: desk.Filter{Scope: desk.ScopeAll, Search: search}, AllQueues: true, Now: callbackstest.T0}, 9)
		if err != nil || n != hits {
			t.Errorf("%q finds %d, %v; want %d", search, n, err, hits)
		}
	}
	r, err = s.Receive(t.Context(), message, said, saying, "f", callbacks.Queues{}.Bind, callbackstest.Entry(said, callbacks.ActionReceived, at))
	if err != nil || !r.Repeated || !r.Created {
		t.Errorf("the message again gives %+v and %v, want its first answer", r, err)
	}
	if _, err := s.Receive(t.Context(), callbacks.Message{}, said, saying, "g", callbacks.Queues{}.Bind, callbacks.AuditEntry{}); !errors.Is(err, callbacks.ErrDifferent) {
		t.Errorf("another announcement gives %v, want ErrDifferent", err)
	}
}

func foundAfterAnnounced(t *testing.T, s Store) {
	want := Put(t, s, callbackstest.NewCallback())
	found := callbackstest.NewCallback(callbackstest.Title("orders: approve-order"))
	found.CallbackID = want.CallbackID
	for range 2 {
		r := find(t, s, found, callbacks.Content{})
		if r.Created {
			t.Error("receipt says created")
		}
		callbackstest.Same(t, "receipt", r.Callback, want)
	}
	callbackstest.Same(t, "stored callback", Get(t, s, want.ID), want)
}

func announcedAfterDecided(t *testing.T, s Store) {
	found := callbackstest.NewCallback(callbackstest.Title("orders: approve-order"))
	found = find(t, s, found, callbacks.Content{Payload: []byte(`{"input":1}`)}).Callback
	want := Decide(t, s, found.ID, callbackstest.T0)
	said := callbackstest.NewCallback(callbackstest.Title("Sign the zebra contract"), callbackstest.Queue("finance"))
	said.CallbackID, said.Outcomes = found.CallbackID, callbacks.DefaultOutcomes(callbacks.Success)
	r := Receive(t, s, callbacks.Message{}, said)
	want.Revision++
	if !r.Created || r.Left != "" {
		t.Errorf("receipt says created %t, left %q; want the first announcement, which moves nothing", r.Created, r.Left)
	}
	callbackstest.Same(t, "receipt", r.Callback, want)
	callbackstest.Same(t, "stored callback", Get(t, s, found.ID), want)
	content, err := s.Content(t.Context(), found.ID)
	callbackstest.Must(t, err)
	callbackstest.Same(t, "content", content, callbacks.Content{Payload: []byte(`{"input":1}`)})
	if r := Receive(t, s, callbacks.Message{}, said); r.Created {
		t.Error("the same announcement again counts as created")
	}
}

func foundBySource(t *testing.T, s Store) {
	Put(t, s, callbackstest.NewCallback())
	found := find(t, s, callbackstest.NewCallback(), callbacks.Content{}).Callback
	for source, want := range map[string]int{"": 2, callbacks.SourceDiscovery: 1, callbacks.SourceAnnounced: 1, "shop": 1, "nobody": 0} {
		page, err := s.List(t.Context(), desk.Query{
			Filter: desk.Filter{Scope: desk.ScopeAll, Source: source, Limit: 10}, AllQueues: true, Now: callbackstest.T0,
		})
		if err != nil || len(page.Rows) != want {
			t.Errorf("source %q lists %d, %v; want %d", source, len(page.Rows), err, want)
		}
		if source == callbacks.SourceDiscovery {
			callbackstest.Same(t, "row", page.Rows[0].Callback, found)
		}
	}
}
