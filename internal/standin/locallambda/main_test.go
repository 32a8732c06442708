package locallambda_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		runChild(path)
	}
	goleak.VerifyTestMain(m)
}
