package notice_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
	"countersign/internal/people"
	"countersign/internal/replies"
	"countersign/internal/sqlstore/sqlstoretest"
)

func sqliteURL(t *testing.T) string { return sqlstoretest.NewDatabase(t) }

// TestLostAnswers: a message whose answer is lost comes again as the same message, and the channel
// is told that it may have arrived.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	var again []bool
	r.slack.answer = func(e notice.Envelope) (bool, error) {
		again = append(again, e.Again)
		if len(again) < 3 {
			return true, errors.New("connection reset")
		}
		return true, nil
	}
	c := r.announce(4 * time.Hour)
	r.run(10*time.Second, time.Second)
	messages := r.slack.at("#finance")
	callbackstest.Same(t, "again", again, []bool{false, true, true})
	if len(messages) != 1 || messages[0].states[0] != messages[0].states[2] {
		t.Fatalf("%d messages, states %q", len(messages), messages[0].states)
	}
	// What may have arrived is changed, although nobody is asked any more.
	r.slack.answer = func(notice.Envelope) (bool, error) { return true, &notice.Fault{Code: notice.Unanswered} }
	d := r.announce(4 * time.Hour)
	r.run(2*time.Second, time.Second)
	r.slack.answer = nil
	r.approve(person("bob", "approvers").Person, d.ID)
	r.run(time.Minute, time.Second)
	wantDecided(r, r.slack.at("#finance"), d.ID)
	if last := r.slack.at("#finance")[0].last(); last.Items[0].ID != c.ID || last.Kind != notice.MaySign {
		t.Errorf("the first message says %+v", last)
	}
}

// failingStore loses the results of some attempts, as a crash does.
type failingStore struct {
	notice.Store
	fails func() bool
}

func (s failingStore) Finish(ctx context.Context, w notice.Work, r notice.Result, now time.Time) error {
	if s.fails() {
		return callbacks.ErrUnavailable
	}
	return s.Store.Finish(ctx, w, r, now)
}

// TestCrash: after a crash between a call and its record the same message is sent again once the
// lease is over.
func TestCrash(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	crashes := true
	w := r.newWorker(failingStore{r.store.Notices(), func() bool { return crashes }})
	var again []bool
	r.slack.answer = func(e notice.Envelope) (bool, error) {
		again = append(again, e.Again)
		return true, nil
	}
	r.announce(4 * time.Hour)
	r.run(time.Second, time.Second, w)
	crashes = false
	r.run(30*time.Second, 10*time.Second, w)
	callbackstest.Same(t, "within the lease", again, []bool{false})
	r.run(time.Minute, 10*time.Second, w)
	callbackstest.Same(t, "after it", again, []bool{false, true})
	if n := len(r.slack.shown); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// brokenDesk cannot read the content of one callback.
type brokenDesk struct {
	notice.Desk
	broken callbacks.ID
}

func (d brokenDesk) Content(ctx context.Context, id callbacks.ID) (callbacks.Content, error) {
	if id == d.broken {
		return callbacks.Content{}, errors.New("the document is damaged")
	}
	return d.Desk.Content(ctx, id)
}

// TestUnreadable: a callback that cannot be read keeps no other waiting.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	broken := r.announce(4 * time.Hour)
	others := []callbacks.Callback{r.announce(4 * time.Hour), r.announce(4 * time.Hour)}
	w := r.newWorker(r.store.Notices())
	w.Desk = brokenDesk{r.store, broken.ID}
	r.run(5*time.Second, time.Second, w)
	if n := len(r.slack.shown); n != len(others) {
		t.Errorf("%d messages, want those of the %d others", n, len(others))
	}
}

