package desk_test

import (
	"testing"

	"countersign/internal/desktest"
)

// testDesk is a desk with what the tests here ask of it.
type testDesk struct{ *desktest.Desk }

func newDesk(t *testing.T) *testDesk {
	t.Helper()
	return &testDesk{desktest.New(t)}
}
