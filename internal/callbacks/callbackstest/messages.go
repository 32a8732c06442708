package callbackstest

import (
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func testMessages(t *testing.T, open func(*testing.T) callbacks.Store) {
	cases(t, open, map[string]func(*testing.T, callbacks.Store){
		"RepeatGetsTheFirstAnswer": messageRepeated,
		"BelongToTheirSource":      messagesOfSources,
		"WithoutIDAreNotKnown":     messagesWithoutID,
		"SameMessageAtOnce":        messagesAtOnce,
		"AreForgotten":             messagesForgotten,
	})
}

func messageRepeated(t *testing.T, s callbacks.Store) {
	m := callbacks.Message{Source: "shop", ID: "m1", At: T0}
	first := receive(t, s, m, NewCallback())
	again := receive(t, s, m, NewCallback(Title("what a repeat says is not read")))
	if !again.Created || !again.Repeated {
		t.Errorf("receipt says created %t, repeated %t; want both", again.Created, again.Repeated)
	}
	same(t, "first and repeated answer", again.Callback, first.Callback)

	known := callbacks.Message{Source: "shop", ID: "m2", At: T0}
	receive(t, s, known, first.Callback)
	if r := receive(t, s, known, first.Callback); r.Created || !r.Repeated {
		t.Errorf("receipt says created %t, repeated %t; the first time said not created", r.Created, r.Repeated)
	}
	if entries := audit(t, s, callbacks.AuditQuery{}); len(entries) != 1 {
		t.Errorf("audit holds %d entries, want that of the first message only", len(entries))
	}
}

func messagesOfSources(t *testing.T, s callbacks.Store) {
	receive(t, s, callbacks.Message{Source: "shop", ID: "m1", At: T0}, NewCallback())
	if r := receive(t, s, callbacks.Message{Source: "bank", ID: "m1", At: T0}, NewCallback()); !r.Created || r.Repeated {
		t.Errorf("receipt says created %t, repeated %t; another source's ID is another message", r.Created, r.Repeated)
	}
}

func messagesWithoutID(t *testing.T, s callbacks.Store) {
	for range 2 {
		if r := receive(t, s, callbacks.Message{Source: "shop", At: T0}, NewCallback()); !r.Created || r.Repeated {
			t.Errorf("receipt says created %t, repeated %t; want a first time", r.Created, r.Repeated)
		}
	}
}

func messagesAtOnce(t *testing.T, s callbacks.Store) {
	var mu sync.Mutex
	fresh := 0
	seen := map[callbacks.ID]bool{}
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			c := NewCallback() // a sender's retry may make a new token: the message ID decides
			r, err := s.Receive(t.Context(), callbacks.Message{Source: "shop", ID: "m1", At: T0}, c, callbacks.Content{}, "f", Entry(c, callbacks.ActionReceived, T0))
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

func messagesForgotten(t *testing.T, s callbacks.Store) {
	old := []callbacks.Message{{Source: "shop", ID: "m1", At: T0}, {Source: "shop", ID: "m2", At: T0.Add(time.Second)}}
	young := callbacks.Message{Source: "shop", ID: "m3", At: T0.Add(time.Minute)}
	for _, m := range append(old, young) {
		receive(t, s, m, NewCallback())
	}
	if err := s.ForgetMessages(t.Context(), young.At, 1); err != nil {
		t.Fatal(err)
	}
	if r := receive(t, s, old[1], NewCallback()); !r.Repeated {
		t.Error("more than the limit was forgotten, or not the oldest first")
	}
	if err := s.ForgetMessages(t.Context(), young.At, 10); err != nil {
		t.Fatal(err)
	}
	for _, m := range old {
		if r := receive(t, s, m, NewCallback()); r.Repeated {
			t.Errorf("message %s is still known", m.ID)
		}
	}
	if r := receive(t, s, young, NewCallback()); !r.Repeated {
		t.Error("a message that is not old enough was forgotten")
	}
}
