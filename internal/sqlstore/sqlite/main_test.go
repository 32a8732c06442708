package sqlite_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when the engine leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
