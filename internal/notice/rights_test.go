package notice_test

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
	"countersign/internal/people"
)

// TestNotYours: whoever may not know of a request any more is told nothing of it. What they were told
// before is taken back where that can be done, once.
func TestNotYours(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*rig){
		"left the group": func(r *rig) {
			p := person("ada").Person
			callbackstest.Must(r.TB, r.store.KeepPerson(r.Context(), people.NewProfile(p, true, r.clock.Now())))
		},
		"somebody else has the browser": func(r *rig) {
			callbackstest.Must(r.TB, r.store.Notices().Subscribe(r.Context(), notice.Subscription{
				ID: "ada's browser", Person: "eve", Endpoint: "https://push.example.com/ada", MadeAt: r.clock.Now(),
			}, callbackstest.Person("eve")))
		},
		"the queue has other groups": func(r *rig) {
			r.setup.Queues = callbacks.Queues{"finance": {Name: "finance", Groups: []string{"others"}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newSQLiteRig(t)
			c, other := r.announce(4*time.Hour), r.announce(4*time.Hour)
			r.run(15*time.Minute, 10*time.Second)
			mails := r.mail.calls
			lose(r)
			r.run(time.Minute, 10*time.Second)
			for _, one := range []callbacks.Callback{c, other} {
				r.close(one.ID)
			}
			r.run(time.Minute, 10*time.Second)
			pushes := r.push.at("ada's browser")
			if len(pushes) != 1 {
				t.Fatalf("%d pushes", len(pushes))
			}
			last := pushes[0].last()
			if last.Kind != notice.NotYours || len(last.Items) != 0 || last.Settings == "" || !last.Quiet {
				t.Errorf("the push says %+v", last)
			}
			taken := 0
			for _, m := range pushes[0].messages {
				if m.Kind == notice.NotYours {
					taken++
				}
			}
			if taken != 1 || r.mail.calls != mails {
				t.Errorf("taken back %d times, %d more mails", taken, r.mail.calls-mails)
			}
			moved := strings.HasPrefix(name, "the queue")
			for _, m := range r.slack.at("#finance") {
				if kind := m.last().Kind; moved != (kind == notice.NotYours) {
					t.Errorf("the channel of the group says %s", kind)
				}
			}
		})
	}
}

// close ends a request without its page.
func (r *rig) close(id callbacks.ID) {
	r.Helper()
	now := r.clock.Now()
	_, err := r.store.Change(r.Context(), id, callbacks.Parts{}, func(c *callbacks.Case) error {
		return c.Record(c.Close(callbacks.Ending{By: callbacks.EndedByOther, At: now}, now, callbacks.System("expiry")))
	})
	callbackstest.Must(r.TB, err)
}
