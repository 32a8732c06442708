package sqlstore

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
	"countersign/internal/sqlstore/notices"
)

// exerciseNotices runs every method of the store of notices.
func exerciseNotices(t *testing.T, s *notices.Store, id callbacks.ID) {
	t.Helper()
	ctx, now, check := t.Context(), callbackstest.T0.Add(time.Hour), passing(t)
	ada := notice.Planned{
		Target: notice.Target{Channel: notice.Email, Place: "ada@example.com", Person: "ada"}, Topic: notice.Topic{Kind: notice.MaySign},
		Due: now, Gathering: notice.Joining,
	}
	bob := ada
	bob.Place, bob.Person = "bob@example.com", "bob"
	for range 2 { // a notice that is new, and one that is known
		changes, err := s.ClaimChanges(ctx, now, now, 10)
		check(err)
		check(s.Plan(ctx, changes[0], notice.Plan{Notices: []notice.Planned{ada}, Unreached: []notice.Unreached{{Planned: bob}}, Next: now}, now))
	}
	lease := callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}
	claimed, err := s.ClaimMessages(ctx, now, lease, 10, []string{notice.Slack})
	check(err)
	_, err = s.Story(ctx, id, now) // of what waits
	check(err)
	check(s.Finish(ctx, claimed[0], notice.Result{Drop: []callbacks.ID{id}}, now))
	_, err = s.Story(ctx, id, now)
	check(err)
	_, err = s.Openers(ctx, id)
	check(err)
	check(s.Reached(ctx, nil, now))
	check(s.Reached(ctx, map[string]string{"finance": "ada"}, now))
	_, err = s.Replan(ctx, 10, now)
	check(err)
	_, _, err = s.Next(ctx, []string{notice.Slack})
	check(err)
	check(s.Pause(ctx, notice.Pause{Channel: notice.Slack, At: now, Until: now}))
	_, err = s.Pauses(ctx, now, 10)
	check(err)
	_, err = s.Backlogs(ctx, now, now)
	check(err)
	_, err = s.Health(ctx, now)
	check(err)
	_, err = s.Retry(ctx, notice.Webhooks, "erp", callbacks.System("ops"), now)
	check(err)
	check(s.Forget(ctx, now, 10))
	check(s.ChangeSettings(ctx, "ada", now, func(*notice.Settings) error { return nil }))
	_, err = s.Settings(ctx, "ada")
	check(err)
	check(s.Subscribe(ctx, notice.Subscription{ID: "b", Person: "ada"}, callbacks.System("ops")))
	_, err = s.Subscription(ctx, "b")
	check(err)
	_, err = s.Subscriptions(ctx, "ada")
	check(err)
	check(s.Unsubscribe(ctx, "b", callbacks.System("ops"), now))
	check(s.Link(ctx, notice.Account{Channel: notice.Slack, Person: "ada", Account: "U1"}, callbacks.System("ops")))
	_, err = s.Linked(ctx, notice.Slack, "ada")
	check(err)
	check(s.Unlink(ctx, notice.Slack, "ada", callbacks.System("ops"), now))
	check(s.ForgetPeople(ctx, now, 10, callbacks.System("notices"), now))
	_, err = s.Reachable(ctx, now, 10)
	check(err)
}
