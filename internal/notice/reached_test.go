package notice_test

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/notice"
)

// TestReached: whoever comes to be reached while a request waits is told of it within seconds, and
// nobody else hears of it again.
func TestReached(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, then func(*rig) }{
		"in the group":  {nobody, func(r *rig) { r.person("dora") }},
		"by a browser":  {func(r *rig) { r.known("dora", "approvers") }, func(r *rig) { r.browser("dora") }},
		"by a delegate": {stranger, func(r *rig) { r.delegate("ada", "dora", r.clock.Now()) }},
		"by a delegation that was made before": {func(r *rig) {
			stranger(r)
			r.delegate("ada", "dora", r.clock.Now().Add(time.Minute))
		}, nobody},
		"by what they switch on": {func(r *rig) {
			r.mute("dora", t0, notice.Push)
			r.person("dora")
		}, func(r *rig) { r.mute("dora", t0) }},
		"when a mute ends": {func(r *rig) {
			r.mute("dora", r.clock.Now().Add(time.Minute))
			r.person("dora")
		}, nobody},
		"by the file": {func(r *rig) {
			r.known("dora", "others")
			r.browser("dora")
		}, func(r *rig) {
			next := *r.setup
			next.Queues = callbacks.Queues{"finance": {Name: "finance", Groups: []string{"approvers", "others"}}}
			r.setup = &next
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(r *rig) {
				test.before(r)
				r.announce(4 * time.Hour)
				r.run(50*time.Second, 5*time.Second)
				calls := r.push.calls + r.slack.calls
				test.then(r)
				r.run(time.Minute, 5*time.Second)
				if pushes := r.push.at("dora's browser"); len(pushes) != 1 {
					r.Errorf("Dora got %d pushes, want one", len(pushes))
				}
				if n := r.push.calls + r.slack.calls - calls; n != 1 {
					r.Errorf("%d messages were sent, want one", n)
				}
			})
		})
	}
}

// TestReached_FirstChannel: what was pending before there were channels is told once there are.
func TestReached_FirstChannel(t *testing.T) {
	t.Parallel()
	onEach(t, func(r *rig) {
		setup := r.setup
		r.setup = nil
		r.store.Tell(false)
		r.announce(4 * time.Hour)
		r.run(10*time.Second, 5*time.Second)
		r.setup = setup
		r.store.Tell(true)
		r.run(time.Minute, 5*time.Second, r.worker, r.newWorker(r.store.Notices()))
		if n := len(r.slack.at("#finance")); n != 1 || r.push.calls != 3 {
			r.Errorf("%d messages in the channel, %d pushes", n, r.push.calls)
		}
	})
}

func nobody(*rig) {}

// stranger has somebody sign in who may sign nothing.
func stranger(r *rig) {
	r.known("dora")
	r.browser("dora")
}

// delegate has somebody act for another person.
func (r *rig) delegate(from, to string, since time.Time) {
	r.Helper()
	d := delegation.Delegation{
		ID: callbacks.NewID(), From: callbackstest.Person(from), To: callbackstest.Person(to), Queues: []string{"finance"},
		Since: since, Until: since.Add(time.Hour), MadeBy: callbackstest.Person(from), MadeAt: r.clock.Now(),
	}
	callbackstest.Must(r.TB, r.store.AddDelegation(r.Context(), d, func([]delegation.Delegation) error { return nil }, callbacks.AuditEntry{}))
}

// mute has somebody hear nothing until a time, and switch some channels off.
func (r *rig) mute(name string, until time.Time, off ...string) {
	r.Helper()
	chosen := notice.NewSettings()
	chosen.Off, chosen.Mutes = off, []notice.Mute{{Queue: "finance", Until: until}}
	r.choose(name, chosen)
}

// choose replaces what somebody chose.
func (r *rig) choose(name string, chosen notice.Settings) {
	r.Helper()
	callbackstest.Must(r.TB, r.store.Notices().ChangeSettings(r.Context(), name, r.clock.Now(), func(kept *notice.Settings) error {
		*kept = chosen
		return nil
	}))
}
