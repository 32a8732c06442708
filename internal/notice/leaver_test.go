package notice_test

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
)

// TestLongGone: what is kept of somebody who was not seen for long is deleted, also on a desk that
// has no channel (any more).
func TestLongGone(t *testing.T) {
	t.Parallel()
	for name, channels := range map[string]bool{"with channels": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(r *rig) {
				stored := r.store.Notices()
				r.mute("ada", r.clock.Now().Add(time.Hour))
				account := notice.Account{Channel: notice.Slack, Person: "ada", Account: "U1", LinkedAt: r.clock.Now()}
				callbackstest.Must(r.TB, stored.Link(r.Context(), account, callbackstest.Person("ada")))
				if !channels {
					r.setup = nil
					r.store.Tell(false)
				}
				r.run(time.Minute, 30*time.Second)
				if _, err := stored.Linked(r.Context(), notice.Slack, "ada"); err != nil {
					r.Errorf("too early: %v", err)
				}
				r.clock.Advance(181 * 24 * time.Hour)
				r.known("bob", "approvers")
				r.run(time.Minute, 30*time.Second)
				_, unlinked := stored.Linked(r.Context(), notice.Slack, "ada")
				_, removed := stored.Subscription(r.Context(), "ada's browser")
				_, kept := stored.Subscription(r.Context(), "bob's browser")
				chosen, err := stored.Settings(r.Context(), "ada")
				if !errors.Is(unlinked, callbacks.ErrNotFound) || !errors.Is(removed, callbacks.ErrNotFound) || kept != nil || err != nil || len(chosen.Mutes) > 0 {
					r.Errorf("account: %v, browser: %v, bob's: %v, settings: %+v, %v", unlinked, removed, kept, chosen, err)
				}
			})
		})
	}
}
