package desk_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/fault"
)

func TestReceive(t *testing.T) {
	t.Parallel()
	t.Run("SameAgain", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		first := d.Announce(nil)
		again, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "", announcement.Announcement{
			CallbackID: "YWJj/+A=", Title: "Expense report EXP-2291", Requester: "Ines Calloway <ines@harborline.example>", Queue: "finance", Timeout: time.Hour, ExecutionARN: first.ExecutionARN,
		})
		if err != nil || again.Created || again.Callback.ID != first.ID {
			t.Errorf("got %+v, %v; want the first one", again, err)
		}
		if d.Invalidations.Count() != 1 {
			t.Errorf("open pages were told %d times, want once", d.Invalidations.Count())
		}
	})
	t.Run("ErrDifferent", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.Announce(nil)
		_, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "", announcement.Announcement{CallbackID: "YWJj/+A=", Title: "Another", Requester: "Ines Calloway <ines@harborline.example>", Queue: "finance"})
		if !errors.Is(err, callbacks.ErrDifferent) || d.Get(c.ID).Title != c.Title {
			t.Errorf("got %v, want ErrDifferent and nothing changed", err)
		}
	})
	t.Run("MessageRepeated", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		a := announcement.Announcement{CallbackID: "YWJj", Requester: "Ines Calloway <ines@harborline.example>", Queue: "finance"}
		first, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "msg_1", a)
		if err != nil {
			t.Fatal(err)
		}
		again, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "msg_1", a)
		if err != nil || !again.Created || !again.Repeated || again.Callback.ID != first.Callback.ID {
			t.Errorf("got %+v, %v; want the first answer again", again, err)
		}
		if d.Invalidations.Count() != 1 {
			t.Errorf("open pages were told %d times, want once", d.Invalidations.Count())
		}
	})
}

// errInvalid stands for any fault.List.
var errInvalid = errors.New("invalid")

func TestDecide(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		who              callbacks.Person
		outcome, comment string
		change           func(*announcement.Announcement)
		want             error // nil for a decision
	}{
		"OK":                   {desktest.Mara, "approve", "", nil, nil},
		"ErrOtherQueue":        {desktest.Teo, "approve", "", nil, callbacks.ErrNotFound},
		"ErrAdminElsewhere":    {desktest.Ops, "approve", "", nil, callbacks.ErrForbidden},
		"ErrOwnRequest":        {desktest.Mara, "approve", "", func(a *announcement.Announcement) { a.Requester = "Mara <mara@harborline.example>" }, callbacks.ErrForbidden},
		"ErrOutcomeNotOffered": {desktest.Mara, "shred", "", nil, errInvalid},
		"ErrCommentMissing":    {desktest.Mara, "reject", "  \r\n ", nil, errInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c := d.Announce(tt.change)
			_, err := d.Decide(tt.who, c.ID, tt.outcome, tt.comment)
			if invalid := (fault.List{}); errors.As(err, &invalid) {
				err = errInvalid
			}
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if want := map[bool]callbacks.State{true: callbacks.Decided, false: callbacks.Pending}[tt.want == nil]; d.Get(c.ID).State != want {
				t.Errorf("state is %s, want %s", d.Get(c.ID).State, want)
			}
		})
	}
}

func TestDecideOnlyWhatWasSeen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	choice := callbacks.Choice{Outcome: "approve", Sends: true}
	seen, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	choice.PreparedAt = seen.PreparedAt
	changed := choice
	changed.Comment = "typed after the preview"
	if _, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, changed, seen.Seen); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("other bytes than those shown: got %v, want ErrStale", err)
	}
	d.Clock.Advance(desk.PreviewAge + time.Second)
	if _, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, seen.Seen); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("an old preview: got %v, want ErrStale", err)
	}
	d.WantState(c.ID, callbacks.Pending)
}

