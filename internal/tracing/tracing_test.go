package tracing_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
	"countersign/internal/tracing"
	"countersign/internal/tracing/tracingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, endpoint string, log *slog.Logger) *tracing.Tracing {
	t.Helper()
	traces, err := tracing.New(t.Context(), tracing.Config{Endpoint: endpoint, Version: "v1.2.3", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return traces
}

func finish(t *testing.T, traces *tracing.Tracing) {
	t.Helper()
	if err := traces.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

const (
	id         = callbacks.ID("abcdefghijklmnopqrstuvwxyz")
	callbackID = "c2VjcmV0IG9mIEFXUw=="
)

// broken is an AWS that cannot be reached: its error has the address in it.
type broken struct{}

func (broken) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: errors.New("connection refused")}
}

// caller makes its calls over a transport.
type caller struct {
	callbacks.Lambda
	transport http.RoundTripper
}

func (c caller) Complete(ctx context.Context, to callbacks.Target, _ callbacks.Completion) error {
	return c.call(ctx, to)
}

func (c caller) Heartbeat(ctx context.Context, to callbacks.Target) error { return c.call(ctx, to) }

func (c caller) call(ctx context.Context, to callbacks.Target) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://lambda.example/"+url.PathEscape(string(to.CallbackID)), nil)
	if err != nil {
		return err
	}
	response, err := c.transport.RoundTrip(r)
	if err != nil {
		return &replies.Error{Reply: replies.Unsent, Err: err}
	}
	return response.Body.Close()
}

// TestDelivery: the request to AWS is inside the attempt, the attempt is linked to the request that
// decided, and the AWS callback ID is told nowhere, also where an error has it.
func TestDelivery(t *testing.T) {
	t.Parallel()
	collector := tracingtest.NewCollector(t)
	traces := start(t, collector.URL+"/v1/traces", slog.New(slog.DiscardHandler))
	site := traces.Site(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Pattern = "/callbacks/:id/decision"
		w.WriteHeader(http.StatusSeeOther)
	}))
	site.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/callbacks/"+string(id)+"/decision?q=private", strings.NewReader("comment=typed")))
	to := callbacks.Target{ID: id, CallbackID: callbackID}
	lambda := traces.Lambda(caller{transport: traces.Transport(broken{})})
	if err := lambda.Complete(t.Context(), to, callbacks.Completion{}); err == nil {
		t.Fatal("the error of the call is lost")
	}
	_ = lambda.Heartbeat(t.Context(), to)
	finish(t, traces)

	decided, delivered, beats, calls := collector.Spans("POST /callbacks/:id/decision"), collector.Spans("deliver"), collector.Spans("heartbeat"), collector.Spans("HTTP POST")
	if len(decided) != 1 || len(delivered) != 1 || len(beats) != 1 || len(calls) != 2 {
		t.Fatalf("the spans are %v", collector.Names())
	}
	if diff := cmp.Diff([]string{decided[0].Trace}, delivered[0].Links); diff != "" {
		t.Errorf("links of the delivery (-want +got):\n%s", diff)
	}
	if calls[0].Parent != delivered[0].ID || calls[1].Parent != beats[0].ID || len(beats[0].Links) > 0 {
		t.Errorf("calls %+v do not belong to %+v and %+v", calls, delivered, beats)
	}
	for _, s := range append(delivered, beats...) {
		if !s.Failed || s.Said != "" || s.Events > 0 || s.Attributes["countersign.callback"] != string(id) || s.Attributes["countersign.answer"] != "unsent" {
			t.Errorf("got %+v", s)
		}
	}
	for _, secret := range []string{callbackID, url.PathEscape(callbackID), "private", "typed", "connection refused"} {
		if strings.Contains(collector.Wire(), secret) {
			t.Errorf("%q was told", secret)
		}
	}
}

