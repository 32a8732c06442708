package account

import (
	"testing"
)

func TestReturnWords(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/": "", "": "", "/?scope=mine": "the list you opened", "/callbacks/x": "the callback you opened", "/audit": "the audit", "/admin/callbacks?q=1": "the table of all callbacks",
	} {
		if got := returnWords(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
