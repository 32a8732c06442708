package main

import (
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/standin"
)

// TestBannerLeadsToTheSecret: what the demo prints for an announcement from a shell is there.
func TestBannerLeadsToTheSecret(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	banner := demoCommand{}.banner("http://127.0.0.1:8080", "http://127.0.0.1:8081", folder)
	secret := filepath.Join(folder, filepath.FromSlash(standin.WebhookSecret))
	if want := "DESK_URL=http://127.0.0.1:8080 DESK_SECRET=$(cat '" + secret + "')"; !strings.Contains(banner, want) {
		t.Errorf("the banner has no %q: %s", want, banner)
	}
	if want := "What the desk is for: " + deskPath(folder); !strings.Contains(banner, want) {
		t.Errorf("the banner has no %q: %s", want, banner)
	}
	if want := "push and webhook: http://127.0.0.1:8081\n"; !strings.Contains(banner, want) {
		t.Errorf("the banner has no %q: %s", want, banner)
	}
}
