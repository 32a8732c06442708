package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/standin/locallambda"
)

// The step that docs/intake.md offers to Go functions works as it is pasted, like the example
// beside this test.
func TestStepOfTheDocs(t *testing.T) {
	t.Parallel()
	r := newRig(t, "refund", buildStep(t))
	if _, err := r.engine.Start(t.Context(), "refund", "", []byte(`{"order":"o-7","amount":12.5}`)); err != nil {
		t.Fatal(err)
	}
	if o := r.log.Next(t, locallambda.InvocationCompleted); o.Status != "PENDING" {
		t.Fatalf("the invocation ended %s %v", o.Status, o.Error)
	}
	a := <-r.desk.announced
	if a.Title != "Refund of order o-7" || a.Timeout != timeout || a.ExecutionARN == "" || a.StartedAt.IsZero() {
		t.Errorf("announced %+v", a)
	}
	if _, err := r.client.SendDurableExecutionCallbackSuccess(t.Context(), &lambda.SendDurableExecutionCallbackSuccessInput{
		CallbackId: &a.CallbackID, Result: []byte(`{"approved":true,"comment":"fine"}`)}); err != nil {
		t.Fatal(err)
	}
	if end := r.log.Next(t, locallambda.ExecutionEnded); end.Payload != `"approved: fine"` {
		t.Errorf("ended %s with %s %v", end.Status, end.Payload, end.Error)
	}
}

// buildStep builds the Go of docs/intake.md as if it were a package beside this one.
func buildStep(t *testing.T) (binary string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/intake.md")
	if err != nil {
		t.Fatal(err)
	}
	_, step, found := strings.Cut(string(text), "\n```go\n")
	step, _, ended := strings.Cut(step, "\n```\n")
	if !found || !ended {
		t.Fatal("docs/intake.md has no step in Go")
	}
	folder := t.TempDir()
	pasted, binary := filepath.Join(folder, "main.go"), filepath.Join(folder, "bootstrap")
	place, err := filepath.Abs("../pasted/main.go")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{place: pasted}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{pasted: []byte(step), filepath.Join(folder, "overlay.json"): overlay} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", filepath.Join(folder, "overlay.json"), "-o", binary, "../pasted")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return binary
}
