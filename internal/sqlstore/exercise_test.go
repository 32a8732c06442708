package sqlstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/discovery"
	"countersign/internal/people"
	"countersign/internal/readquota"
)

// passing returns a function that ends the test at an error.
func passing(t *testing.T) func(error) {
	t.Helper()
	return func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// exercise runs every method that is not a list.
func exercise(t *testing.T, s *Store) {
	t.Helper()
	ctx, now, check := t.Context(), callbackstest.T0, passing(t)
	c := callbackstest.NewCallback(callbackstest.Heartbeats(time.Minute, now))
	entry := callbackstest.Entry(c, callbacks.ActionReceived, now)
	for range 2 {
		_, err := s.Receive(ctx, callbacks.Message{Source: "shop", ID: "m", At: now}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, entry)
		check(err)
	}
	_, err := s.Receive(ctx, callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, entry)
	check(err)
	_, err = s.Content(ctx, c.ID)
	check(err)
	_, err = s.Change(ctx, c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
		callbackstest.DecidedBy("ada", now)(&c.Callback)
		c.Delivery = &callbacks.Delivery{Callback: c.ID, Completion: callbackstest.NewCompletion(), DueAt: now}
		return c.Record(entry, nil)
	})
	check(err)
	_, err = s.ClaimDeliveries(ctx, now, callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}, 10, []arn.Lane{{Region: "elsewhere"}})
	check(err)
	_, err = s.Change(ctx, c.ID, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
		callbackstest.Ended(callbacks.Undeliverable, now)(&c.Callback)
		c.Delivery.Attempts = []callbacks.Attempt{{Number: 1, StartedAt: now, EndedAt: now}}
		c.Delivery.DueAt = time.Time{}
		return c.Record(entry, c.Delivery.Release("w", 1))
	})
	check(err)
	_, err = s.Change(ctx, c.ID, callbacks.Parts{Delivery: true}, func(c *callbacks.Case) error {
		return c.Record(c.Retry(c.Delivery, now, callbackstest.Person("ops")))
	})
	check(err)
	_, err = s.Delivery(ctx, c.ID)
	check(err)
	_, err = s.Change(ctx, c.ID, callbacks.Parts{Reviews: true}, func(c *callbacks.Case) error {
		c.Reviews = []callbacks.Review{{ID: "r", Callback: c.ID, By: callbackstest.Person("ada"), OpenedAt: now, RenewedAt: now}}
		return c.Record(entry, nil)
	})
	check(err)
	_, err = s.Reviews(ctx, c.ID)
	check(err)
	for range 2 { // a signature that is added, then one that ends
		_, err = s.Change(ctx, c.ID, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
			for i := range c.Signatures {
				c.Signatures[i].End = &callbacks.SignatureEnd{Lapse: callbacks.Withdrawn, At: now}
			}
			c.WaitingSince = now
			c.Signatures = append(c.Signatures, callbacks.Signature{By: callbackstest.Person("ada"), At: now})
			return c.Record(entry, nil)
		})
		check(err)
	}
	_, err = s.Signatures(ctx, c.ID)
	check(err)
	_, err = s.List(ctx, desk.Query{Filter: desk.Filter{Scope: desk.ScopeAvailable}, AllQueues: true, Now: now})
	check(err)
	exerciseUpkeep(t, s, c)
	for _, q := range []desk.AuditQuery{
		{}, {Before: 9}, {Callback: c.ID}, {Actors: []string{"ada"}}, {Action: "x"}, {Callback: c.ID, Actors: []string{"ada"}, Action: "x"},
	} {
		q.Limit = 10
		_, err = s.Audit(ctx, q)
		check(err)
	}
	_, err = s.Titles(ctx, []callbacks.ID{c.ID, "unknown"})
	check(err)
	exerciseDelegations(t, s)
	exerciseBatches(t, s)
	exerciseWatches(t, s, c)
	check(s.ForgetMessages(ctx, now, 10))
	_, err = s.Backlog(ctx, now)
	check(err)
	exerciseSessions(t, s)
	_, err = s.Audiences(ctx, 10)
	check(err)
	for _, q := range []desk.Query{{AllQueues: true}, {Queues: []string{"a", "b"}}} {
		_, err = s.Functions(ctx, q, 10)
		check(err)
	}
}

// exerciseUpkeep runs what looks after callbacks while nobody decides them, and what past runs and
// masks say.
func exerciseUpkeep(t *testing.T, s *Store, c callbacks.Callback) {
	t.Helper()
	exerciseNotices(t, s.Notices(), c.ID)
	exerciseAssignments(t, s.Assignments(), c)
	exerciseViews(t, s.Views())
	ctx, now, check := t.Context(), callbackstest.T0, passing(t)
	_, err := s.CloseReviews(ctx, now, now, 10)
	check(err)
	_, err = s.ClaimHeartbeats(ctx, now, 10)
	check(err)
	_, err = s.Expired(ctx, now, "", 10)
	check(err)
	_, err = s.Expired(ctx, now, c.ID, 10)
	check(err)
	_, err = s.Escalating(ctx, now, 10)
	check(err)
	_, err = s.Past(ctx, c.Queue, c.Function, c.Name, 10)
	check(err)
	_, err = s.Took(ctx, []string{c.Queue, "b"}, now, now, 10)
	check(err)
	_, err = s.Masked(ctx, []callbacks.ID{c.ID, "unknown"})
	check(err)
	_, err = s.InExecution(ctx, c.ExecutionARN, callbacks.Pending, "", 10)
	check(err)
	_, err = s.InExecution(ctx, c.ExecutionARN, callbacks.Completed, c.ID, 10)
	check(err)
	for _, next := range []func(context.Context) (time.Time, error){s.NextDelivery, s.NextHeartbeat, s.NextDeadline, s.NextEscalation} {
		_, err = next(ctx)
		check(err)
	}
}

