package sqlite

import (
	"path/filepath"
	"testing"

	"countersign/internal/sqlstore/engine"
)

// TestPageSize: what a commit writes to the log goes by it.
func TestPageSize(t *testing.T) {
	t.Parallel()
	e, err := open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "desk.db"), engine.Opening{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	var size int
	if err := e.DB().NewRaw("pragma page_size").Scan(t.Context(), &size); err != nil || size != pageSize {
		t.Errorf("a page has %d bytes (%v), want %d", size, err, pageSize)
	}
}
