package notice_test

import (
	"testing"
	"time"

	"countersign/internal/assignment"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
)

// TestAssigned: who gets a request from somebody else is told, and whoever had it, each time. Mails
// say it once and nothing of what becomes of it.
func TestAssigned(t *testing.T) {
	t.Parallel()
	onEach(t, func(r *rig) {
		c := r.announce(4 * time.Hour)
		r.run(15*time.Minute, 10*time.Second)
		r.assign(c.ID, "ada", "", "bob")
		r.run(time.Minute, 10*time.Second)
		r.wantKinds("ada", notice.Assigned)
		r.assign(c.ID, "bob", "ada", "bob")
		r.run(time.Minute, 10*time.Second)
		r.wantKinds("ada", notice.MaySign, notice.TakenOver)
		r.assign(c.ID, "ada", "bob", "bob")
		r.run(time.Minute, 10*time.Second)
		r.wantKinds("ada", notice.MaySign, notice.MaySign, notice.Assigned)
		r.wantKinds("bob")
		if item := r.slack.at("#finance")[0].last().Items[0]; item.Assigned != "Name of ada" || item.AssignedBy != "Name of bob" {
			r.Errorf("the channel says that it is %q's, by %q", item.Assigned, item.AssignedBy)
		}
		mails := r.mail.calls
		r.close(c.ID)
		r.run(time.Minute, 10*time.Second)
		if r.mail.calls != mails {
			r.Errorf("%d more mails", r.mail.calls-mails)
		}
	})
}

// TestReleased: whoever had a request hears that somebody else gave it back, and nothing of what
// they gave back themselves.
func TestReleased(t *testing.T) {
	t.Parallel()
	onEach(t, func(r *rig) {
		c := r.announce(4 * time.Hour)
		r.run(15*time.Minute, 10*time.Second)
		r.assign(c.ID, "ada", "", "ada")
		r.run(time.Minute, 10*time.Second)
		r.assign(c.ID, "", "ada", "bob")
		r.run(time.Minute, 10*time.Second)
		r.wantKinds("ada", notice.TakenOver)
		if item := r.push.at("ada's browser")[1].last().Items[0]; item.Assigned != "" || item.AssignedBy != "Name of bob" {
			r.Errorf("it is %q's, by %q", item.Assigned, item.AssignedBy)
		}
		r.assign(c.ID, "bob", "", "bob")
		r.run(time.Minute, 10*time.Second)
		r.assign(c.ID, "", "bob", "bob")
		r.run(time.Minute, 10*time.Second)
		r.wantKinds("bob")
	})
}

// assign has a request change hands.
func (r *rig) assign(id callbacks.ID, to, before, by string) {
	r.Helper()
	who := func(id string) callbacks.Actor {
		if id == "" {
			return callbacks.Actor{}
		}
		return callbackstest.Person(id)
	}
	next := assignment.Assignment{To: who(to), Before: who(before), By: who(by), At: r.clock.Now()}
	entry := callbacks.AuditEntry{At: next.At, Actor: next.By, Action: assignment.ActionAssigned, Callback: id, Queue: "finance"}
	callbackstest.Must(r.TB, r.store.Assignments().Assign(r.Context(), id, func(assignment.Assignment) (assignment.Assignment, callbacks.AuditEntry, error) {
		return next, entry, nil
	}))
}

// wantKinds fails unless somebody's later pushes say just this.
func (r *rig) wantKinds(name string, want ...notice.Kind) {
	r.Helper()
	var kinds []notice.Kind
	for _, p := range r.push.at(name + "'s browser")[1:] {
		kinds = append(kinds, p.last().Kind)
	}
	callbackstest.Same(r.TB, "the pushes to "+name, kinds, want)
}

// TestVoidWakes: whose signature becomes void hears so in their quiet hours, as who may sign does,
// if the request ends in them and nobody is awake. The message says that, not that it needs
// somebody.
func TestVoidWakes(t *testing.T) {
	t.Parallel()
	onEach(t, func(r *rig) {
		for _, name := range []string{"ada", "bob", "cleo"} {
			chosen := notice.NewSettings()
			chosen.Quiet = &notice.Quiet{From: 12 * 60, Until: 15 * 60}
			r.choose(name, chosen)
		}
		c := r.announce(time.Hour)
		r.run(time.Minute, 10*time.Second)
		given := callbacks.Signature{
			By: callbacks.Actor{Kind: callbacks.ActorPerson, ID: "ada", Name: "ada"}, At: r.clock.Now(), Proposal: callbacks.Proposal{Outcome: "approve", Stance: callbacks.For},
			End: &callbacks.SignatureEnd{Lapse: callbacks.Void, At: r.clock.Now(), Why: "An admin said who asks for this after it was signed."},
		}
		_, err := r.store.Change(r.Context(), c.ID, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
			c.Signatures = append(c.Signatures, given)
			c.Audit = append(c.Audit, callbacks.AuditEntry{At: given.At, Actor: given.By, Action: callbacks.ActionVoid, Callback: c.ID, Queue: c.Queue})
			return nil
		})
		callbackstest.Must(r.TB, err)
		r.run(time.Minute, 10*time.Second)
		r.wantKinds("ada", notice.Void)
		r.wantKinds("bob")
	})
}
