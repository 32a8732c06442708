// Package deskprocesstest builds the desk for tests that run it.
package deskprocesstest

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// Build compiles the desk and returns the file, which is removed when the test ends. It uses Go's
// own settings, in which go vet and the linters have compiled every package already. Those of a
// release would have each package compiled once more, which takes minutes in a new clone.
func Build(t testing.TB) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "countersign")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", binary, "countersign/cmd/web")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the desk: %v\n%s", err, out)
	}
	return binary
}
