package upkeep_test

import (
	"testing"

	"countersign/internal/desktest"
)

// desk is a desk with what the tests here ask of it.
type desk struct{ *desktest.Desk }

func newDesk(t *testing.T) *desk {
	t.Helper()
	return &desk{desktest.New(t)}
}