// TestThrottled: a channel that asks to be left alone is, and the others are not kept waiting.
func TestThrottled(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	r.slack.answer = func(notice.Envelope) (bool, error) {
		return false, &notice.Fault{Code: notice.Busy, RetryAfter: 30 * time.Second}
	}
	for range 5 {
		r.announce(4 * time.Hour)
	}
	r.run(25*time.Second, time.Second)
	if r.slack.calls > 5 || len(r.push.shown) != 3 {
		t.Fatalf("%d calls within the pause, %d pushes", r.slack.calls, len(r.push.shown))
	}
	r.slack.answer = nil
	r.run(30*time.Second, time.Second)
	if n := len(r.slack.shown); n != 5 {
		t.Errorf("%d messages after the pause", n)
	}
}

// TestSeveralInOne: a message about several says how many still wait, and makes a sound only for
// what is new.
func TestSeveralInOne(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	first, second := r.announce(4*time.Hour), r.announce(5*time.Hour)
	r.run(time.Minute, 5*time.Second)
	r.approve(person("bob", "approvers").Person, first.ID)
	r.run(time.Minute, 5*time.Second)
	pushes := r.push.at("ada's browser")
	if len(pushes) != 1 {
		t.Fatalf("%d messages", len(pushes))
	}
	messages := pushes[0].messages
	if messages[0].Quiet || !messages[len(messages)-1].Quiet {
		t.Errorf("a decision makes a sound: %v", messages)
	}
	if last := pushes[0].last(); last.Items[0].ID != second.ID || len(last.Items) != 2 {
		t.Errorf("what is over comes first: %+v", last.Items)
	}
}

// TestNoPlace: a browser that is gone is deleted, and gets nothing more.
func TestNoPlace(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	r.push.answer = func(e notice.Envelope) (bool, error) {
		if e.To == "ada's browser" {
			return false, &notice.Fault{Code: notice.NoPlace, Words: "410 gone"}
		}
		return true, nil
	}
	r.announce(4 * time.Hour)
	r.run(time.Minute, 5*time.Second)
	if _, err := r.store.Notices().Subscription(t.Context(), "ada's browser"); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("the browser is still known: %v", err)
	}
	pauses, err := r.store.Notices().Pauses(t.Context(), r.clock.Now(), 10)
	callbackstest.Must(t, err)
	if len(pauses) != 0 { // there is no such place any more
		t.Errorf("pauses: %+v", pauses)
	}
	before := r.push.calls
	r.announce(4 * time.Hour)
	r.run(2*time.Minute, 5*time.Second)
	if n := r.push.calls - before; n != 2 || len(r.mail.at("ada@example.com")) == 0 {
		t.Errorf("%d calls for two other browsers; ada's mails: %d", n, len(r.mail.at("ada@example.com")))
	}
}

// TestLeaver: an account in Slack that is gone is unlinked, and the channel of the group goes on.
func TestLeaver(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	profiles, err := r.store.PeopleSeen(t.Context(), r.clock.Now().Add(-24*time.Hour), 10)
	callbackstest.Must(t, err)
	ada := profiles[slices.IndexFunc(profiles, func(p people.Profile) bool { return p.Email == "ada@example.com" })].ID
	callbackstest.Must(t, r.store.Notices().Link(t.Context(), notice.Account{Channel: notice.Slack, Person: ada, Account: "U1", LinkedAt: r.clock.Now()}, callbackstest.Person(ada)))
	r.slack.answer = func(e notice.Envelope) (bool, error) {
		if e.To == "U1" {
			return false, &notice.Fault{Code: notice.NoPlace, Words: "user_disabled"}
		}
		return true, nil
	}
	r.announce(4 * time.Hour)
	r.run(time.Minute, 5*time.Second)
	if _, err := r.store.Notices().Linked(t.Context(), notice.Slack, ada); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("the account is still linked: %v", err)
	}
	pauses, err := r.store.Notices().Pauses(t.Context(), r.clock.Now(), 10)
	callbackstest.Must(t, err)
	before := r.slack.calls
	r.announce(4 * time.Hour)
	r.run(time.Minute, 5*time.Second)
	if n := r.slack.calls - before; n != 1 || len(r.slack.at("#finance")) == 0 || len(pauses) > 0 {
		t.Errorf("%d calls for the channel of the group, pauses %+v", n, pauses)
	}

	// An account that is gone does not unlink the one that replaced it.
	refuse := r.slack.answer
	r.slack.answer = nil
	link := func(account string) {
		r.worker.Forget()
		callbackstest.Must(t, r.store.Notices().Link(t.Context(), notice.Account{Channel: notice.Slack, Person: ada, Account: account, LinkedAt: r.clock.Now()}, callbackstest.Person(ada)))
	}
	link("U1")
	waits := r.announce(4 * time.Hour)
	r.run(2*time.Minute, 5*time.Second)
	r.slack.answer = refuse
	link("U2")
	r.close(waits.ID)
	r.run(time.Minute, 5*time.Second)
	if linked, err := r.store.Notices().Linked(t.Context(), notice.Slack, ada); err != nil || linked.Account != "U2" || len(r.slack.at("U1")) == 0 {
		t.Errorf("linked: %+v, %v; messages to the first account: %d", linked, err, len(r.slack.at("U1")))
	}
}

