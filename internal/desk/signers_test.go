package desk_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/fault"
	"countersign/internal/template"
)

// TestSigners: a template lists who signed. A preview shows them as they would be with the reader's
// own signature, and says what others will still change; what the last one saw is sent. Whoever
// acts for somebody else is listed with that person's name.
func TestSigners(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		a.Outcomes = []callbacks.Outcome{{
			Name: "pay", Label: "Pay", Kind: callbacks.Success,
			Payload: json.RawMessage(`{"by":"{{reviewer.name}}", "signed": "{{signatures}}","n":1.50}`),
		}}
	})
	require(d, c.ID, asks(2))
	tom := desktest.Reviewer("tom") // in no group of the queue
	d.SignIn(desktest.Dana)
	d.SignIn(tom)
	_, err := d.Delegations.Make(d.Ctx, desktest.Dana, delegation.Wish{
		From: desktest.Dana.ID, To: tom.ID, Queues: []string{"finance"}, Since: d.Clock.Now(), Until: d.Clock.Now().Add(24 * time.Hour),
	})
	callbackstest.Must(t, err)
	shown := func(p callbacks.Person) desk.Preview {
		t.Helper()
		preview, err := d.Service.Preview(d.Ctx, p, c.ID, callbacks.Choice{Outcome: "pay", Comment: `Fine & "good".`})
		if err != nil {
			t.Fatal(err)
		}
		return preview
	}
	const mara = `{"id":"u-mara","name":"mara","email":"mara@harborline.example","at":"2026-11-24T13:00:00Z","comment":"Fine & \"good\".","actingFor":null}`
	first := shown(desktest.Mara)
	if got, want := string(first.Completion.Result), `{"by":"mara", "signed": [`+mara+`],"n":1.50}`; got != want {
		t.Errorf("the first sees\n%s, want\n%s", got, want)
	}
	if want := []string{"reviewer.name", "signatures"}; !slices.Equal(first.NotFinal, want) {
		t.Errorf("not final are %v, want %v", first.NotFinal, want)
	}
	d.MustDecide(desktest.Mara, c.ID, "pay", `Fine & "good".`)
	d.Clock.Advance(time.Minute)
	last := shown(tom)
	const forDana = `{"id":"u-tom","name":"tom","email":"tom@harborline.example","at":"2026-11-24T13:01:00Z","comment":"Fine & \"good\".","actingFor":"dana"}`
	want := `{"by":"tom", "signed": [` + mara + `,` + forDana + `],"n":1.50}`
	if got := string(last.Completion.Result); got != want || last.NotFinal != nil {
		t.Errorf("the last sees\n%s, want\n%s; not final are %v", got, want, last.NotFinal)
	}
	d.MustDecide(tom, c.ID, "pay", `Fine & "good".`)
	d.Deliver()
	if sent := string(d.Lambda.Sent()[0].Result); sent != want {
		t.Errorf("sent\n%s, want\n%s", sent, want)
	}
}

// TestSignersChangeMeanwhile: somebody signs between the preview and the press. What is sent was
// not shown yet, so the press comes back.
func TestSignersChangeMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		a.Outcomes = []callbacks.Outcome{{
			Name: "pay", Label: "Pay", Kind: callbacks.Success, Payload: json.RawMessage(template.Signatures),
		}}
	})
	require(d, c.ID, asks(3))
	choice := callbacks.Choice{Outcome: "pay"}
	shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	choice.PreparedAt = shown.PreparedAt
	d.MustDecide(desktest.Dana, c.ID, "pay", "")
	if _, err := d.Service.Sign(d.Ctx, desktest.Mara, c.ID, choice, shown.Seen); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
}

// TestKeptAliveWhileSigned: once a signature waits for others, heartbeats go on without a review,
// until it is withdrawn or the time that a review may take is over.
func TestKeptAliveWhileSigned(t *testing.T) {
	t.Parallel()
	for keepAlive, want := range map[callbacks.KeepAlive]bool{callbacks.KeepAliveReview: false, callbacks.KeepAliveSigned: true} {
		d := newDesk(t)
		c := d.Announce(func(a *announcement.Announcement) {
			a.Timeout, a.HeartbeatTimeout, a.KeepAlive = 48*time.Hour, time.Minute, keepAlive
		})
		require(d, c.ID, asks(3))
		wants := func(what string, want bool) {
			t.Helper()
			c := d.Get(c.ID)
			if got := c.WantsHeartbeats(d.Clock.Now()); got != want {
				t.Errorf("%s: %s wants heartbeats: %t", keepAlive, what, got)
			}
		}
		wants("nobody signed", false)
		d.MustDecide(desktest.Mara, c.ID, "approve", "")
		wants("one signed", want)
		if got := d.Get(c.ID); got.NextHeartbeatAt.IsZero() == want {
			t.Errorf("%s: the first heartbeat is due at %v", keepAlive, got.NextHeartbeatAt)
		}
		review := d.Open(desktest.Dana, c.ID)
		callbackstest.Must(t, d.Service.ReleaseReview(d.Ctx, desktest.Dana, c.ID, review.Review.ID))
		d.Clock.Advance(callbacks.DefaultReviewLimits.Max - time.Second)
		wants("hours later", want)
		d.Clock.Advance(time.Second)
		wants("after the longest time", false)
	}
}

