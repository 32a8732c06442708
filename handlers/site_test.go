package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"countersign/handlers"
	"countersign/internal/callbacks"
	"countersign/static"
	"countersign/views"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// pages are the addresses of every page, with what they need.
func pages(id callbacks.ID) []string {
	at := "/callbacks/" + string(id)
	return []string{
		"/", "/?item=" + string(id), "/?scope=mine", "/?scope=attention", "/?scope=history&item=" + string(id), "/?q=x&ends=nonsense",
		at, at + "?scope=history", "/callbacks/nosuchcallback", "/admin/callbacks", "/admin/callbacks?state=pending&ends=1h",
		"/audit", "/audit?callback=" + string(id), "/sessions", "/sessions?after=x", "/admin/sessions", "/admin/sessions?q=a", "/signin", "/nothing", "/auth/callback?state=x&code=y", "/healthz", "/readyz",
		static.URL("favicon.svg"), "/static/nothing.js",
	}
}

// TestGetsChangeNothing: link previews and mail scanners open links; whatever they open, nothing happens.
func TestGetsChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pending, decided := s.receive(expense()).ID, s.receive(expense()).ID
	b := s.as(rita)
	b.decide(decided, b.choose(decided, "approve", ""))
	visitors := []*browser{s.visitor(), b, s.as(otto), s.as(audrey), s.as(adam)}
	before := len(s.audit(""))
	revisions := func() (r [2]int) {
		for i, id := range []callbacks.ID{pending, decided} {
			c, err := s.store.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			r[i] = c.Revision
		}
		return r
	}
	was := revisions()
	for _, v := range visitors {
		for _, id := range []callbacks.ID{pending, decided} {
			for _, path := range pages(id) {
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					if a := v.do(method, path, "", ""); a.status >= http.StatusInternalServerError {
						t.Errorf("%s %s: %d", method, path, a.status)
					}
				}
			}
		}
	}
	if after := len(s.audit("")); after != before || revisions() != was {
		t.Errorf("%d audit entries more, revisions %v, were %v", after-before, revisions(), was)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	for _, b := range []*browser{s.visitor(), s.as(rita), s.as(adam)} {
		for _, path := range pages(id) {
			a := b.get(path)
			policy := a.header.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("%s: policy %q", path, policy)
			}
			for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
				if got := a.header.Get(name); got != want {
					t.Errorf("%s: %s %q", path, name, got)
				}
			}
			if got := a.header.Get("Permissions-Policy"); !strings.Contains(got, "camera=()") || !strings.Contains(got, "clipboard-write=(self)") {
				t.Errorf("%s: Permissions-Policy %q", path, got)
			}
			if cached := a.header.Get("Cache-Control"); !strings.HasPrefix(path, "/static/") && cached != "no-store" {
				t.Errorf("%s: Cache-Control %q", path, cached)
			}
			if a.header.Get("X-Request-Id") == "" || a.header.Get("Strict-Transport-Security") != "" {
				t.Errorf("%s: headers %v", path, a.header)
			}
		}
	}
}

// TestHeaders_HTTPS needs no TLS: it ends at the proxy.
func TestHeaders_HTTPS(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *handlers.Config) { c.BaseURL = "https://desk.example.com" })
	if got := s.visitor().get("/healthz").header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("Strict-Transport-Security %q", got)
	}
}

func TestNew_BadBaseURL(t *testing.T) {
	t.Parallel()
	if _, err := handlers.New(handlers.Config{BaseURL: "desk"}); err == nil {
		t.Error("no error")
	}
}

// TestCompression: pages are compressed, the stream is not.
func TestCompression(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	b.header.Set("Accept-Encoding", "gzip")
	if a := b.get("/"); a.header.Get("Content-Encoding") != "gzip" {
		t.Error("the page is not compressed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	resp := b.open(ctx, http.MethodGet, "/events", "", "")
	defer func() { _ = resp.Body.Close() }()
	if got := resp.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("the stream is compressed: %s", got)
	}
}

// TestNoDatabase: every page says so, and what needs no database goes on.
func TestNoDatabase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := string(s.receive(expense()).ID)
	b := s.as(rita)
	_ = s.store.Close()
	for _, path := range []string{"/", "/callbacks/" + id, "/admin/callbacks", "/audit"} {
		a := b.get(path)
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || !strings.Contains(a.text(t), "cannot reach its database") {
			t.Errorf("%s: %d %s", path, a.status, a.text(t))
		}
		if strings.Contains(strings.ToLower(a.body), "sql") {
			t.Errorf("%s shows the cause: %s", path, a.body)
		}
		if !strings.Contains(s.log.String(), a.header.Get("X-Request-Id")) {
			t.Errorf("%s: the log does not know the request", path)
		}
	}
	if a := b.post("/callbacks/"+id+"/reviews", url.Values{"action": {"open"}}); a.status != http.StatusServiceUnavailable || strings.Contains(a.body, "<") {
		t.Errorf("script: %d %s", a.status, a.body)
	}
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable, static.URL("favicon.svg"): http.StatusOK} {
		if a := b.get(path); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
}