// TestPreviews: an outcome that cannot be sent says so in its place, and the others are there.
func TestPreviews(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		many := json.RawMessage(`"` + strings.Repeat("{{reviewer.name}}", 100) + `"`)
		a.Outcomes = append(callbacks.DefaultOutcomes(callbacks.Failure), callbacks.Outcome{Name: "long", Label: "Long", Kind: callbacks.Success, Payload: many})
	})
	named := desktest.Mara
	named.Name = strings.Repeat("Mara ", 3000)
	sheet, err := d.Service.Sheet(d.Ctx, named, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := d.Service.Previews(d.Ctx, named, &sheet, callbacks.Choice{Comment: "Fine by me."})
	if err != nil || len(shown) != 3 {
		t.Fatalf("%d previews, %v; want 3", len(shown), err)
	}
	for i, name := range []string{"approve", "reject", "long"} {
		single, singleErr := d.Service.Preview(d.Ctx, named, c.ID, callbacks.Choice{Outcome: name, Comment: "Fine by me."})
		got := shown[i]
		if got.Outcome.Name != name || got.Completion.SHA256() != single.Completion.SHA256() || len(got.Faults) == 0 != (singleErr == nil) {
			t.Errorf("%s: got %s with faults %v, by itself it is %v", name, got.Outcome.Name, got.Faults, singleErr)
		}
	}
	if len(shown[2].Faults) == 0 {
		t.Error("what is too long has no fault")
	}
	if _, err := d.Service.Previews(d.Ctx, desktest.Teo, &sheet, callbacks.Choice{}); !errors.Is(err, callbacks.ErrForbidden) {
		t.Errorf("who may not decide gets %v, want ErrForbidden", err)
	}
}

func TestTwoReviewersAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	errs := make([]error, 2)
	var group sync.WaitGroup
	for i, who := range []callbacks.Person{desktest.Mara, desktest.Dana} {
		choice := callbacks.Choice{Outcome: "approve", Sends: true}
		seen, err := d.Service.Preview(d.Ctx, who, c.ID, choice)
		if err != nil {
			t.Fatal(err)
		}
		choice.PreparedAt = seen.PreparedAt
		group.Go(func() { _, errs[i] = d.Service.Sign(d.Ctx, who, c.ID, choice, seen.Seen) })
	}
	group.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("got %v and %v, want one winner", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, callbacks.ErrConflict) {
			t.Errorf("the loser gets %v, want ErrConflict", err)
		}
	}
	d.Deliver()
	if n := len(d.Lambda.Sent()); n != 1 {
		t.Errorf("sent %d times, want once", n)
	}
}

// TestDecideAfterTheDeadline: our clock refuses no decision. What Lambda or its history has ended
// is lost, by their word.
func TestDecideAfterTheDeadline(t *testing.T) {
	t.Parallel()
	t.Run("LambdaWaits", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.Announce(nil)
		d.Clock.Advance(2 * time.Hour)
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		d.Deliver()
		d.WantState(c.ID, callbacks.Completed)
	})
	t.Run("Over", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.Announce(nil)
		d.Clock.Advance(time.Hour)
		d.Lambda.Close(callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, EventID: 4})
		d.Clock.Advance(time.Second)
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		d.Deliver()
		if got := d.WantState(c.ID, callbacks.Lost); got.Ending.Cause != callbacks.CauseTimeout || got.Ending.Event != 4 {
			t.Errorf("ending is %+v", got.Ending)
		}
	})
	t.Run("TimedOut", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		c := d.Announce(func(a *announcement.Announcement) { a.ExecutionARN = "" })
		d.Clock.Advance(time.Hour + 2*time.Second)
		d.Expire()
		if got, err := d.Decide(desktest.Mara, c.ID, "approve", ""); !errors.Is(err, callbacks.ErrConflict) || got.State != callbacks.TimedOut {
			t.Errorf("got %s, %v; want the conflict", got.State, err)
		}
	})
}

