package personal_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/notice"
	"countersign/internal/notice/personal"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

var now = time.Date(2026, 11, 24, 12, 51, 0, 0, time.UTC)

// recorder is a channel that keeps what it was given.
type recorder struct {
	got []notice.Envelope
	err error
}

func (r *recorder) Style() notice.Style { return notice.Appended }
func (r *recorder) Deliver(_ context.Context, e notice.Envelope) (notice.Handle, error) {
	r.got = append(r.got, e)
	return "", r.err
}

type rig struct {
	*personal.Service
	mail, push, slack *recorder
	forgot            int
	setup             *notice.Setup
}

func setup(t *testing.T) *rig {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstoretest.NewDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	r := &rig{mail: &recorder{}, push: &recorder{}, slack: &recorder{}}
	r.setup = &notice.Setup{
		Channels: map[string]notice.Channel{notice.Email: r.mail, notice.Push: r.push, notice.Slack: r.slack, notice.Teams: &recorder{}},
		House:    notice.House{Name: "Countersign", Home: "https://desk.example.com"},
	}
	r.Service = &personal.Service{
		Preferences: store.Notices(), Setup: r.setup, Forget: func() { r.forgot++ },
		Now: func() time.Time { return now },
	}
	return r
}

var (
	mara = callbacks.Person{ID: "mara", Name: "Mara Okafor", Email: "mara@example.com", EmailVerified: true}
	dana = callbacks.Person{ID: "dana", Name: "Dana Fischer", Email: "dana@example.com"}
)

func browser(id string) notice.Subscription {
	return notice.Subscription{ID: id, Endpoint: "https://fcm.googleapis.com/" + id, P256DH: "key", Auth: "auth", Browser: "Chrome on Linux", MadeAt: now}
}

func TestBook(t *testing.T) {
	t.Parallel()
	r := setup(t)
	b, err := r.Book(t.Context(), mara)
	if err != nil || b.Address != "mara@example.com" || !slices.Equal(b.Channels, []string{notice.Push, notice.Slack, notice.Email}) || !b.On(notice.Email) {
		t.Errorf("got %+v, %v", b, err)
	}
	if b, err := r.Book(t.Context(), dana); err != nil || b.Address != "" {
		t.Errorf("an address that nobody vouches for: %+v, %v", b, err)
	}
}

func TestChange(t *testing.T) {
	t.Parallel()
	r := setup(t)
	err := r.Change(t.Context(), mara, func(s *notice.Settings) error {
		personal.Switch(s, notice.Email, false)
		s.Mutes = []notice.Mute{{Queue: "finance", Until: now.Add(time.Hour)}, {Queue: "support", Until: now}}
		return nil
	})
	if err != nil || r.forgot != 1 {
		t.Fatalf("%v, the worker was told %d times", err, r.forgot)
	}
	b, err := r.Book(t.Context(), mara)
	if err != nil || b.On(notice.Email) || b.Settings.Mail || len(b.Settings.Mutes) != 1 {
		t.Errorf("got %+v, %v", b, err)
	}
	if err := r.Change(t.Context(), mara, func(s *notice.Settings) error {
		personal.Switch(s, notice.Email, true)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if b, err = r.Book(t.Context(), mara); err != nil || !b.On(notice.Email) || !b.Settings.Mail || len(b.Settings.Off) != 0 {
		t.Errorf("got %+v, %v", b, err)
	}
	var faults fault.List
	if err := r.Change(t.Context(), mara, func(s *notice.Settings) error {
		s.ZoneName = "Mars/Olympus"
		return nil
	}); !errors.As(err, &faults) {
		t.Errorf("got %v", err)
	}
	if again, _ := r.Book(t.Context(), mara); again.Settings.ZoneName != "" {
		t.Error("what has faults was kept")
	}
}

// TestBrowsers: a person deletes and tests their own browsers, not those of others.
func TestBrowsers(t *testing.T) {
	t.Parallel()
	r := setup(t)
	if err := r.Subscribe(t.Context(), mara, browser("b1")); err != nil {
		t.Fatal(err)
	}
	if err := r.Unsubscribe(t.Context(), dana, "b1"); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("somebody else's browser: %v", err)
	}
	if _, err := r.Test(t.Context(), dana, notice.Push, "b1"); !errors.Is(err, callbacks.ErrNotFound) || len(r.push.got) > 0 {
		t.Errorf("a test to somebody else's browser: %v", err)
	}
	if done, err := r.Test(t.Context(), mara, notice.Push, "b1"); err != nil || done.Fault != nil || len(r.push.got) != 1 || r.push.got[0].To != "b1" {
		t.Errorf("a test: %+v, %v", done, err)
	}
	if err := r.Unsubscribe(t.Context(), mara, "b1"); err != nil {
		t.Fatal(err)
	}
	if b, err := r.Book(t.Context(), mara); err != nil || len(b.Browsers) != 0 {
		t.Errorf("got %+v, %v", b, err)
	}
	if _, err := r.Test(t.Context(), mara, notice.Push, "b1"); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("a browser that is gone: %v", err)
	}
}

