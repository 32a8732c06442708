package notice_test

import (
	"testing"
	"time"

	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
)

// TestDeleted: a message of several callbacks that somebody deleted takes no later one with it.
func TestDeleted(t *testing.T) {
	t.Parallel()
	onEach(t, func(r *rig) {
		account := notice.Account{Channel: notice.Slack, Person: "ada", Account: "U1", LinkedAt: r.clock.Now()}
		callbackstest.Must(t, r.store.Notices().Link(t.Context(), account, callbackstest.Person("ada")))
		first, second := r.announce(4*time.Hour), r.announce(4*time.Hour)
		r.run(5*time.Minute, 5*time.Second)
		sent := r.slack.at("U1")
		if len(sent) != 1 || len(sent[0].last().Items) != 2 {
			r.Fatalf("%d messages", len(sent))
		}
		r.slack.answer = func(e notice.Envelope) (bool, error) {
			if e.Message.ID == sent[0].last().ID {
				return false, &notice.Fault{Code: notice.NoMessage, Words: "message_not_found"}
			}
			return true, nil
		}
		r.approve(person("bob", "approvers").Person, first.ID)
		later := r.announce(4 * time.Hour)
		r.run(30*time.Minute, 10*time.Second)
		r.approve(person("bob", "approvers").Person, second.ID)
		r.run(30*time.Minute, 10*time.Second)
		sent = r.slack.at("U1")
		if len(sent) != 2 || sent[1].last().Items[0].ID != later.ID || len(sent[0].messages) != 1 {
			r.Errorf("%d messages; the latest says %+v", len(sent), sent[len(sent)-1].last())
		}
	})
}

// TestMayHaveArrived: a list that may have got a mail is told how it ended, although nobody knows
// whether the mail arrived. A person is not.
func TestMayHaveArrived(t *testing.T) {
	t.Parallel()
	onEach(t, func(r *rig) {
		list := notice.Target{Channel: notice.Email, Place: "list@example.com"}
		r.setup.Rules.Groups = map[string][]notice.Target{"approvers": {list}}
		r.mail.answer = func(notice.Envelope) (bool, error) { return true, &notice.Fault{Code: notice.Unanswered} }
		c := r.announce(4 * time.Hour)
		r.run(12*time.Minute, 20*time.Second)
		people := len(r.mail.at("ada@example.com")[0].messages)
		r.approve(r.known("cleo", "approvers"), c.ID)
		r.mail.answer = nil
		r.run(time.Hour, time.Minute)
		if mails := r.mail.at(list.Place); len(mails) != 1 || mails[0].last().Kind != notice.Decided {
			r.Errorf("the list got %d mails, the latest %+v", len(mails), mails[0].last())
		}
		if n := len(r.mail.at("ada@example.com")[0].messages); n != people {
			r.Errorf("ada got %d more mails", n-people)
		}
	})
}
