package notice_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
)

// TestFortyRequests: three reviewers with a browser and a mailbox each, forty requests in ten
// minutes, and one that is decided on its page. Nobody gets more than three messages, and whatever
// can be changed says within five seconds who decided.
func TestFortyRequests(t *testing.T) {
	t.Parallel()
	onEach(t, func(r *rig) {
		var all []callbacks.Callback
		for range 40 {
			all = append(all, r.announce(4*time.Hour))
			r.run(15*time.Second, 5*time.Second)
		}
		r.run(10*time.Minute, 10*time.Second)
		decided := all[7]
		r.approve(person("bob", "approvers").Person, decided.ID)
		r.run(5*time.Second, time.Second)
		for _, name := range []string{"ada", "bob", "cleo"} {
			pushes, mails := r.push.at(name+"'s browser"), r.mail.at(name+"@example.com")
			if n := len(pushes) + len(mails); n > 3 || len(pushes) == 0 || len(mails) == 0 {
				r.Errorf("%s got %d pushes and %d mails", name, len(pushes), len(mails))
			}
			items := 0
			for _, m := range mails {
				items += len(m.messages[0].Items)
			}
			if items != 40 {
				r.Errorf("the mails to %s speak of %d requests", name, items)
			}
			wantDecided(r, pushes, decided.ID)
		}
		if n := len(r.slack.at("#finance")); n != 40 {
			r.Errorf("the channel has %d messages, want one a request", n)
		}
		wantDecided(r, r.slack.at("#finance"), decided.ID)
	})
}

// wantDecided fails unless the message that speaks of a request says that Bob approved it.
func wantDecided(r *rig, all []*posted, id callbacks.ID) {
	r.Helper()
	for _, p := range all {
		for _, item := range p.last().Items {
			if item.ID != id {
				continue
			}
			if item.Outcome != "Approve" || len(item.Signed) != 1 || item.Signed[0].Name != "Bob" {
				r.Errorf("at %s it says %+v", p.place, item)
			}
			return
		}
	}
	r.Errorf("no message speaks of %s", id)
}

// TestManyPeople: five hundred people may sign. Each is told once, and once that it is decided.
func TestManyPeople(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	for i := range 497 {
		r.person(fmt.Sprintf("p%03d", i))
	}
	c := r.announce(4 * time.Hour)
	r.clock.Advance(15 * time.Second)
	r.settle()
	r.clock.Advance(30 * time.Second)
	r.settle()
	if r.push.calls != 500 || r.mail.calls != 0 {
		t.Fatalf("%d pushes and %d mails, want 500 and none", r.push.calls, r.mail.calls)
	}
	r.approve(person("bob", "approvers").Person, c.ID)
	r.clock.Advance(time.Second)
	r.settle()
	r.clock.Advance(time.Hour)
	r.settle()
	for place, messages := range byPlace(r.push) {
		if len(messages) != 1 || len(messages[0].states) != 2 || messages[0].last().Kind != notice.Decided {
			t.Fatalf("at %s: %d messages, states %q", place, len(messages), messages[0].states)
		}
	}
}

func newSQLiteRig(t *testing.T) *rig {
	t.Helper()
	return newRig(t, sqliteURL(t))
}

func byPlace(b *board) map[string][]*posted {
	all := make(map[string][]*posted)
	for _, p := range b.shown {
		all[p.place] = append(all[p.place], p)
	}
	return all
}

// TestDecidedFirst: what is decided before the first message is asked of nobody.
func TestDecidedFirst(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	c := r.announce(4 * time.Hour)
	r.run(2*time.Second, time.Second) // planned, and waits for others
	before := r.slack.calls
	r.approve(person("bob", "approvers").Person, c.ID)
	r.run(time.Hour, time.Minute)
	if before != 1 || r.push.calls+r.mail.calls > 0 {
		t.Errorf("%d pushes, %d mails; %d messages in the channel", r.push.calls, r.mail.calls, before)
	}
	notices, err := r.store.Notices().Notices(t.Context(), c.ID)
	callbackstest.Must(t, err)
	if slices.ContainsFunc(notices, func(n notice.Notice) bool { return n.ToldAt.IsZero() }) {
		t.Errorf("notices that nobody will be told are left: %+v", notices)
	}
}

