package durable_test

import (
	"testing"

	"go.uber.org/goleak"
)

// A function that suspends must leave no goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
