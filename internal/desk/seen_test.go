package desk_test

import (
	"errors"
	"strings"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
)

// another makes an announcement one of another callback.
func another(a *announcement.Announcement) { a.CallbackID = string(callbackstest.NewCallbackID()) }

// seenBy is a service with keys of its own on a desk's store.
func seenBy(d *testDesk, keys ...string) *desk.Service {
	var all [][]byte
	for _, key := range keys {
		all = append(all, []byte(key))
	}
	return desk.NewService(desk.ServiceConfig{
		Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations, Now: d.Clock.Now, SeenKeys: desk.NewSeenKeys(all),
	})
}

// TestSeen_Keyed: what a page carries is no hash that a reader could compute, and says nothing of
// whether two requests, or two outcomes, send the same.
func TestSeen_Keyed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	said := map[string]string{}
	one, other := d.Announce(another), d.Announce(another)
	for name, service := range map[string]*desk.Service{"one key": seenBy(d, "first"), "another key": seenBy(d, "second"), "no key": seenBy(d)} {
		for _, id := range []callbacks.ID{one.ID, other.ID} {
			shown, err := service.Preview(d.Ctx, desktest.Mara, id, callbacks.Choice{Outcome: "approve"})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(shown.Seen, shown.Completion.SHA256()) || said[shown.Seen] != "" {
				t.Errorf("%s: the name is %s, as with %s", name, shown.Seen, said[shown.Seen])
			}
			said[shown.Seen] = name
		}
	}
	keys := desk.NewSeenKeys([][]byte{[]byte("first")})
	if keys.Name(&one, "approve", "a") == keys.Name(&one, "pay", "a") {
		t.Error("two outcomes have one name")
	}
}

// TestSeen_Replaced: replicas with one key take each other's presses; while a key is replaced, open
// pages stay good; without it they are shown again, and nothing is recorded.
func TestSeen_Replaced(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, tt := range map[string]struct {
		by   *desk.Service
		want error
	}{
		"Replica":  {seenBy(d, "old"), nil},
		"Replaced": {seenBy(d, "new", "old"), nil},
		"Gone":     {seenBy(d, "new"), callbacks.ErrStale},
	} {
		c := d.Announce(another)
		choice := callbacks.Choice{Outcome: "approve", Sends: true}
		shown, err := seenBy(d, "old").Preview(d.Ctx, desktest.Mara, c.ID, choice)
		if err != nil {
			t.Fatal(err)
		}
		choice.PreparedAt = shown.PreparedAt
		if _, err := tt.by.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if _, err := tt.by.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen); tt.want == nil && !errors.Is(err, desk.ErrSignedAlready) {
			t.Errorf("%s, pressed twice: %v", name, err)
		}
		if decided := d.Get(c.ID).Decision != nil; decided != (tt.want == nil) {
			t.Errorf("%s: decided is %t", name, decided)
		}
	}
}

// TestSeen_Corrected: a page from before a correction of where the request comes from signs nothing.
func TestSeen_Corrected(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*callbacks.Sighting){
		"Execution": func(s *callbacks.Sighting) { s.ExecutionARN += "x" },
		"Function":  func(s *callbacks.Sighting) { s.Function = "refund" },
		"Name":      func(s *callbacks.Sighting) { s.Name = "another" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(nil)
			choice := callbacks.Choice{Outcome: "approve", Sends: true}
			seen, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, choice)
			callbackstest.Must(t, err)
			storetest.Correct(t, d.Store, c.ID, change)
			choice.PreparedAt = seen.PreparedAt
			if _, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, seen.Seen); !errors.Is(err, callbacks.ErrStale) {
				t.Errorf("got %v, want ErrStale", err)
			}
			after, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, choice)
			if callbackstest.Must(t, err); after.Revision() == seen.Revision() {
				t.Error("the revision is the same")
			}
			d.WantState(c.ID, callbacks.Pending)
			choice.PreparedAt = after.PreparedAt
			_, err = d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, after.Seen)
			callbackstest.Must(t, err)
		})
	}
}
