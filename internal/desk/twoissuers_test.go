package desk_test

import (
	"errors"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desktest"
)

// namesake has mara's subject at another issuer.
var namesake = callbacks.Person{
	ID: "p-namesake", Issuer: "https://id.example.org", Subject: desktest.Mara.Subject, Name: "Mara O.", Email: "m@elsewhere.example",
	EmailVerified: true, Groups: desktest.Mara.Groups, Roles: desktest.Mara.Roles,
}

// TestOneSubjectAtTwoIssuers: they are two people in every rule.
func TestOneSubjectAtTwoIssuers(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	if _, err := d.Service.OpenReview(d.Ctx, desktest.Mara, c.ID, callbacks.SignOfLife{}); err != nil {
		t.Fatal(err)
	}
	lease, err := d.Service.OpenReview(d.Ctx, namesake, c.ID, callbacks.SignOfLife{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Service.RenewReview(d.Ctx, desktest.Mara, c.ID, lease.Review.ID, callbacks.SignOfLife{}); err == nil {
		t.Error("one renews the review of the other")
	}
	if next, held, err := d.Service.Next(d.Ctx, desktest.Mara, desk.Filter{Scope: desk.ScopeAvailable}, &callbacks.Callback{}); err != nil || next == nil || held != 0 {
		t.Errorf("next is %v, %d are held, %v", next, held, err)
	}
	if err := d.Service.ReleaseReview(d.Ctx, namesake, c.ID, lease.Review.ID); err != nil {
		t.Fatal(err)
	}
	choice := callbacks.Choice{Outcome: "approve", Sends: true}
	seen, err := d.Service.Preview(d.Ctx, namesake, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	choice.PreparedAt = seen.PreparedAt
	decided, err := d.Service.Sign(d.Ctx, namesake, c.ID, choice, seen.Seen)
	if err != nil {
		t.Fatal(err)
	}
	if got := decided.Decision.By.ID; got != namesake.ID {
		t.Errorf("decided by %q", got)
	}
	for p, want := range map[*callbacks.Person]error{&desktest.Mara: callbacks.ErrConflict, &namesake: desk.ErrSignedAlready} {
		if _, err := d.Service.Sign(d.Ctx, *p, c.ID, choice, seen.Seen); !errors.Is(err, want) {
			t.Errorf("%s presses again: %v, want %v", p.ID, err, want)
		}
	}
	third := namesake // who never opened it
	third.ID, third.Issuer = "p-third", "https://third.example"
	for p, want := range map[*callbacks.Person]int{&third: 0, &namesake: 1} {
		n, err := d.Service.Count(d.Ctx, *p, desk.Filter{Scope: desk.ScopeMine}, 10)
		if err != nil || n != want {
			t.Errorf("%s has %d, %v, want %d", p.ID, n, err, want)
		}
	}
}

// TestRequesterBySubjectAtTwoIssuers: a sender names a subject and no issuer, so whoever has it
// counts as the requester. What functions get is the subject.
func TestRequesterBySubjectAtTwoIssuers(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		a.RequesterID = desktest.Mara.Subject
		a.Outcomes = []callbacks.Outcome{{
			Name: "pay", Label: "Pay", Kind: callbacks.Success, Comment: callbacks.CommentNone, Payload: []byte(`{"by":"{{reviewer.id}}"}`),
		}}
	})
	for _, p := range []callbacks.Person{desktest.Mara, namesake} {
		if _, err := d.Decide(p, c.ID, "pay", ""); reasonOf(err) != "requester" {
			t.Errorf("%s: %v, want the refusal of a requester", p.ID, err)
		}
	}
	other := namesake
	other.Subject, other.ID = "u-other", "p-other"
	d.MustDecide(other, c.ID, "pay", "")
	d.Deliver()
	if got := string(d.Lambda.Sent()[0].Body()); got != `{"by":"u-other"}` {
		t.Errorf("the function gets %s", got)
	}
}

// TestStatedUnderTheOldKey: a statement that holds a subject is that of whoever has the subject.
func TestStatedUnderTheOldKey(t *testing.T) {
	t.Parallel()
	queue := callbacks.Queue{Name: "finance", Groups: []string{"finance-approvers"}, FourEyes: true}
	p := namesake
	for stated, want := range map[string]callbacks.ReasonCode{p.Subject: "stated", p.ID: "stated", "u-other": ""} {
		c := callbacks.Callback{Request: callbacks.Request{Queue: "finance", Source: "expenses", Requester: callbacks.Requester{ID: "u-ines", StatedBy: stated}}}
		c.Requirement = queue.Bind(&c, &callbacks.Content{})
		gate := callbacks.Gate{Callback: &c, Queue: queue, Now: callbackstest.T0}
		if got := reasonOf(gate.MayTakePart(callbacks.Signer{Person: p})); got != want {
			t.Errorf("stated by %q: %q, want %q", stated, got, want)
		}
	}
}

// reasonOf is the code of a refusal, empty for another error or none.
func reasonOf(err error) callbacks.ReasonCode {
	if refusal, ok := errors.AsType[*callbacks.Refusal](err); ok {
		return refusal.Code
	}
	return ""
}
