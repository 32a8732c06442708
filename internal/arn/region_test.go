package arn_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"countersign/internal/arn"
)

// TestKnownRegions: a new SDK that knows a new region says so here.
func TestKnownRegions(t *testing.T) {
	t.Parallel()
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(folder)), "internal", "endpoints", "awsrulesfn", "partitions.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\s*"([a-z]{2,4}(?:-[a-z]+){1,2}-[0-9]+)": `).FindAllStringSubmatch(string(source), -1)
	if len(found) < 40 {
		t.Fatalf("the SDK's source has %d regions", len(found))
	}
	for _, region := range found {
		if !arn.KnownRegion(region[1]) {
			t.Errorf("%s is a region of the SDK and not known to arn.KnownRegion", region[1])
		}
	}
}