func TestInvisibleIsNotFoundEverywhere(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	status, err := d.Service.OpenReview(d.Ctx, desktest.Mara, c.ID, callbacks.SignOfLife{})
	if err != nil {
		t.Fatal(err)
	}
	_, sheetErr := d.Service.Sheet(d.Ctx, desktest.Teo, c.ID)
	_, previewErr := d.Service.Preview(d.Ctx, desktest.Teo, c.ID, callbacks.Choice{Outcome: "approve"})
	_, decideErr := d.Service.Sign(d.Ctx, desktest.Teo, c.ID, callbacks.Choice{Outcome: "approve"}, "")
	_, openErr := d.Service.OpenReview(d.Ctx, desktest.Teo, c.ID, callbacks.SignOfLife{})
	_, renewErr := d.Service.RenewReview(d.Ctx, desktest.Teo, c.ID, status.Review.ID, callbacks.SignOfLife{})
	releaseErr := d.Service.ReleaseReview(d.Ctx, desktest.Teo, c.ID, status.Review.ID)
	_, retryErr := d.Service.RetryDelivery(d.Ctx, desktest.Teo, c.ID)
	for name, err := range map[string]error{"Sheet": sheetErr, "Preview": previewErr, "Decide": decideErr, "OpenReview": openErr,
		"RenewReview": renewErr, "ReleaseReview": releaseErr, "RetryDelivery": retryErr} {
		if !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("%s gives %v, want ErrNotFound", name, err)
		}
	}
	page, err := d.Service.List(d.Ctx, desktest.Teo, desk.Filter{Scope: desk.ScopeAvailable})
	if err != nil || len(page.Rows) != 0 {
		t.Errorf("the list shows %d rows (%v), want none", len(page.Rows), err)
	}
}

func TestNextSkipsWhatOthersHold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.Announce(func(a *announcement.Announcement) { a.CallbackID, a.Timeout = "MQ==", time.Minute })
	held := d.Announce(func(a *announcement.Announcement) { a.CallbackID, a.Timeout = "Mg==", 2*time.Minute })
	free := d.Announce(func(a *announcement.Announcement) { a.CallbackID, a.Timeout = "Mw==", 3*time.Minute })
	if _, err := d.Service.OpenReview(d.Ctx, desktest.Dana, held.ID, callbacks.SignOfLife{}); err != nil {
		t.Fatal(err)
	}
	next, skipped, err := d.Service.Next(d.Ctx, desktest.Mara, desk.Filter{Scope: desk.ScopeAvailable}, &first)
	if err != nil || next == nil || next.ID != free.ID || skipped != 1 {
		t.Errorf("got %+v, skipped %d, %v; want the third", next, skipped, err)
	}
}

// TestAround: a callback knows its neighbours and its place in each order, and what left the list
// knows beside what it stood. From the last one, the next is at the top.
func TestAround(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var all []callbacks.Callback
	for i, timeout := range []time.Duration{time.Minute, 2 * time.Minute, 2 * time.Minute, 0} { // two end at once, one never
		all = append(all, d.Announce(func(a *announcement.Announcement) {
			a.CallbackID, a.Timeout = []string{"MQ==", "Mg==", "Mw==", "NA=="}[i], timeout
		}))
	}
	for order, of := range map[desk.Order][]int{desk.OrderDeadline: {0, 1, 2, 3}, desk.OrderNewest: {3, 2, 1, 0}} {
		f := desk.Filter{Scope: desk.ScopeAvailable, Order: order}
		for i, n := range of {
			want := desk.Around{Place: i + 1}
			if i > 0 {
				want.Before = all[of[i-1]].ID
			}
			if i+1 < len(of) {
				want.After = all[of[i+1]].ID
			}
			got, err := d.Service.Around(d.Ctx, desktest.Mara, f, &all[n], 10)
			callbackstest.Same(t, string(order), got, want)
			next, _, nextErr := d.Service.Next(d.Ctx, desktest.Mara, f, &all[n])
			if err != nil || nextErr != nil || next == nil || next.ID != all[of[(i+1)%len(of)]].ID {
				t.Errorf("after %d in %s: %+v, %v, %v", n, order, next, err, nextErr)
			}
		}
	}
	f := desk.Filter{Scope: desk.ScopeAvailable}
	if got, err := d.Service.Around(d.Ctx, desktest.Mara, f, &all[3], 2); err != nil || got.Place != 0 {
		t.Errorf("beyond the limit: %+v, %v", got, err)
	}
	d.MustDecide(desktest.Mara, all[1].ID, "approve", "")
	got, err := d.Service.Around(d.Ctx, desktest.Mara, f, &all[1], 10)
	if err != nil {
		t.Fatal(err)
	}
	callbackstest.Same(t, "decided", got, desk.Around{Before: all[0].ID, After: all[2].ID})
}

// TestDecideDespiteALateHeartbeat: whether the heartbeat clock has ended it is Lambda's to say, for
// others may beat too.
func TestDecideDespiteALateHeartbeat(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(desktest.WithHeartbeat)
	d.Clock.Advance(time.Minute)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Deliver()
	d.WantState(c.ID, callbacks.Completed)
}