// fullStore is a store whose disk is full: what is there can be read, and nothing is written.
type fullStore struct {
	callbacks.Store
	full atomic.Bool
}

func (s *fullStore) Update(ctx context.Context, id callbacks.ID, fn func(*callbacks.Callback) (callbacks.Change, error)) (callbacks.Callback, error) {
	if s.full.Load() {
		return callbacks.Callback{}, callbacks.ErrNoRoom // as the store's own test finds it
	}
	return s.Store.Update(ctx, id, fn)
}

// TestNoRoom: a decision that cannot be written is not recorded and says why, its comment goes with the next try, and pages are
// still read. Readiness stays: another process would have no more room.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	store := &fullStore{}
	s := newSite(t, func(c *handlers.Config) {
		c.Service = callbacks.NewService(callbacks.ServiceConfig{Store: store, Queues: queues, Notify: c.Hub, Budget: callbacks.DefaultBudget, Now: c.Now})
	})
	store.Store = s.store
	id, b := s.receive(expense()).ID, s.as(rita)
	form := b.choose(id, "approve", "Hotel over cap was agreed.")
	store.full.Store(true)
	a := b.decide(id, form)
	if text := a.text(t); a.status != http.StatusServiceUnavailable || !strings.Contains(text, "has no room") || !strings.Contains(text, "Nothing was decided") || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", a.status, text)
	}
	again := a.document(t).Find("form.again")
	if kept := again.Find("textarea").Text(); kept != "Hotel over cap was agreed." {
		t.Errorf("the comment that goes with the next try is %q", kept)
	}
	for _, path := range []string{"/callbacks/" + string(id), "/", "/readyz"} {
		if a := b.get(path); a.status != http.StatusOK {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	store.full.Store(false)
	if a := b.decide(id, form); a.status != http.StatusSeeOther || !slices.Contains(s.audit(id), callbacks.ActionDecided) {
		t.Errorf("after there is room again: %d %s", a.status, a.text(t))
	}
}

// TestFault: what nobody foresaw is a page without internals, and a line in the log with all of them.
func TestFault(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]handlers.Demo{"Panic": brokenDemo{panics: true}, "Error": brokenDemo{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, func(c *handlers.Config) { c.Demo = fault })
			a := s.as(rita).post("/demo/samples", url.Values{"sample": {"expense"}})
			id := a.header.Get("X-Request-Id")
			if a.status != http.StatusInternalServerError || !strings.Contains(a.text(t), id) || strings.Contains(a.body, "wires") {
				t.Errorf("%d %s", a.status, a.text(t))
			}
			line := lineWith(s.log.String(), id)
			if !strings.Contains(line, "crossed wires") || !strings.Contains(line, `"level":"ERROR"`) || !strings.Contains(line, `"person":"`+s.id(rita)+`"`) {
				t.Errorf("log %s", line)
			}
		})
	}
}

type brokenDemo struct{ panics bool }

func (brokenDemo) Samples() []views.Sample { return nil }

func (b brokenDemo) Start(context.Context, string) error {
	if b.panics {
		panic("crossed wires")
	}
	return errors.New("crossed wires")
}

func lineWith(log, part string) string {
	for line := range strings.Lines(log) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

// TestLog: a line for each request, without what is private.
func TestLog(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *handlers.Config) { c.TrustedProxies = loopback })
	b := s.as(rita)
	b.header.Set("X-Forwarded-For", "198.51.100.7, 203.0.113.9")
	a := b.get("/?q=private-words")
	line := lineWith(s.log.String(), a.header.Get("X-Request-Id"))
	for _, part := range []string{`"path":"/"`, `"status":200`, `"person":"` + s.id(rita) + `"`, `"ip":"203.0.113.9"`} {
		if !strings.Contains(line, part) {
			t.Errorf("no %s in %s", part, line)
		}
	}
	for _, secret := range []string{"private-words", "code=", webhookToken} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// TestForwardedFor_Untrusted: without proxies in the configuration nobody can pass for another address.
