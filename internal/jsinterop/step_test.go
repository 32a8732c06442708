package jsinterop

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/intake"
	"countersign/internal/standin/locallambda"
)

// The step that docs/intake.md offers to JavaScript functions works as it is pasted: its
// announcement proves itself and is one.
func TestStepOfTheDocs(t *testing.T) {
	t.Parallel()
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	verifier, err := intake.NewVerifier([]intake.Source{{Name: "refunds", Secrets: []string{secret}}}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	announced := make(chan announcement.Announcement, 2)
	desk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := intake.ReadBody(w, r)
		if err == nil {
			_, _, err = verifier.Verify(r.Header, body)
		}
		announcement, problem := intake.Decode(body)
		if err != nil || problem != nil || r.URL.Path != "/webhooks/callbacks" {
			t.Errorf("%s is not an announcement: %v, %v", r.URL.Path, err, problem)
		}
		announced <- announcement
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"id":"7"}`))
	}))
	t.Cleanup(desk.Close)
	address := startStep(t, "DESK_URL="+desk.URL+"\nDESK_SECRET="+secret+"\n")
	for reply, want := range map[string]string{`{"approved":true,"comment":"fine"}`: `"approved: fine"`, "": "not approved"} {
		run := start(t, address, "refund", `{"order":"o-7","amount":12.5,"requester":"Ines Calloway <ines@example.com>"}`)
		run.suspended()
		if a := <-announced; a.CallbackID != *run.id(1) || a.Title != "Refund of order o-7" || a.Requester != "Ines Calloway <ines@example.com>" || a.Timeout != 24*time.Hour || a.StartedAt.IsZero() {
			t.Errorf("announced %+v", a)
		}
		if reply == "" {
			run.reject(1)
		} else {
			run.succeed(1, reply)
		}
		if o := run.log.Next(t, locallambda.ExecutionEnded); o.Payload != want && (o.Error == nil || o.Error.ErrorMessage != want) {
			t.Errorf("ended %s with %s %v, want %s", o.Status, o.Payload, o.Error, want)
		}
	}
}

// startStep serves the JavaScript of docs/intake.md with an environment.
func startStep(t *testing.T, environment string) (address string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/intake.md")
	if err != nil {
		t.Fatal(err)
	}
	_, step, found := strings.Cut(string(text), "\n```js\n")
	step, _, ended := strings.Cut(step, "\n```\n")
	if !found || !ended {
		t.Fatal("docs/intake.md has no step in JavaScript")
	}
	folder := t.TempDir()
	modules, err := filepath.Abs("../../node_modules")
	if err == nil {
		err = os.Symlink(modules, filepath.Join(folder, "node_modules"))
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"refund.mjs": step, "env": environment} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	address, stop, err := startNode("--env-file="+filepath.Join(folder, "env"), "../../examples/approval-js/serve.mjs",
		filepath.Join(folder, "refund.mjs"), "0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return address
}
