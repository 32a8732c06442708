package e2e_test

import (
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// narrowHeader is how much of an answer's headers a proxy takes that nobody configured, as nginx's
// proxy_buffer_size.
const narrowHeader = 4 << 10

// behindANarrowProxy puts a proxy at the desk's address. Answers with more headers become 502.
func behindANarrowProxy(t *testing.T) func(settings map[string]string) {
	return func(settings map[string]string) {
		t.Helper()
		front := settings["ADDR"]
		settings["ADDR"] = freeAddress(t)
		transport := &http.Transport{MaxResponseHeaderBytes: narrowHeader}
		desk := &url.URL{Scheme: "http", Host: settings["ADDR"]}
		proxy := &http.Server{Addr: front, Handler: &httputil.ReverseProxy{Transport: transport, FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(desk)
			r.Out.Host = r.In.Host
		}}}
		ended := make(chan error, 1)
		go func() { ended <- proxy.ListenAndServe() }()
		t.Cleanup(func() {
			_ = proxy.Close()
			if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
			transport.CloseIdleConnections()
		})
	}
}

// TestSignOutWithALargeToken: an ID token of 6 KB stops nobody at a proxy that takes 4 KiB of
// headers, with and without scripts.
func TestSignOutWithALargeToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, behindANarrowProxy(t))
	large := slices.Clone(people)
	for i := range large {
		large[i].Claims = map[string]any{"groups_elsewhere": strings.Repeat("x", 4500)}
	}
	w.provider.SetUsers(large)
	for _, scripts := range []bool{true, false} {
		mara := w.visitor(t, "mara")
		if !scripts {
			mara.runScripts(false)
		}
		mara.open("/")
		mara.enter()
		mara.see("#list")
		mara.submit(`.rail form[action="/auth/logout"] button`)
		mara.comes("h1", "You are signed out")
		mara.open("/")
		mara.reads("main", "Sign in to decide")
	}
}
