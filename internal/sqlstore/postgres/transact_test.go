package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/postgres"
	"countersign/internal/sqlstore/sqlstoretest"
)

// TestPostgresWaitEnds: who waits for a connection gives up with the request, however long the
// others take.
func TestPostgresWaitEnds(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	s, err := sqlstore.Open(t.Context(), sqlstoretest.NewPostgresDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var busy sync.WaitGroup
	holding, release := make(chan struct{}), make(chan struct{})
	for range postgres.MaxConnections {
		c := callbackstest.NewCallback()
		if _, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, callbacks.AuditEntry{}); err != nil {
			t.Fatal(err)
		}
		busy.Go(func() {
			// its end is not what is tested
			_, _ = s.Change(t.Context(), c.ID, callbacks.Parts{}, func(*callbacks.Case) error {
				holding <- struct{}{}
				<-release
				return nil
			})
		})
	}
	for range postgres.MaxConnections {
		<-holding
	}
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Ping(soon); !errors.Is(err, callbacks.ErrUnavailable) || !strings.Contains(err.Error(), "all 20 database connections") {
		t.Errorf("ready does not say what it waited for: %v", err)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	waits := make(chan error)
	go func() {
		waits <- s.Record(ctx, callbacks.AuditEntry{Action: callbacks.ActionSignedIn, At: callbackstest.T0})
	}()
	giveUp()
	if err := <-waits; !errors.Is(err, callbacks.ErrUnavailable) && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	busy.Wait()
}
