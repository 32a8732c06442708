package sqlstore_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/people"
	"countersign/internal/sqlstore"
)

// checkUnavailable calls every method of a store whose database is gone.
func checkUnavailable(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	ctx, now := t.Context(), callbackstest.T0
	c := callbackstest.NewCallback()
	fn := func(*callbacks.Case) error { return nil }
	query := desk.Query{Filter: desk.Filter{Scope: desk.ScopeAll, Function: "f"}, AllQueues: true, Now: now}
	sessions := s.Sessions(time.Now)
	only := func(_ any, err error) error { return err }
	for name, err := range map[string]error{
		"Receive": only(s.Receive(ctx, callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, callbacks.AuditEntry{})),
		"Get":     only(s.Get(ctx, c.ID)), "Content": only(s.Content(ctx, c.ID)), "List": only(s.List(ctx, query)),
		"Count": only(s.Count(ctx, query, 1)), "Functions": only(s.Functions(ctx, query, 1)), "Change": only(s.Change(ctx, c.ID, callbacks.Parts{}, fn)),
		"InExecution":     only(s.InExecution(ctx, c.ExecutionARN, callbacks.Pending, "", 1)),
		"Delivery":        only(s.Delivery(ctx, c.ID)),
		"ClaimDeliveries": only(s.ClaimDeliveries(ctx, now, callbacks.Lease{}, 1, nil)),
		"NextDelivery":    only(s.NextDelivery(ctx)),
		"ClaimHeartbeats": only(s.ClaimHeartbeats(ctx, now, 1)), "NextHeartbeat": only(s.NextHeartbeat(ctx)),
		"HastenHeartbeats": s.HastenHeartbeats(ctx, now),
		"Expired":          only(s.Expired(ctx, now, "", 1)), "NextDeadline": only(s.NextDeadline(ctx)),
		"Reviews": only(s.Reviews(ctx, c.ID)), "CloseReviews": only(s.CloseReviews(ctx, now, now, 1)),
		"Titles": only(s.Titles(ctx, []callbacks.ID{c.ID})), "Masked": only(s.Masked(ctx, []callbacks.ID{c.ID})),
		"Audit":  only(s.Audit(ctx, desk.AuditQuery{Limit: 1})),
		"Record": s.Record(ctx, callbackstest.Entry(c, "x", now)), "ForgetMessages": s.ForgetMessages(ctx, now, 1), "Ping": s.Ping(ctx),
		"ForgetSessions": s.ForgetSessions(ctx, now, 1), "Insert": sessions.Insert(ctx, people.StoredSession{}),
		"UpdateSession": only(sessions.Update(ctx, people.StoredSession{}, nil)), "Delete": only(sessions.Delete(ctx, nil)),
		"End": only(sessions.End(ctx, "s", nil)),
	} {
		if !errors.Is(err, callbacks.ErrUnavailable) {
			t.Errorf("%s gives %v, want ErrUnavailable", name, err)
		}
	}
	_, _, finding := sessions.Find(ctx, nil)
	_, _, listing := sessions.List(ctx, people.SessionQuery{Limit: 1})
	if !errors.Is(finding, callbacks.ErrUnavailable) || !errors.Is(listing, callbacks.ErrUnavailable) {
		t.Errorf("Find gives %v, List %v, want ErrUnavailable", finding, listing)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *sqlstore.Store{"SQLite": openSQLite, "Postgres": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "Postgres" && testing.Short() {
				return
			}
			s := open(t)
			for range 2 { // closing twice is closing
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			checkUnavailable(t, s)
		})
	}
}

// TestConnectionLost ends the server's side of every connection, for good.
func TestConnectionLost(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	u := newDatabase(t)
	s, err := sqlstore.Open(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	name := u[strings.LastIndex(u, "/")+1:]
	name, _, _ = strings.Cut(name, "?")
	exec(t, server(t), "alter database "+name+" allow_connections false")
	exec(t, server(t), "select pg_terminate_backend(pid) from pg_stat_activity where datname = '"+name+"'")
	checkUnavailable(t, s)
	exec(t, server(t), "alter database "+name+" allow_connections true")
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("the database is back: %v", err)
	}
}

func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close() // nobody listens here now
	_, err = sqlstore.Open(t.Context(), "postgres://app:secret@"+address+"/desk?sslmode=disable")
	if !errors.Is(err, callbacks.ErrUnavailable) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v, want ErrUnavailable and no password", err)
	}
}
