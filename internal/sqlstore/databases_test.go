package sqlstore_test

import (
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/engine"
	"countersign/internal/sqlstore/sqlstoretest"
)

func TestInvalidationsWithoutReplicas(t *testing.T) {
	t.Parallel()
	n, err := sqlstore.NewInvalidations("sqlite:desk.db", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	n.Changed(callbacks.Invalidation{Callback: "a"})
	n.Run(t.Context(), sqlstore.Deliver{}) // nothing to run
}

// TestCapabilities: what a kind of database declares holds for a database of that kind.
func TestCapabilities(t *testing.T) {
	t.Parallel()
	for _, kind := range sqlstore.Databases {
		t.Run(kind.Prefixes[0], func(t *testing.T) {
			t.Parallel()
			url := sqlstoretest.NewDatabase(t)
			if !strings.HasPrefix(url, kind.Prefixes[0]) {
				if testing.Short() {
					return
				}
				url = newDatabase(t)
			}
			e, err := kind.Open(t.Context(), url, engine.Opening{Caution: func(string) {}, Connections: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			if shared := e.Dialect().Shared; shared != (kind.Invalidations != nil) {
				t.Errorf("processes share it: %t; they tell each other what changed: %t", shared, kind.Invalidations != nil)
			}
			to := filepath.Join(t.TempDir(), "backup")
			if err := sqlstore.Backup(t.Context(), url, to); (kind.Backup == nil) != errors.Is(err, sqlstore.ErrNoBackup) {
				t.Errorf("a backup gives %v", err)
			}
		})
	}
}
