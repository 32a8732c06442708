package sqlstore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/people"
	"countersign/internal/sqlstore"
)

// stored is the session of a person in one browser, which began so long after the tests' beginning.
func stored(id, person string, after time.Duration) people.StoredSession {
	at := callbackstest.T0.Add(after)
	return people.StoredSession{
		Session: people.Session{
			ID: callbacks.ID(id), Person: person, Name: strings.ToUpper(person), Email: person + "@harborline.example",
			Browser: "Firefox 145 on Linux", Address: "203.0.113.7", SignedInAt: at, SeenAt: at,
		},
		TokenHash: []byte("hash of " + id), Sealed: []byte("sealed \x00\xff " + id), ExpiresAt: at.Add(time.Hour),
	}
}

func find(t *testing.T, s *sqlstore.Sessions, hash []byte) (string, bool) {
	t.Helper()
	sealed, found, err := s.Find(t.Context(), hash)
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	return string(sealed), found
}

func insert(t *testing.T, s *sqlstore.Sessions, session people.StoredSession) people.StoredSession {
	t.Helper()
	if err := s.Insert(t.Context(), session); err != nil {
		t.Fatalf("insert: %v", err)
	}
	return session
}

// onBoth runs a test on both databases, with a clock that stands still.
func onBoth(t *testing.T, test func(*testing.T, *sqlstore.Store, *sqlstore.Sessions, *callbackstest.Clock)) {
	t.Helper()
	t.Parallel()
	run := func(t *testing.T, store *sqlstore.Store) {
		clock := callbackstest.NewClock(callbackstest.T0)
		test(t, store, store.Sessions(clock.Now), clock)
	}
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		run(t, openSQLite(t))
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		if !testing.Short() {
			run(t, openPostgres(t))
		}
	})
}

func TestSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, store *sqlstore.Store, s *sqlstore.Sessions, clock *callbackstest.Clock) {
		if _, found := find(t, s, []byte("unknown")); found {
			t.Error("a session that nobody began was found")
		}
		mine, other := insert(t, s, stored("mine", "ada", 0)), insert(t, s, stored("other", "bo", time.Hour))
		if err := s.Insert(t.Context(), mine); err == nil {
			t.Error("a session was inserted over another")
		}
		first := mine.Sealed
		mine.Sealed, mine.SeenAt = []byte("second"), mine.SeenAt.Add(time.Minute)
		if written, err := s.Update(t.Context(), mine, first); err != nil || !written {
			t.Fatalf("written %t, %v", written, err)
		}
		late := mine
		late.Sealed = []byte("by somebody who read the first")
		if written, err := s.Update(t.Context(), late, first); err != nil || written {
			t.Errorf("written %t, %v over what came between", written, err)
		}
		if sealed, found := find(t, s, mine.TokenHash); !found || sealed != "second" {
			t.Errorf("found %q, %t; want what was written last", sealed, found)
		}
		clock.Set(mine.ExpiresAt)
		if _, found := find(t, s, mine.TokenHash); found {
			t.Error("an expired session was found")
		}
		if err := store.ForgetSessions(t.Context(), clock.Now(), 10); err != nil {
			t.Fatal(err)
		}
		clock.Set(callbackstest.T0)
		if _, found := find(t, s, mine.TokenHash); found {
			t.Error("an expired session was not swept")
		}
		for _, want := range []bool{true, false} { // of two that delete it one finds it
			if found, err := s.Delete(t.Context(), other.TokenHash); err != nil || found != want {
				t.Errorf("delete found %t, %v, want %t", found, err, want)
			}
		}
		if _, found := find(t, s, other.TokenHash); found {
			t.Error("a deleted session was found")
		}
	})
}

// TestDeletedSessionStaysDeleted: a request that read a session before it was deleted does not
// write it again.
func TestDeletedSessionStaysDeleted(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqlstore.Store, s *sqlstore.Sessions, _ *callbackstest.Clock) {
		mine := insert(t, s, stored("mine", "ada", 0))
		find(t, s, mine.TokenHash)
		if _, err := s.Delete(t.Context(), mine.TokenHash); err != nil {
			t.Fatal(err)
		}
		if written, err := s.Update(t.Context(), mine, mine.Sealed); err != nil || written {
			t.Errorf("written %t, %v", written, err)
		}
		if _, found := find(t, s, mine.TokenHash); found {
			t.Error("the deleted session came back")
		}
	})
}

// TestEndSession: the session goes and the audit says who ended it, both or neither.
func TestEndSession(t *testing.T) {
	onBoth(t, func(t *testing.T, store *sqlstore.Store, s *sqlstore.Sessions, clock *callbackstest.Clock) {
		mine := insert(t, s, stored("mine", "ada", 0))
		underWay := stored("begun", "", 0)
		insert(t, s, underWay)
		refused := errors.New("not yours")
		entry := callbacks.AuditEntry{At: clock.Now(), Actor: callbacks.Person{Subject: "root"}.Actor(), Action: callbacks.ActionSessionEnded, Detail: "Ended."}
		_, err := s.End(t.Context(), mine.ID, func(seen people.Session) (callbacks.AuditEntry, error) {
			if diff := cmp.Diff(mine.Session, seen); diff != "" {
				t.Error(diff)
			}
			return entry, refused
		})
		if !errors.Is(err, refused) {
			t.Errorf("a refused end gives %v", err)
		}
		if _, found := find(t, s, mine.TokenHash); !found || len(audit(t, store)) != 0 {
			t.Error("a refused end changed something")
		}
		allow := func(people.Session) (callbacks.AuditEntry, error) { return entry, nil }
		ended, err := s.End(t.Context(), mine.ID, allow)
		if diff := cmp.Diff(mine, ended); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if _, found := find(t, s, mine.TokenHash); found || len(audit(t, store)) != 1 {
			t.Errorf("found %t after the end, audit %v", found, audit(t, store))
		}
		for _, id := range []callbacks.ID{mine.ID, underWay.ID, "nosuch", "\x00"} {
			if _, err := s.End(t.Context(), id, allow); !errors.Is(err, callbacks.ErrNotFound) {
				t.Errorf("the end of %q gives %v", id, err)
			}
		}
	})
}