// TestDenied: a channel that does not accept our credentials rests for five minutes, at every
// replica.
func TestDenied(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	r.slack.answer = func(notice.Envelope) (bool, error) {
		return false, &notice.Fault{Code: notice.Denied, Words: "token_revoked"}
	}
	r.announce(4 * time.Hour)
	other := r.newWorker(r.store.Notices())
	r.run(time.Minute, time.Second)
	r.run(3*time.Minute, time.Second, other)
	if r.slack.calls != 1 {
		t.Errorf("%d calls", r.slack.calls)
	}
	r.slack.answer = nil
	r.run(2*time.Minute, time.Second, other)
	if len(r.slack.shown) != 1 {
		t.Error("the message did not come after the pause")
	}
}

// TestDenied_Here: a browser that its push service refuses keeps no pushes from others, and is
// tried again after a while.
func TestDenied_Here(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	refused := 0
	r.push.answer = func(e notice.Envelope) (bool, error) {
		if e.To != "ada's browser" {
			return true, nil
		}
		refused++
		return false, &notice.Fault{Code: notice.Denied, Here: true, Words: "answers 403 Forbidden"}
	}
	r.announce(4 * time.Hour)
	r.run(30*time.Second, time.Second)
	r.announce(4 * time.Hour)
	r.run(2*time.Minute, time.Second)
	for _, place := range []string{"bob's browser", "cleo's browser"} {
		if all := r.push.at(place); len(all) != 1 || len(all[0].last().Items) != 2 {
			t.Errorf("at %s: %d messages", place, len(all))
		}
	}
	if refused != 1 {
		t.Errorf("%d attempts at ada's browser", refused)
	}
	r.run(4*time.Minute, 10*time.Second)
	if refused != 2 {
		t.Errorf("%d attempts at ada's browser", refused)
	}
}

// TestRefused: a message that is refused is not tried again until it says something else.
func TestRefused(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	r.slack.answer = func(notice.Envelope) (bool, error) {
		return false, &notice.Fault{Code: notice.Refused, Words: "invalid_blocks"}
	}
	c := r.announce(4 * time.Hour)
	r.run(time.Hour, 10*time.Second)
	if r.slack.calls != 1 {
		t.Errorf("%d calls", r.slack.calls)
	}
	notices, err := r.store.Notices().Notices(t.Context(), c.ID)
	callbackstest.Must(t, err)
	if !slices.ContainsFunc(notices, func(n notice.Notice) bool { return n.Fault == notice.Refused && n.Words == "invalid_blocks" }) {
		t.Errorf("the story does not say it: %+v", notices)
	}
}

