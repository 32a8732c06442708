package admin

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/replies"
)

// TestStretches: what follows each other and says the same is one line; everything else stays a line
// of its own.
func TestStretches(t *testing.T) {
	t.Parallel()
	ada, bob := callbackstest.Person("ada"), callbackstest.Person("bob")
	entry := func(a callbacks.Action, by callbacks.Actor, id callbacks.ID) callbacks.AuditEntry {
		return callbacks.AuditEntry{Action: a, Actor: by, Callback: id}
	}
	failed := entry(callbacks.ActionHeartbeatFailed, callbacks.System("beats"), "c1")
	other := failed
	other.Facts.Reply = replies.Throttled
	for name, test := range map[string]struct {
		entries []callbacks.AuditEntry
		want    []int
	}{
		"none":                 {},
		"heartbeats":           {[]callbacks.AuditEntry{failed, failed, failed}, []int{3}},
		"another reason":       {[]callbacks.AuditEntry{failed, other, failed}, []int{1, 1, 1}},
		"another callback":     {[]callbacks.AuditEntry{failed, entry(failed.Action, failed.Actor, "c2")}, []int{1, 1}},
		"visits":               {[]callbacks.AuditEntry{entry(callbacks.ActionReviewReleased, ada, "c1"), entry(callbacks.ActionReviewOpened, ada, "c1")}, []int{2}},
		"another visitor":      {[]callbacks.AuditEntry{entry(callbacks.ActionReviewOpened, ada, "c1"), entry(callbacks.ActionReviewOpened, bob, "c1")}, []int{1, 1}},
		"decisions never fold": {[]callbacks.AuditEntry{entry(callbacks.ActionDecided, ada, "c1"), entry(callbacks.ActionDecided, ada, "c1")}, []int{1, 1}},
		"something between":    {[]callbacks.AuditEntry{failed, entry(callbacks.ActionDecided, ada, "c1"), failed}, []int{1, 1, 1}},
	} {
		for i := range test.entries {
			test.entries[i].At = callbackstest.T0.Add(-time.Duration(i) * time.Minute)
		}
		var got []int
		for _, s := range (Audit{Entries: test.entries}).stretches() {
			got = append(got, s.Count)
			if s.Count > 1 && !s.Since.Equal(test.entries[len(test.entries)-1].At) {
				t.Errorf("%s: since %v", name, s.Since)
			}
		}
		callbackstest.Same(t, name, got, test.want)
	}
}