func TestTest(t *testing.T) {
	t.Parallel()
	r := setup(t)
	done, err := r.Test(t.Context(), mara, notice.Email, "")
	if err != nil || done.Fault != nil || !done.At.Equal(now) || len(r.mail.got) != 1 {
		t.Fatalf("got %+v, %v", done, err)
	}
	e := r.mail.got[0]
	if e.To != "mara@example.com" || e.Message.Kind != notice.Test || e.Message.Settings != "https://desk.example.com/settings" || len(e.Message.Items) != 0 {
		t.Errorf("sent %+v", e)
	}
	r.mail.err = &notice.Fault{Code: notice.NoPlace, Words: "550 No such user"}
	if done, err = r.Test(t.Context(), mara, notice.Email, ""); err != nil || done.Fault == nil || done.Fault.Code != notice.NoPlace {
		t.Errorf("got %+v, %v", done, err)
	}
	if err := r.Preferences.Link(t.Context(), notice.Account{Channel: notice.Slack, Person: "mara", Account: "U1", LinkedAt: now}, mara.Actor()); err != nil {
		t.Fatal(err)
	}
	if done, err = r.Test(t.Context(), mara, notice.Slack, ""); err != nil || done.Fault != nil || len(r.slack.got) != 1 || r.slack.got[0].To != "U1" {
		t.Errorf("to the account in Slack: %+v, %v", done, err)
	}
	if _, err := r.Test(t.Context(), dana, notice.Slack, ""); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("no account is linked: %v", err)
	}
	for _, channel := range []string{notice.Teams, ""} {
		if _, err := r.Test(t.Context(), mara, channel, ""); !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("%q: %v", channel, err)
		}
	}
	if _, err := r.Test(t.Context(), dana, notice.Email, ""); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("an address that nobody vouches for: %v", err)
	}
}

// TestStopped: a mailbox that the server refused is off, whatever the switch says, until a test is
// taken.
func TestStopped(t *testing.T) {
	t.Parallel()
	r := setup(t)
	pauses, ok := r.Preferences.(interface {
		Pause(context.Context, notice.Pause) error
	})
	if !ok {
		t.Fatal("the store keeps no pauses")
	}
	if err := pauses.Pause(t.Context(), notice.Pause{
		Channel: notice.Email, Place: mara.Email, Person: mara.ID, At: now.Add(-time.Hour), Until: notice.ForGood, Code: notice.NoPlace, Words: "550 No such user", By: callbacks.System("notices"),
	}); err != nil {
		t.Fatal(err)
	}
	b, err := r.Book(t.Context(), mara)
	if err != nil || b.Stopped == nil || b.Stopped.Words != "550 No such user" {
		t.Fatalf("got %+v, %v", b, err)
	}
	r.mail.err = &notice.Fault{Code: notice.NoPlace}
	if _, err := r.Test(t.Context(), mara, notice.Email, ""); err != nil {
		t.Fatal(err)
	}
	if b, err = r.Book(t.Context(), mara); err != nil || b.Stopped == nil {
		t.Fatalf("a test that was refused switched it on: %+v, %v", b, err)
	}
	r.mail.err = nil
	if _, err := r.Test(t.Context(), mara, notice.Email, ""); err != nil {
		t.Fatal(err)
	}
	if b, err = r.Book(t.Context(), mara); err != nil || b.Stopped != nil || r.forgot != 1 {
		t.Errorf("got %+v, %v", b, err)
	}
}
