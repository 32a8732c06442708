package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

func testMessages(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"RepeatGetsTheFirstAnswer": messageRepeated,
		"ReusedIDIsRefused":        messageReused,
		"ReusedIDsAtOnce":          messagesReusedAtOnce,
		"BelongToTheirSource":      messagesOfSources,
		"WithoutIDAreNotKnown":     messagesWithoutID,
		"SameMessageAtOnce":        messagesAtOnce,
		"AreForgotten":             messagesForgotten,
	})
}

func messageRepeated(t *testing.T, s Store) {
	m := callbacks.Message{Source: "shop", ID: "m1", At: callbackstest.T0}
	first := Receive(t, s, m, callbackstest.NewCallback())
	again := Receive(t, s, m, first.Callback)
	if !again.Created || !again.Repeated {
		t.Errorf("receipt says created %t, repeated %t; want both", again.Created, again.Repeated)
	}
	callbackstest.Same(t, "first and repeated answer", again.Callback, first.Callback)

	known := callbacks.Message{Source: "shop", ID: "m2", At: callbackstest.T0}
	Receive(t, s, known, first.Callback)
	if r := Receive(t, s, known, first.Callback); r.Created || !r.Repeated {
		t.Errorf("receipt says created %t, repeated %t; the first time said not created", r.Created, r.Repeated)
	}
	if entries := Audit(t, s, desk.AuditQuery{}); len(entries) != 1 {
		t.Errorf("audit holds %d entries, want that of the first message only", len(entries))
	}
}

// messageReused: one message ID for two announcements would leave the second callback unrecorded
// without its sender knowing.
func messageReused(t *testing.T, s Store) {
	m := callbacks.Message{Source: "shop", ID: "order-17", At: callbackstest.T0}
	c := callbackstest.NewCallback()
	first := Receive(t, s, m, c)
	other := callbackstest.NewCallback()
	changed := callbackstest.NewCallback(callbackstest.Title("changed"))
	changed.CallbackID = c.CallbackID
	known := Put(t, s, callbackstest.NewCallback()) // announced in another message
	for name, again := range map[string]struct {
		callback    callbacks.Callback
		fingerprint string
	}{
		"AnotherCallback":         {other, fingerprintOf(other)},
		"AnotherWithSameContent":  {other, fingerprintOf(c)},
		"ChangedContent":          {changed, "changed"},
		"AnotherThatIsKnown":      {known, fingerprintOf(known)},
		"AnotherKnownAndTheirsIs": {known, fingerprintOf(c)},
	} {
		entry := callbackstest.Entry(again.callback, callbacks.ActionReceived, callbackstest.T0)
		if _, err := s.Receive(t.Context(), m, again.callback, callbacks.Content{}, again.fingerprint, callbacks.Queues{}.Bind, entry); !errors.Is(err, callbacks.ErrReused) {
			t.Errorf("%s: got %v, want ErrReused", name, err)
		}
	}
	if _, err := s.Get(t.Context(), other.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("get of the refused callback gives %v, want ErrNotFound", err)
	}
	callbackstest.Same(t, "stored and first callback", Get(t, s, c.ID), first.Callback)
	if entries := Audit(t, s, desk.AuditQuery{}); len(entries) != 2 {
		t.Errorf("audit holds %d entries, want one for each that was taken", len(entries))
	}
	if r := Receive(t, s, m, c); !r.Repeated {
		t.Error("the first announcement is not known any more when it comes again")
	}
	m.ID = "order-17-second"
	if r := Receive(t, s, m, other); !r.Created || r.Repeated {
		t.Error("the refused callback is not taken under an ID of its own")
	}
}

// messagesReusedAtOnce: if several announcements come at once under one message ID, one is
// accepted.
func messagesReusedAtOnce(t *testing.T, s Store) {
	var taken, refused atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			c := callbackstest.NewCallback()
			m := callbacks.Message{Source: "shop", ID: "m1", At: callbackstest.T0}
			_, err := s.Receive(t.Context(), m, c, callbacks.Content{}, fingerprintOf(c), callbacks.Queues{}.Bind, callbackstest.Entry(c, callbacks.ActionReceived, callbackstest.T0))
			switch {
			case err == nil:
				taken.Add(1)
			case errors.Is(err, callbacks.ErrReused):
				refused.Add(1)
			default:
				t.Errorf("receive: %v", err)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 || refused.Load() != 19 {
		t.Errorf("%d were taken and %d refused, want 1 and 19", taken.Load(), refused.Load())
	}
	if entries := Audit(t, s, desk.AuditQuery{}); len(entries) != 1 {
		t.Errorf("audit holds %d entries, want 1", len(entries))
	}
}

func messagesOfSources(t *testing.T, s Store) {
	Receive(t, s, callbacks.Message{Source: "shop", ID: "m1", At: callbackstest.T0}, callbackstest.NewCallback())
	if r := Receive(t, s, callbacks.Message{Source: "bank", ID: "m1", At: callbackstest.T0}, callbackstest.NewCallback()); !r.Created || r.Repeated {
		t.Errorf("receipt says created %t, repeated %t; another source's ID is another message", r.Created, r.Repeated)
	}
}

func messagesWithoutID(t *testing.T, s Store) {
	for range 2 {
		if r := Receive(t, s, callbacks.Message{Source: "shop", At: callbackstest.T0}, callbackstest.NewCallback()); !r.Created || r.Repeated {
			t.Errorf("receipt says created %t, repeated %t; want a first time", r.Created, r.Repeated)
		}
	}
}

func messagesAtOnce(t *testing.T, s Store) {
	var mu sync.Mutex
	fresh := 0
	seen := map[callbacks.ID]bool{}
	first := callbackstest.NewCallback()
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			c := first
			c.ID = callbacks.NewID() // each arrival gets its own ID
			r, err := s.Receive(t.Context(), callbacks.Message{Source: "shop", ID: "m1", At: callbackstest.T0}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, callbackstest.Entry(c, callbacks.ActionReceived, callbackstest.T0))
			if err != nil {
				t.Errorf("receive: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			seen[r.Callback.ID] = true
			if !r.Repeated {
				fresh++
			}
		})
	}
	all.Wait()
	if len(seen) != 1 || fresh != 1 {
		t.Errorf("one message made %d callbacks and was new %d times, want 1 and 1", len(seen), fresh)
	}
}

func messagesForgotten(t *testing.T, s Store) {
	of := map[string]callbacks.Callback{"m1": callbackstest.NewCallback(), "m2": callbackstest.NewCallback(), "m3": callbackstest.NewCallback()}
	old := []callbacks.Message{{Source: "shop", ID: "m1", At: callbackstest.T0}, {Source: "shop", ID: "m2", At: callbackstest.T0.Add(time.Second)}}
	young := callbacks.Message{Source: "shop", ID: "m3", At: callbackstest.T0.Add(time.Minute)}
	for _, m := range append(old, young) {
		Receive(t, s, m, of[m.ID])
	}
	if err := s.ForgetMessages(t.Context(), young.At, 1); err != nil {
		t.Fatal(err)
	}
	if r := Receive(t, s, old[1], of["m2"]); !r.Repeated {
		t.Error("more than the limit was forgotten, or not the oldest first")
	}
	if err := s.ForgetMessages(t.Context(), young.At, 10); err != nil {
		t.Fatal(err)
	}
	for _, m := range old {
		if r := Receive(t, s, m, callbackstest.NewCallback()); r.Repeated {
			t.Errorf("message %s is still known", m.ID)
		}
	}
	if r := Receive(t, s, young, of["m3"]); !r.Repeated {
		t.Error("a message that is not old enough was forgotten")
	}
}
