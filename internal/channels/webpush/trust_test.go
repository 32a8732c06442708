package webpush

import (
	"errors"
	"testing"

	"countersign/internal/notice"
)

// TestTrust: one refusal is of one browser, however often it comes. Our key is to blame only if
// several services refuse it that did not take it lately.
func TestTrust(t *testing.T) {
	t.Parallel()
	const chrome, firefox = "fcm.googleapis.com", ".push.services.mozilla.com"
	now := drawn
	here := func(tr *trust, service string) bool {
		var fault *notice.Fault
		if !errors.As(tr.judge(service, &notice.Fault{Code: notice.Denied}, now), &fault) {
			t.Fatal("no fault")
		}
		return fault.Here
	}
	tr := newTrust()
	for range 3 {
		if !here(tr, chrome) {
			t.Fatal("one service stops all")
		}
	}
	if here(tr, firefox) {
		t.Error("two services that never took our key stop nothing")
	}
	tr.accepted(chrome, now)
	if !here(tr, firefox) || !here(tr, chrome) {
		t.Error("a service that took our key a moment ago counts as one that refuses it")
	}
	now = now.Add(2 * trusted)
	if here(tr, chrome) {
		t.Error("a service that takes our key no more is still trusted")
	}
}