// TestWebhook: every state is an event of its own, tried for days and then switched off.
func TestWebhook(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	r.setup.Rules.Events = []string{"erp"}
	c := r.announce(4 * time.Hour)
	r.run(time.Second, time.Second)
	r.approve(person("bob", "approvers").Person, c.ID)
	r.run(time.Second, time.Second)
	events := r.hooks.at("erp")
	if len(events) != 1 || len(events[0].states) != 2 || events[0].states[0] == events[0].states[1] || events[0].last().Kind != notice.Decided {
		t.Fatalf("%d events, the first %+v", len(events), *events[0])
	}
	wantKinds(r, events[0], notice.MaySign, notice.Decided)
	r.hooks.answer = func(notice.Envelope) (bool, error) { return false, &notice.Fault{Code: notice.Busy, Words: "503"} }
	calls := r.hooks.calls
	r.announce(30 * 24 * time.Hour)
	r.run(time.Hour, 5*time.Second)
	if n := r.hooks.calls - calls; n != 4 {
		t.Errorf("%d tries in an hour, want 4: at once, after 5 s, 5 min and 30 min", n)
	}
	r.run(6*24*time.Hour, 10*time.Minute)
	calls = r.hooks.calls
	pauses, err := r.store.Notices().Pauses(t.Context(), r.clock.Now(), 10)
	callbackstest.Must(t, err)
	if len(pauses) != 1 || pauses[0].Channel != notice.Webhooks || pauses[0].Place != "erp" {
		t.Errorf("it is not switched off: %+v", pauses)
	}
	r.announce(4 * time.Hour)
	r.run(time.Minute, time.Second)
	if r.hooks.calls != calls {
		t.Error("a webhook that is off gets events")
	}
}

// wantKinds fails unless a message was of these kinds, one after the other.
func wantKinds(r *rig, p *posted, want ...notice.Kind) {
	r.Helper()
	var kinds []notice.Kind
	for i := range p.messages {
		kinds = append(kinds, p.messages[i].Kind)
	}
	callbackstest.Same(r.TB, "kinds", kinds, want)
}

// TestWebhookKinds: a webhook hears of what only admins and approvers are told otherwise.
func TestWebhookKinds(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	r.setup.Rules.Events = []string{"erp"}
	r.setup.Rules.Queues = map[string]notice.QueueRules{"finance": {RemindAt: []int{80}}}
	c := r.announce(time.Hour)
	r.run(50*time.Minute, 10*time.Second)
	for _, state := range []func(*callbacks.Callback){
		callbackstest.DecidedBy("bob", r.clock.Now()),
		func(c *callbacks.Callback) {
			callbackstest.Ended(callbacks.Undeliverable, r.clock.Now())(c)
			c.Problem = replies.Denied
		},
		func(c *callbacks.Callback) {
			callbackstest.Ended(callbacks.Completed, r.clock.Now())(c)
			c.Problem = ""
		},
		func(c *callbacks.Callback) { c.ExecutionFailed = true },
	} {
		_, err := r.store.Change(t.Context(), c.ID, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
			state(&c.Callback)
			if c.Delivery == nil {
				c.Delivery = &callbacks.Delivery{Callback: c.ID, Completion: callbackstest.NewCompletion(), Tries: 3, Doubtful: true}
			}
			return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionDecided, r.clock.Now()), nil)
		})
		callbackstest.Must(t, err)
		r.run(5*time.Second, time.Second)
	}
	few := r.announce(24 * time.Hour)
	r.setup.Queues["finance"] = callbacks.Queue{Name: "finance", Groups: []string{"nobody here"}}
	r.run(20*time.Second, time.Second)
	events := r.hooks.at("erp")
	wantKinds(r, events[0], notice.MaySign, notice.Needed, notice.Decided, notice.Attention, notice.Decided, notice.Failed)
	wantKinds(r, events[1], notice.Nobody)
	if i := events[0].messages[3].Items[0]; i.Problem != replies.Denied || i.Tries != 3 || !i.Doubtful || i.DecidedBy != "Name of bob" {
		t.Errorf("the event of the delivery says %+v", i)
	}
	if i := events[0].messages[4].Items[0]; i.Problem != "" || i.Tries != 0 {
		t.Errorf("the event after it says %+v", i)
	}
	if events[1].last().Items[0].ID != few.ID {
		t.Errorf("the second event is of %s", events[1].last().Items[0].ID)
	}
}
