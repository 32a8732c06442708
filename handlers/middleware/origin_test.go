package middleware

import "testing"

// TestOriginOf: an origin is written as browsers write it in the Origin header, and the name in it
// as a Host header is read.
func TestOriginOf(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]struct{ origin, host string }{
		"https://desk.example.com":        {"https://desk.example.com", "desk.example.com"},
		"https://Desk.Example.com:443/a/": {"https://desk.example.com", "desk.example.com"},
		"http://desk.example.com:80":      {"http://desk.example.com", "desk.example.com"},
		"http://desk.example.com:443":     {"http://desk.example.com:443", "desk.example.com"},
		"http://127.0.0.1:8080":           {"http://127.0.0.1:8080", "127.0.0.1"},
		"http://[::1]:8080":               {"http://[::1]:8080", "::1"},
	} {
		origin, err := OriginOf(base)
		if err != nil || origin != want.origin || hostOf(base) != want.host || hostOf(origin) != want.host {
			t.Errorf("%s: %s %v, hosts %s and %s", base, origin, err, hostOf(base), hostOf(origin))
		}
	}
	for _, base := range []string{"", "desk.example.com", "ftp://desk.example.com", "https://", "https://:443", "http://%zz"} {
		if origin, err := OriginOf(base); err == nil {
			t.Errorf("%q is taken as %s", base, origin)
		}
	}
}