// TestOneMessageForTwoChanges: two signatures within 100 ms are one change of a message.
func TestOneMessageForTwoChanges(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	r.setup.Queues["finance"] = callbacks.Queue{Name: "finance", Groups: []string{"approvers"}, Rules: []callbacks.Rule{
		{Name: "two", Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 3}}}},
	}}
	c := r.announce(4 * time.Hour)
	r.run(time.Second, time.Second)
	for _, name := range []string{"ada", "bob"} {
		r.approve(person(name, "approvers").Person, c.ID)
		r.clock.Advance(40 * time.Millisecond)
		callbackstest.Must(t, r.worker.RunOnce(t.Context()))
	}
	r.run(time.Second, time.Second)
	messages := r.slack.at("#finance")
	if len(messages) != 1 || len(messages[0].states) != 2 || len(messages[0].last().Items[0].Signed) != 2 {
		t.Errorf("%d messages, states %q", len(messages), messages[0].states)
	}
}

// TestOpened: whoever opened the request gets no mail, and whoever only got the link does.
func TestOpened(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	c := r.announce(4 * time.Hour)
	r.run(time.Minute, 10*time.Second)
	ada := person("ada", "approvers").Person
	_, err := r.service.OpenReview(t.Context(), ada, c.ID, callbacks.SignOfLife{Input: true})
	callbackstest.Must(t, err)
	r.run(15*time.Minute, 30*time.Second)
	if len(r.mail.at("ada@example.com")) != 0 || len(r.mail.at("bob@example.com")) != 1 {
		t.Errorf("%d mails to ada, who opened it, and %d to bob", len(r.mail.at("ada@example.com")), len(r.mail.at("bob@example.com")))
	}
	mail := r.mail.at("bob@example.com")[0].last()
	if mail.Why.Unopened.IsZero() || mail.Why.Group != "approvers" || mail.Settings == "" || !strings.HasPrefix(mail.Items[0].URL, "https://desk.example.com/callbacks/") {
		t.Errorf("the mail says %+v", mail)
	}
}

// TestReplicas: two workers on one database send each state of each message once.
func TestReplicas(t *testing.T) {
	t.Parallel()
	onEach(t, func(r *rig) {
		workers := []*notice.Worker{r.worker, r.newWorker(r.store.Notices()), r.newWorker(r.store.Notices())}
		var all []callbacks.Callback
		for range 20 {
			all = append(all, r.announce(4*time.Hour))
		}
		together := func() {
			for range 12 {
				var rounds sync.WaitGroup
				for _, w := range workers {
					rounds.Go(func() {
						if err := w.RunOnce(r.Context()); err != nil {
							r.Error(err)
						}
					})
				}
				rounds.Wait()
			}
		}
		for range 2 { // planned, and once the window is over, sent
			r.clock.Advance(15 * time.Second)
			together()
		}
		for _, c := range all[:5] {
			r.approve(person("bob", "approvers").Person, c.ID)
		}
		r.clock.Advance(2 * time.Minute)
		together()
		for _, b := range []*board{r.slack, r.push} {
			for id, p := range b.shown {
				if states := slices.Compact(slices.Sorted(slices.Values(p.states))); len(states) != len(p.states) {
					r.Errorf("message %s at %s came twice in one state: %q", id, p.place, p.states)
				}
			}
		}
		for _, c := range all[:5] {
			wantDecided(r, r.slack.at("#finance"), c.ID)
			wantDecided(r, r.push.at("ada's browser"), c.ID)
		}
		if n := len(r.slack.shown) + len(r.push.shown); n != 23 {
			r.Errorf("%d messages, want 20 in the channel and one for each person", n)
		}
	})
}

