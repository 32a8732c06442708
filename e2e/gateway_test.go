package e2e_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// gateway is a reverse proxy before the desk. It notes what it passes on, over HTTP/1.1, and may
// hold event streams back.
type gateway struct {
	asked  *record[string] // methods and paths; readings that nobody asked for begin with "again"
	passes chan struct{}   // closed when streams are passed on
	away   atomic.Bool     // streams are answered with 502, as while the desk starts again
	loses  atomic.Bool     // the answers to decisions get lost, and pages cannot read themselves again
	asks   atomic.Bool     // decisions are redirected to a page that asks who this is, as identity proxies do
}

// askingPage is where decisions are redirected to while the gateway asks.
const askingPage = "/who-is-this"

// behindGateway puts a gateway before the desk.
func behindGateway(t *testing.T) (*gateway, func(settings map[string]string)) {
	t.Helper()
	g := &gateway{asked: newRecord[string](), passes: make(chan struct{})}
	return g, func(settings map[string]string) {
		front, desk := settings["ADDR"], freeAddress(t)
		settings["ADDR"] = desk
		listener, err := net.Listen("tcp", front)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(g.handler(&url.URL{Scheme: "http", Host: desk}))
		_ = server.Listener.Close()
		server.Listener = listener
		server.Start()
		t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	}
}

func (g *gateway) handler(desk *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(desk); r.Out.Host = r.In.Host },
		ModifyResponse: g.hold,
		// the browser has left, or the desk
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what := r.Method + " " + r.URL.Path
		if r.Header.Get("Countersign-Background") != "" && r.Method == http.MethodGet {
			what = "again " + r.URL.Path
		}
		g.asked.add(what)
		if r.URL.Path == askingPage {
			return
		}
		loses := g.loses.Load()
		if g.away.Load() && r.URL.Path == "/events" || loses && strings.HasPrefix(what, "again") {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		if loses && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/decision") {
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		if g.asks.Load() && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/decision") {
			http.Redirect(w, r, askingPage, http.StatusFound)
			return
		}
		proxy.ServeHTTP(w, r)
	})
}

// hold keeps an event stream back until streams are passed on, as a proxy does that waits for the
// end of an answer.
func (g *gateway) hold(r *http.Response) error {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/event-stream") {
		return nil
	}
	select {
	case <-g.passes:
		return nil
	case <-r.Request.Context().Done():
		return r.Request.Context().Err()
	}
}

// pass lets event streams through.
func (g *gateway) pass() { close(g.passes) }

// streams is how many event streams were asked for so far.
func (g *gateway) streams() int {
	return g.asked.count(func(what string) bool { return what == "GET /events" })
}

// await waits until something was asked for so often.
func (g *gateway) await(t *testing.T, times int, what string) {
	t.Helper()
	same := func(asked string) bool { return strings.HasPrefix(asked, what) }
	g.asked.await(t, patience, what, func(string) bool { return g.asked.count(same) >= times })
}