// TestKeptAliveForItsQueue: a queue with a cap of its own keeps a signature alive until then,
// whatever a review may take, and a review that is open goes on.
func TestKeptAliveForItsQueue(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		a.Queue, a.Timeout, a.HeartbeatTimeout, a.KeepAlive = "legal", 48*time.Hour, time.Minute, callbacks.KeepAliveSigned
	})
	require(d, c.ID, asks(3))
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	limit := desktest.Queues["legal"].KeepAliveMax
	d.Clock.Advance(limit - time.Second)
	for _, want := range []bool{true, false} {
		if got := d.Get(c.ID); got.WantsHeartbeats(d.Clock.Now()) != want {
			t.Errorf("%v after the signature heartbeats are wanted: %t", d.Clock.Now().Sub(got.WaitingSince), !want)
		}
		d.Clock.Advance(time.Second)
	}
	review := d.Open(desktest.Dana, c.ID)
	if got := d.Get(c.ID); !got.WantsHeartbeats(d.Clock.Now()) {
		t.Error("a review after the cap sends no heartbeats")
	}
	callbackstest.Must(t, d.Service.ReleaseReview(d.Ctx, desktest.Dana, c.ID, review.Review.ID))
	if got := d.Get(c.ID); got.WantsHeartbeats(d.Clock.Now()) {
		t.Error("heartbeats go on after the review")
	}
}

// TestWithdrawnKeepsNothingAlive: without a signature that waits, a review that is open keeps the
// callback alive by itself, and nothing does after it.
func TestWithdrawnKeepsNothingAlive(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		a.Timeout, a.HeartbeatTimeout, a.KeepAlive = 48*time.Hour, time.Minute, callbacks.KeepAliveSigned
	})
	require(d, c.ID, asks(3))
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	d.Open(desktest.Dana, c.ID)
	if _, err := d.Service.Withdraw(d.Ctx, desktest.Mara, c.ID, "No."); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		c := d.Get(c.ID)
		if got := c.WantsHeartbeats(d.Clock.Now()); got != want {
			t.Errorf("wants heartbeats: %t, held until %v", got, c.HeldUntil)
		}
		d.Clock.Advance(callbacks.ReviewLease)
	}
}

// TestReasonForTheRecord: a rule asks for a reason, and the outcome sends no comment. The reason is
// needed and on record, and the function does not get it.
func TestReasonForTheRecord(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		a.Outcomes = []callbacks.Outcome{{
			Name: "pay", Label: "Pay", Kind: callbacks.Success, Comment: callbacks.CommentNone,
			Payload: json.RawMessage(`{"why":"{{comment}}","by":"{{signatures}}"}`),
		}}
	})
	r := asks(2)
	r.Reason = []callbacks.Stance{callbacks.For}
	require(d, c.ID, r)
	if _, err := d.Decide(desktest.Mara, c.ID, "pay", ""); !reasonIsMissing(err) {
		t.Errorf("without a reason: %v", err)
	}
	d.MustDecide(desktest.Mara, c.ID, "pay", "Mara's reason.")
	d.MustDecide(desktest.Dana, c.ID, "pay", "Dana's reason.")
	signatures, err := d.Store.Signatures(d.Ctx, c.ID)
	if err != nil || signatures[0].Comment != "Mara's reason." || d.Get(c.ID).Decision.Comment != "Dana's reason." {
		t.Errorf("on record: %+v, %v", signatures, err)
	}
	d.Deliver()
	if sent := string(d.Lambda.Sent()[0].Result); strings.Contains(sent, "reason") || !strings.Contains(sent, `"name":"mara"`) {
		t.Errorf("sent %s", sent)
	}
}

func reasonIsMissing(err error) bool {
	faults, invalid := errors.AsType[fault.List](err)
	return invalid && faults[0].Pointer == "comment"
}
