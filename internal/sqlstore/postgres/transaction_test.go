package postgres_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"countersign/internal/sqlstore/postgres"
	"countersign/internal/sqlstore/sqlstoretest"
)

// TestTransactionFailsAtOnce: if its first statement cannot be prepared, nothing was begun. What
// follows is refused, and not done outside of any transaction.
func TestTransactionFailsAtOnce(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return
	}
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, sqlstoretest.NewPostgresDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	tx := postgres.NewTransaction(conn)
	if _, err := tx.Exec(ctx, "insert into nowhere values (1)", nil); err == nil {
		t.Fatal("a statement about no table was done")
	}
	if _, err := tx.Exec(ctx, "create table afterwards (n int)", nil); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("the next statement gives %v, want the first error", err)
	}
	var found bool
	if err := conn.QueryRow(ctx, "select to_regclass('afterwards') is not null").Scan(&found); err != nil || found {
		t.Errorf("the next statement was done: %t, %v", found, err)
	}
}