// TestClockJumps: after a jump ahead everything that was due meanwhile is told once, as it is then.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	c := r.announce(4 * time.Hour)
	r.run(time.Second, time.Second)
	r.clock.Advance(3 * time.Hour)
	r.settle()
	r.clock.Advance(-time.Hour)
	r.approve(person("bob", "approvers").Person, c.ID)
	r.clock.Advance(time.Second)
	r.settle()
	if n := len(r.mail.at("ada@example.com")); n != 1 {
		t.Errorf("ada got %d mails", n)
	}
	wantDecided(r, r.slack.at("#finance"), c.ID)
	for _, p := range r.push.shown {
		if p.last().Kind != notice.Decided {
			t.Errorf("at %s it still says %s", p.place, p.last().Kind)
		}
	}
}

// TestDigest: one mail each morning has all that waits then, and none comes where nothing does.
func TestDigest(t *testing.T) {
	t.Parallel()
	r := newSQLiteRig(t)
	delete(r.setup.Channels, notice.Push)
	settings := notice.NewSettings()
	settings.Digest = &notice.DailyDigest{Minute: 8 * 60}
	r.choose("ada", settings)
	first := r.announce(20 * 24 * time.Hour)
	r.run(time.Minute, 10*time.Second)
	r.announce(20 * 24 * time.Hour)
	r.run(24*time.Hour, 10*time.Minute) // until Wednesday, 13:01
	r.approve(person("bob", "approvers").Person, first.ID)
	r.announce(20 * 24 * time.Hour)
	r.run(24*time.Hour, 10*time.Minute)
	var sizes []int
	for _, m := range r.mail.at("ada@example.com") {
		sizes = append(sizes, len(m.messages[0].Items))
		if m.last().Kind != notice.Digest || len(m.messages) != 1 || m.messages[0].At.UTC().Hour() != 8 {
			t.Errorf("a digest of %d states, %s, at %v", len(m.messages), m.last().Kind, m.messages[0].At)
		}
	}
	callbackstest.Same(t, "requests in the digests", sizes, []int{2, 2})
	mails := r.mail.at("ada@example.com")
	if gone := mails[1].last().Gone; len(mails[0].last().Gone) != 0 || len(gone) != 1 || gone[0].ID != first.ID || gone[0].Outcome != "Approve" {
		t.Errorf("the second digest says that these are gone: %+v", gone)
	}
	for _, waits := range r.slack.at("#finance") {
		if id := waits.last().Items[0].ID; id != first.ID {
			r.approve(person("bob", "approvers").Person, id)
		}
	}
	r.run(3*24*time.Hour, 10*time.Minute)
	callbackstest.Same(t, "digests", len(r.mail.at("ada@example.com")), 2)
}

// TestReplicasDiffer: while a new configuration rolls out, a replica that still runs the old one may
// claim a message to a place that it does not know. The place is told all the same.
func TestReplicasDiffer(t *testing.T) {
	t.Parallel()
	onEach(t, func(r *rig) {
		known := *r.setup
		old := *r.setup
		old.Rules.Groups = nil
		behind := r.newWorker(r.store.Notices())
		r.slack.answer = func(notice.Envelope) (bool, error) { return false, &notice.Fault{Code: notice.Unreachable} }
		r.announce(4 * time.Hour)
		r.clock.Advance(15 * time.Second)
		callbackstest.Must(r.TB, r.worker.RunOnce(r.Context())) // plans, and does not get through
		r.slack.answer, r.setup = nil, &old
		r.clock.Advance(15 * time.Second)
		callbackstest.Must(r.TB, behind.RunOnce(r.Context())) // drops
		if n := len(r.slack.at("#finance")); n != 0 {
			r.Fatalf("%d messages by the replica that does not know the place", n)
		}
		r.setup = &known
		r.worker.Forget()
		r.run(time.Minute, 10*time.Second)
		if n := len(r.slack.at("#finance")); n != 1 {
			r.Errorf("%d messages in the channel, want 1", n)
		}
	})
}
