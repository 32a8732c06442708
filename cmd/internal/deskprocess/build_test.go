package deskprocess

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBuild: what is measured is built with the settings of a release. A script stands for Go and
// notes how it is called.
func TestBuild(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join("..", "..", "..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	release := regexp.MustCompile(`(CGO_ENABLED=0) go build (-trimpath) -ldflags '(-s -w) `).FindSubmatch(makefile)
	if release == nil {
		t.Fatal("the Makefile builds otherwise")
	}
	folder := t.TempDir()
	noted := filepath.Join(folder, "noted")
	script := "#!/bin/sh\necho CGO_ENABLED=$CGO_ENABLED \"$@\" >" + noted + "\n"
	if err := os.WriteFile(filepath.Join(folder, "go"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	if err := Build(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(noted)
	want := fmt.Sprintf("%s build %s -ldflags %s -o desk countersign/cmd/web", release[1], release[2], release[3])
	if err != nil || strings.TrimSpace(string(got)) != want {
		t.Errorf("called as %q, %v; want %q", got, err, want)
	}
}