func TestForwardedFor_Untrusted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	b.header.Set("X-Forwarded-For", "203.0.113.9")
	a := b.get("/signin")
	if line := lineWith(s.log.String(), a.header.Get("X-Request-Id")); !strings.Contains(line, `"ip":"127.0.0.1"`) {
		t.Errorf("log %s", line)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, b := s.receive(expense()).ID, s.as(rita)
	b.decide(id, b.choose(id, "approve", ""))
	b.announce("msg_1", message("x"))
	b.get("/nothing/at/all")
	text := s.metrics()
	for _, want := range []string{
		`countersign_decisions_total{kind="success"} 1`,
		`countersign_intake_answers_total{status="201"} 1`,
		`countersign_http_request_duration_seconds_count{method="POST",route="/callbacks/:id/decision",status="303"} 1`,
		`countersign_http_request_duration_seconds_count{method="GET",route="other",status="404"} 1`,
		"countersign_event_streams 0",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if a := b.get("/metrics"); a.status != http.StatusNotFound {
		t.Errorf("the site itself has metrics: %d", a.status)
	}
}

// scriptedLambda answers what the test says.
type scriptedLambda struct {
	callbacks.Lambda
	err error
}

func (l scriptedLambda) Complete(context.Context, callbacks.Target, callbacks.Completion) error {
	return l.err
}

func (l scriptedLambda) Heartbeat(context.Context, callbacks.Target) error { return l.err }

func TestCountAttempts(t *testing.T) {
	t.Parallel()
	lambda := &scriptedLambda{}
	registry := prometheus.NewRegistry()
	counted := handlers.CountAttempts(registry, lambda)
	for _, err := range []error{nil, nil, &callbacks.LambdaError{Answer: callbacks.AnswerThrottled}, errors.New("cut")} {
		lambda.err = err
		if got := counted.Complete(t.Context(), callbacks.Target{}, callbacks.Completion{}); !errors.Is(got, err) {
			t.Errorf("got %v, want %v", got, err)
		}
	}
	if err := counted.Heartbeat(t.Context(), callbacks.Target{}); err == nil {
		t.Error("the error is swallowed")
	}
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	for _, want := range []string{
		`{answer="accepted",call="complete"} 2`, `{answer="throttled",call="complete"} 1`, `{answer="none",call="complete"} 1`, `{answer="none",call="heartbeat"} 1`,
	} {
		if !strings.Contains(w.Body.String(), "countersign_lambda_answers_total"+want) {
			t.Errorf("no %s in %s", want, w.Body)
		}
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(rita)
	if n := b.get("/").document(t).Find(`form[action="/demo/samples"] button[value=expense]`).Length(); n == 0 {
		t.Error("no way to start a sample")
	}
	for referer, want := range map[string]string{
		s.url + "/?scope=mine": "/?scope=mine", "https://evil.example/x": "/", s.url + "//evil.example": "/", "": "/",
	} {
		b.header.Set("Referer", referer)
		if a := b.post("/demo/samples", url.Values{"sample": {"expense"}}); a.status != http.StatusSeeOther || a.header.Get("Location") != want {
			t.Errorf("from %q: %d %s", referer, a.status, a.header.Get("Location"))
		}
	}
	if len(s.demo.started) != 4 {
		t.Errorf("started %v", s.demo.started)
	}
	if a := b.post("/demo/samples", url.Values{"sample": {"unknown"}}); a.status != http.StatusNotFound {
		t.Errorf("unknown: %d", a.status)
	}
	none := newSite(t, func(c *handlers.Config) { c.Demo = nil }).as(rita)
	if a := none.post("/demo/samples", url.Values{"sample": {"expense"}}); a.status != http.StatusNotFound {
		t.Errorf("no demo: %d", a.status)
	}
}

// TestSessionError_Alone: outside the site's own middleware there is no page, but an answer.
func TestSessionError_Alone(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	handlers.SessionError(w, httptest.NewRequest(http.MethodGet, "/", nil), errors.New("secret cause"))
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestVersion_NotForStrangers: which faults a desk has is nobody's business but its operators'.
func TestVersion_NotForStrangers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	for _, b := range []*browser{s.visitor(), s.as(nora)} {
		for _, path := range append(pages(id), "/nothing") {
			a := b.get(path)
			if strings.Contains(a.body, "v1.2.3") || strings.Contains(fmt.Sprint(a.header), "v1.2.3") || a.header.Get("Server") != "" {
				t.Errorf("%s tells the version", path)
			}
		}
	}
	if a := s.as(adam).get("/admin/callbacks"); !strings.Contains(a.body, "Countersign v1.2.3") {
		t.Error("the admin's page does not tell the version")
	}
}

// TestMethodLabel: a stranger's word as a method makes no series of measurements.
func TestMethodLabel(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	before := strings.Count(s.metrics(), "\n")
	for i := range 200 {
		b.do(fmt.Sprintf("BREW%d", i), "/", "", "")
		b.do(fmt.Sprintf("BREW%d", i), fmt.Sprintf("/nothing/%d", i), "", "")
	}
	metrics := s.metrics()
	if strings.Contains(metrics, "BREW") || !strings.Contains(metrics, `method="other"`) {
		t.Error("methods of strangers are labels")
	}
	if more := strings.Count(metrics, "\n") - before; more > 50 {
		t.Errorf("%d lines more, want the few of one route and of the addresses that are not there", more)
	}
}
