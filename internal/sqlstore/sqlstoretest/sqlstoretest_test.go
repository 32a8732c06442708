package sqlstoretest_test

import (
	"testing"
	"time"

	"countersign/internal/sqlstore"
	"countersign/internal/sqlstore/sqlstoretest"
)

// TestNewDatabase: each has its tables before anybody opens it, and is nobody else's.
func TestNewDatabase(t *testing.T) {
	t.Parallel()
	one, other := sqlstoretest.NewDatabase(t), sqlstoretest.NewDatabase(t)
	if one == other {
		t.Errorf("two databases are both %s", one)
	}
	d, err := sqlstore.Examine(t.Context(), one, time.Now)
	if err != nil || d.Schema == 0 || d.Schema != d.Newest {
		t.Errorf("it is at version %d of %d, %v", d.Schema, d.Newest, err)
	}
}