// TestDelivery_LinkedToWhoDecided: not to who came too late, was a stranger, or pressed twice. The
// attempt may begin before the request that decided is answered.
func TestDelivery_LinkedToWhoDecided(t *testing.T) {
	t.Parallel()
	collector := tracingtest.NewCollector(t)
	traces := start(t, collector.URL+"/v1/traces", slog.New(slog.DiscardHandler))
	lambda := traces.Lambda(caller{transport: traces.Transport(broken{})})
	deliver := func() { _ = lambda.Complete(t.Context(), callbacks.Target{ID: id}, callbacks.Completion{}) }
	post := func(status int, meanwhile func()) {
		site := traces.Site(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Pattern = "/" + strconv.Itoa(status)
			meanwhile()
			w.WriteHeader(status)
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
		}))
		site.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/callbacks/"+string(id)+"/decision", nil))
	}
	nothing := func() {}
	post(http.StatusNotFound, nothing)
	post(http.StatusOK, nothing) // the preview without scripts
	deliver()
	post(http.StatusSeeOther, deliver)
	post(http.StatusConflict, deliver)
	post(http.StatusSeeOther, nothing)
	deliver()
	finish(t, traces)
	decided := collector.Spans("POST /303")[0].Trace
	var links [][]string
	for _, s := range collector.Spans("deliver") {
		links = append(links, s.Links)
	}
	if diff := cmp.Diff([][]string{nil, {decided}, {decided}, {decided}}, links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

// TestSite: what is asked for names the span, and who asks is not told. A stranger's trace is
// linked to.
func TestSite(t *testing.T) {
	t.Parallel()
	collector := tracingtest.NewCollector(t)
	traces := start(t, collector.URL+"/v1/traces", slog.New(slog.DiscardHandler))
	site := traces.Site(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/broken":
			r.Pattern = "/broken"
			w.WriteHeader(http.StatusInternalServerError)
		case strings.HasPrefix(r.URL.Path, "/callbacks/"):
			r.Pattern = "/callbacks/:id"
		}
	}))
	ask := func(path string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
		r.Header.Set("Tracestate", "stranger=wrote")
		r.Header.Set("User-Agent", "a-browser")
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		site.ServeHTTP(httptest.NewRecorder(), r)
	}
	for _, path := range []string{"/callbacks/" + string(id), "/callbacks/" + callbackID, "/broken", "/wp-admin", "/events", "/healthz", "/readyz", "/static/app.css"} {
		ask(path)
	}
	finish(t, traces)
	if diff := cmp.Diff([]string{"GET /callbacks/:id", "GET /callbacks/:id", "GET /broken", "GET"}, collector.Names()); diff != "" {
		t.Fatalf("spans (-want +got):\n%s", diff)
	}
	review, other := collector.Spans("GET /callbacks/:id")[0], collector.Spans("GET /callbacks/:id")[1]
	if got := review.Attributes; got["http.route"] != "/callbacks/:id" || got["countersign.callback"] != string(id) || got["http.request.method"] != "GET" {
		t.Errorf("got %v", got)
	}
	if got, ok := other.Attributes["countersign.callback"]; ok {
		t.Errorf("%q is taken for a callback", got)
	}
	const remote = "4bf92f3577b34da6a3ce929d0e0e4736"
	if diff := cmp.Diff([]string{remote}, review.Links); diff != "" || review.Trace == remote || review.Parent != "" {
		t.Errorf("a stranger's trace is followed: %+v", review)
	}
	if s := collector.Spans("GET /broken")[0]; !s.Failed {
		t.Errorf("a failure is none: %+v", s)
	}
	for _, private := range []string{"a-browser", "203.0.113.9", "192.0.2.1", "wrote", callbackID} {
		if strings.Contains(collector.Wire(), private) {
			t.Errorf("%q was told", private)
		}
	}
}

// TestNoCollector: nothing waits for it, and the log says that it is away.
func TestNoCollector(t *testing.T) {
	t.Parallel()
	refuses := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(refuses.Close)
	var log strings.Builder
	traces := start(t, refuses.URL+"/v1/traces", slog.New(slog.NewTextHandler(&log, nil)))
	traces.Site(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	finish(t, traces)
	if !strings.Contains(log.String(), "the spans were not sent to the collector") || !strings.Contains(log.String(), "404") {
		t.Errorf("the log says %q", log.String())
	}
}

func TestResourceThatIsNone(t *testing.T) {
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "region")
	if _, err := tracing.New(t.Context(), tracing.Config{Endpoint: "http://127.0.0.1:1/v1/traces"}); err == nil || !strings.Contains(err.Error(), "OTEL_RESOURCE_ATTRIBUTES") {
		t.Errorf("got %v, want what is wrong in the environment", err)
	}
}
