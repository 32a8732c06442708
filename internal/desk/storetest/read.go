package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

func testRead(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"NotFound": readNotFound,
		"Ping":     readPing,
		"Titles":   readTitles,
		"Masked":   readMasked,
	})
}

func readNotFound(t *testing.T, s Store) {
	Put(t, s, callbackstest.NewCallback())
	for _, id := range []callbacks.ID{"", callbacks.NewID(), "' or 1=1 --"} {
		if _, err := s.Get(t.Context(), id); !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("get %q gives %v, want ErrNotFound", id, err)
		}
		if _, err := s.Content(t.Context(), id); !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("content %q gives %v, want ErrNotFound", id, err)
		}
	}
}

func readTitles(t *testing.T, s Store) {
	titled := Put(t, s, callbackstest.NewCallback(callbackstest.Title("Expense report EXP-2291")))
	named := Put(t, s, callbackstest.NewCallback(callbackstest.Title(""), func(c *callbacks.Callback) { c.Name = "sign-off" }))
	Put(t, s, callbackstest.NewCallback(callbackstest.Title("Not asked for")))
	titles, err := s.Titles(t.Context(), []callbacks.ID{titled.ID, named.ID, callbacks.NewID()})
	if err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "titles", titles, map[callbacks.ID]string{titled.ID: "Expense report EXP-2291", named.ID: "sign-off"})
	if none, err := s.Titles(t.Context(), nil); err != nil || len(none) > 0 {
		t.Errorf("titles of none: %v, %v", none, err)
	}
}

func readMasked(t *testing.T, s Store) {
	masking, open := callbackstest.NewCallback(), callbackstest.NewCallback()
	_, err := s.Receive(t.Context(), callbacks.Message{Source: masking.Source, At: masking.ReceivedAt}, masking,
		callbacks.Content{Masked: []string{"/iban"}}, "of the one that masks", callbacks.Queues{}.Bind, callbackstest.Entry(masking, callbacks.ActionReceived, masking.ReceivedAt))
	if err != nil {
		t.Fatal(err)
	}
	Put(t, s, open)
	got, err := s.Masked(t.Context(), []callbacks.ID{masking.ID, open.ID, callbacks.NewID()})
	if err != nil || !slices.Equal(got, []callbacks.ID{masking.ID}) {
		t.Errorf("%q mask values (%v), want %q", got, err, masking.ID)
	}
	if none, err := s.Masked(t.Context(), nil); err != nil || len(none) > 0 {
		t.Errorf("of none: %v, %v", none, err)
	}
}

func readPing(t *testing.T, s Store) {
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
}

func testContexts(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"EndedBefore": contextEnded,
		"EndsInside":  contextEndsInside,
	})
}

// contextEnded: a call with an ended context does nothing and returns an error.
func contextEnded(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancelLate()
	for want, ctx := range map[error]context.Context{context.Canceled: canceled, context.DeadlineExceeded: late} {
		check := func(call string, err error) {
			if !errors.Is(err, callbacks.ErrUnavailable) || !errors.Is(err, want) {
				t.Errorf("%s gives %v, want ErrUnavailable and %v", call, err, want)
			}
		}
		_, err := s.Get(ctx, c.ID)
		check("get", err)
		_, err = s.List(ctx, desk.Query{Filter: desk.Filter{Scope: desk.ScopeAll}, AllQueues: true, Now: callbackstest.T0})
		check("list", err)
		_, err = s.Change(ctx, c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
			c.Heartbeats = 99
			return nil
		})
		check("update", err)
		other := callbackstest.NewCallback()
		_, err = s.Receive(ctx, callbacks.Message{}, other, callbacks.Content{}, "f", callbacks.Queues{}.Bind, callbackstest.Entry(other, callbacks.ActionReceived, callbackstest.T0))
		check("receive", err)
		if _, err := s.Get(t.Context(), other.ID); !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("get of what was not received gives %v, want ErrNotFound", err)
		}
		check("ping", s.Ping(ctx))
	}
	callbackstest.Same(t, "callback before and after", Get(t, s, c.ID), c)
}

// contextEndsInside: if the context ends during the change, the result is either the change or an
// error.
func contextEndsInside(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := s.Change(ctx, c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
		cancel()
		c.Heartbeats = 1
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionHeartbeat, callbackstest.T0), nil)
	})
	want := 1
	if err != nil {
		want = 0
	}
	if got := Get(t, s, c.ID).Heartbeats; got != want {
		t.Errorf("update gave %v and left %d beats, want %d", err, got, want)
	}
	if got := len(AuditOf(t, s, c.ID)) - 1; got != want {
		t.Errorf("update gave %v and wrote %d entries, want %d", err, got, want)
	}
}