// exerciseSessions runs every method of the sessions, and the search for people.
func exerciseSessions(t *testing.T, s *Store) {
	t.Helper()
	ctx, now, check := t.Context(), callbackstest.T0, passing(t)
	_, err := s.PeopleSeen(ctx, now, 10)
	check(err)
	sessions := s.Sessions(func() time.Time { return now })
	session := people.StoredSession{Session: people.Session{ID: "s1", Person: "ada"}, TokenHash: []byte("hash"), Sealed: []byte("sealed"), ExpiresAt: now}
	check(sessions.Insert(ctx, session))
	_, _, err = sessions.Find(ctx, session.TokenHash)
	check(err)
	_, err = sessions.Update(ctx, session, session.Sealed)
	check(err)
	for _, q := range []people.SessionQuery{{}, {Person: "ada"}, {Search: "a"}, {Person: "ada", After: &desk.Cursor{Key: 1, ID: "s1"}}, {After: &desk.Cursor{Key: 1, ID: "s1"}}} {
		_, _, err = sessions.List(ctx, q)
		check(err)
	}
	_, err = sessions.End(ctx, session.ID, func(people.Session) (callbacks.AuditEntry, error) { return callbacks.AuditEntry{}, nil })
	check(err)
	_, err = sessions.Delete(ctx, session.TokenHash)
	check(err)
	check(s.ForgetSessions(ctx, now, 10))
}

// exerciseWatches runs what discovery asks.
func exerciseWatches(t *testing.T, s *Store, known callbacks.Callback) {
	t.Helper()
	ctx, now := t.Context(), callbackstest.T0
	w := discovery.Watch{Function: "orders", Queue: "a"}
	found := callbackstest.NewCallback()
	_, err := s.Receive(ctx, callbacks.Message{}, found, callbacks.Content{}, callbacks.Unannounced, callbacks.Queues{}.Bind, callbacks.AuditEntry{})
	errs := []error{err}
	_, err = s.Receive(ctx, callbacks.Message{}, found, callbacks.Content{}, "f", callbacks.Queues{}.Bind, callbacks.AuditEntry{Action: "x"})
	for _, watches := range [][]discovery.Watch{{w, {Function: "gone"}}, {w}, {{Function: w.Function, Queue: "moved"}}, {w}} {
		named := func(l discovery.Watchlist) discovery.Watchlist { return l.Named(watches) }
		errs = append(errs, s.ChangeWatches(ctx, named))
	}
	errs = append(errs, err)
	_, err = s.ClaimWatches(ctx, w.Lane(), now, callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}, 10)
	errs = append(errs, err, s.RenewWatch(ctx, w, callbacks.Lease{Owner: "w", Until: now.Add(time.Minute)}),
		s.SeeExecutions(ctx, "w", w, now, []string{known.ExecutionARN, "b"}), s.MissExecutions(ctx, "w", w, now), s.ReadAnew(ctx, "w", w, []string{"c"}))
	for _, after := range []callbacks.ID{"", known.ID} {
		_, err = s.Arrived(ctx, w, now, now, after, 10)
		errs = append(errs, err)
	}
	_, err = s.DueExecutions(ctx, w, now, now, 10)
	errs = append(errs, err, s.SaveExecution(ctx, "w", w, now, discovery.WatchedExecution{ARN: known.ExecutionARN}),
		s.SaveExecution(ctx, "w", w, now, discovery.WatchedExecution{ARN: "b", Trace: discovery.Trace{Ended: true}}),
		s.FinishWatch(ctx, "w", discovery.WatchState{Watch: w}))
	_, err = s.NextWatch(ctx, w.Lane())
	errs = append(errs, err)
	_, err = s.Gone(ctx, []string{"orders", "prints"}, 9)
	errs = append(errs, err)
	_, err = s.Lookup(ctx, known.CallbackID)
	errs = append(errs, err, s.ChangeQuota(ctx, w.Lane(), now, func(b *readquota.Quota, _ time.Time) { b.Used++ }))
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func exerciseDelegations(t *testing.T, s *Store) {
	t.Helper()
	ctx, now, check := t.Context(), callbackstest.T0, passing(t)
	for _, name := range []string{"Mara Okafor", "Mara Reyes"} { // another name, and other groups
		p := callbacks.Person{ID: "mara", Name: name, Groups: []string{name}, GroupsReadAt: now}
		check(s.KeepPerson(ctx, people.NewProfile(p, true, now)))
	}
	d := delegation.Delegation{
		ID: "d", From: callbackstest.Person("mara"), To: callbackstest.Person("ada"),
		Since: now, Until: now.Add(time.Hour), MadeBy: callbackstest.Person("mara"), MadeAt: now,
	}
	check(s.AddDelegation(ctx, d, func([]delegation.Delegation) error { return nil }, callbacks.AuditEntry{}))
	for _, queue := range []string{"", "finance"} {
		_, err := s.DelegationsTo(ctx, []callbacks.Person{{ID: "ada", Email: "ada@harborline.example", EmailVerified: true}}, queue, now, now, 10)
		check(err)
	}
	_, err := s.DelegationsSince(ctx, now, now, 10)
	check(err)
	_, err = s.LastDelegationEnd(ctx)
	check(err)
	_, err = s.Delegations(ctx, "mara", 10)
	check(err)
	_, err = s.FindPeople(ctx, "mara", 10)
	check(err)
	_, err = s.EndDelegation(ctx, d.ID, func(d *delegation.Delegation) (callbacks.AuditEntry, error) {
		d.Until = now
		return callbacks.AuditEntry{}, nil
	})
	check(err)
}