func audit(t *testing.T, store *sqlstore.Store) []callbacks.AuditEntry {
	t.Helper()
	entries, err := store.Audit(t.Context(), desk.AuditQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestListSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqlstore.Store, s *sqlstore.Sessions, _ *callbackstest.Clock) {
		insert(t, s, stored("a1", "ada", 0))
		idle := stored("a2", "ada", time.Minute)
		idle.SeenAt = callbackstest.T0.Add(-time.Hour)
		insert(t, s, idle)
		insert(t, s, stored("a3", "ada", 2*time.Minute))
		insert(t, s, stored("b1", "bo", time.Minute))
		odd := stored("c1", "100%_\\", 3*time.Minute)
		odd.Address = "2001:DB8::1"
		insert(t, s, odd)
		insert(t, s, stored("begun", "", time.Minute))
		before := callbackstest.T0.Add(-2 * time.Hour)
		for name, tt := range map[string]struct {
			q    people.SessionQuery
			want string
		}{
			"Everybody": {people.SessionQuery{}, "c1 a3 b1 a2 a1"},
			"Mine":      {people.SessionQuery{Person: "ada"}, "a3 a2 a1"},
			"Idle":      {people.SessionQuery{SeenAfter: callbackstest.T0.Add(-time.Hour)}, "c1 a3 b1 a1"},
			"Old":       {people.SessionQuery{SignedInAfter: callbackstest.T0}, "c1 a3 b1 a2"},
			"Name":      {people.SessionQuery{Search: "aD"}, "a3 a2 a1"},
			"Email":     {people.SessionQuery{Search: "bo@Harbor"}, "b1"},
			"Address":   {people.SessionQuery{Search: "2001:db8"}, "c1"},
			"Literal":   {people.SessionQuery{Search: `0%_\`}, "c1"},
			"NoPattern": {people.SessionQuery{Search: "a%a"}, ""},
			"Nobody":    {people.SessionQuery{Person: "zoe"}, ""},
			"NUL":       {people.SessionQuery{Search: "\x00", Person: "\x00"}, ""},
		} {
			if tt.q.SignedInAfter.IsZero() {
				tt.q.SignedInAfter = before
			}
			if tt.q.SeenAfter.IsZero() {
				tt.q.SeenAfter = before
			}
			for _, limit := range []int{1, 2, 10} {
				tt.q.Limit, tt.q.After = limit, nil
				if got := walk(t, s, tt.q); got != tt.want {
					t.Errorf("%s by %d: %q, want %q", name, limit, got, tt.want)
				}
			}
		}
	})
}

// walk reads every page of a query.
func walk(t *testing.T, s *sqlstore.Sessions, q people.SessionQuery) string {
	t.Helper()
	var ids []string
	for range 20 {
		page, next, err := s.List(t.Context(), q)
		if err != nil || len(page) > q.Limit {
			t.Fatalf("%d sessions, %v", len(page), err)
		}
		for _, session := range page {
			ids = append(ids, string(session.ID))
		}
		if q.After = next; next == nil {
			return strings.Join(ids, " ")
		}
	}
	t.Fatal("the pages do not end")
	return ""
}

func TestForgetSessionsToLimit(t *testing.T) {
	t.Parallel()
	store := openSQLite(t)
	s := store.Sessions(callbackstest.NewClock(callbackstest.T0).Now)
	later, first := insert(t, s, stored("later", "ada", 2*time.Second)), insert(t, s, stored("first", "ada", time.Second))
	if err := store.ForgetSessions(t.Context(), callbackstest.T0.Add(2*time.Hour), 1); err != nil {
		t.Fatal(err)
	}
	if _, found := find(t, s, first.TokenHash); found {
		t.Error("the session that expired first is still there")
	}
	if _, found := find(t, s, later.TokenHash); !found {
		t.Error("more than the limit was swept")
	}
}

// TestUpdatedSessionIsListedAsItIs: what an update changes is what the list shows.
func TestUpdatedSessionIsListedAsItIs(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqlstore.Store, s *sqlstore.Sessions, _ *callbackstest.Clock) {
		mine := insert(t, s, stored("mine", "ada", 0))
		mine.Name, mine.Email, mine.Browser, mine.Address = "Ada L", "l@harborline.example", "Safari on macOS", "198.51.100.9"
		mine.SeenAt = mine.SeenAt.Add(time.Minute)
		if _, err := s.Update(t.Context(), mine, mine.Sealed); err != nil {
			t.Fatal(err)
		}
		page, _, err := s.List(t.Context(), people.SessionQuery{Search: "198.51", Limit: 2})
		if diff := cmp.Diff([]people.Session{mine.Session}, page); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
}

// BenchmarkSearchSessions is a search that finds nothing among as many sessions as a large house
// has.
func BenchmarkSearchSessions(b *testing.B) {
	store := openSQLite(b)
	s := store.Sessions(time.Now)
	for i := range 5000 {
		if err := s.Insert(b.Context(), stored(fmt.Sprint("s", i), fmt.Sprint("p", i), time.Duration(i)*time.Second)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, _, err := s.List(b.Context(), people.SessionQuery{Search: "nobody", Limit: 50}); err != nil {
			b.Fatal(err)
		}
	}
}
