package tracing

import (
	"net/http"
	"regexp"
	"strings"
	"sync"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"countersign/internal/callbacks"
)

// Site makes a span of each request to the site, named by its route, which the site leaves in the request's Pattern. Streams,
// probes and files have none: they say nothing, and streams last. Whoever sends a traceparent is linked and not followed:
// strangers do not decide what is traced.
func (t *Tracing) Site(next http.Handler) http.Handler {
	marked := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		span := trace.SpanFromContext(r.Context())
		if id, decides := callbackIn(r); id != "" {
			span.SetAttributes(callbackKey.String(string(id)))
			if decides {
				t.decisions.note(id, span.SpanContext())
			}
		}
		next.ServeHTTP(w, r)
		if r.Pattern != "" {
			span.SetAttributes(routeKey.String(r.Pattern))
		}
	})
	return otelhttp.NewHandler(marked, "", otelhttp.WithTracerProvider(t.provider), otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }), otelhttp.WithFilter(worthASpan))
}

func worthASpan(r *http.Request) bool {
	switch r.URL.Path {
	case "/events", "/healthz", "/readyz", "/metrics":
		return false
	}
	return !strings.HasPrefix(r.URL.Path, "/static/")
}

// callbackPath is the address of a callback and of what is done with it. Other text is never taken for an ID.
var callbackPath = regexp.MustCompile(`^/callbacks/([a-z0-9]{26})(/[a-z]+)?$`)

// callbackIn is the callback that a request is about, empty for none, and whether it decides it.
func callbackIn(r *http.Request) (id callbacks.ID, decides bool) {
	found := callbackPath.FindStringSubmatch(r.URL.Path)
	if found == nil {
		return "", false
	}
	return callbacks.ID(found[1]), r.Method == http.MethodPost && found[2] == "/decision"
}

// maxOrigins bounds what is remembered. What is forgotten costs a link.
const maxOrigins = 1000

// origins remembers which request decided a callback, so that its delivery can be linked to it. Another replica that delivers
// knows nothing of it; the callback's ID is on both.
type origins struct {
	mu  sync.Mutex
	all map[callbacks.ID]trace.SpanContext
}

func newOrigins() *origins { return &origins{all: map[callbacks.ID]trace.SpanContext{}} }

func (o *origins) note(id callbacks.ID, by trace.SpanContext) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.all) >= maxOrigins {
		clear(o.all)
	}
	o.all[id] = by
}

// of is the link to where a callback was decided, none where that is not known.
func (o *origins) of(id callbacks.ID) []trace.Link {
	o.mu.Lock()
	defer o.mu.Unlock()
	if by, ok := o.all[id]; ok {
		return []trace.Link{{SpanContext: by}}
	}
	return nil
}
