package main

import (
	"io"
	"testing"
	"time"

	checks "countersign/internal/announcement"
	"countersign/internal/intake"
)

// TestSenderIsLetIn: what is posted passes the checks that it passes in production.
func TestSenderIsLetIn(t *testing.T) {
	t.Parallel()
	secret := newSecret()
	verifier, err := intake.NewVerifier([]intake.Source{{Name: sourceName, Secrets: []string{secret}}}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSender("http://127.0.0.1/webhooks/callbacks", secret)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 20 {
		request, err := s.request(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			t.Fatal(err)
		}
		from, message, err := verifier.Verify(request.Header, body)
		if err != nil || from.Name != sourceName || seen[message] {
			t.Fatalf("source %q, message %q, %v", from.Name, message, err)
		}
		a, err := intake.Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := checks.ParseCallbackID(a.CallbackID); err != nil || seen[a.CallbackID] {
			t.Fatalf("callback ID %q, %v", a.CallbackID, err)
		}
		if a.Timeout != 0 && (a.Timeout < firstTimeout*time.Second || a.Timeout >= lastTimeout*time.Second) {
			t.Errorf("the timeout is %s: it would end during a run, or after all others", a.Timeout)
		}
		seen[message], seen[a.CallbackID] = true, true
	}
}
