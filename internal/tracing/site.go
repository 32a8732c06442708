package tracing

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"countersign/internal/callbacks"
)

// Site makes a span of each request to the site, named by its route, which the site leaves in the
// request's Pattern. Streams, probes and files have no span: they tell nothing, and streams last. A
// traceparent of the client becomes a link, not the parent: strangers must not decide what is
// traced.
func (t *Tracing) Site(next http.Handler) http.Handler {
	marked := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		span := trace.SpanFromContext(r.Context())
		if id, decides := callbackIn(r); id != "" {
			span.SetAttributes(callbackKey.String(string(id)))
			if decides {
				reply := &answered{ResponseWriter: w}
				w = reply
				t.decisions.begin(id, span.SpanContext())
				defer func() { t.decisions.end(id, span.SpanContext(), reply.status == http.StatusSeeOther) }()
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
	case "/events", "/healthz", "/readyz":
		return false
	}
	return !strings.HasPrefix(r.URL.Path, "/static/")
}

// callbackPath matches the address of a callback and of its actions.
var callbackPath = regexp.MustCompile(`^/callbacks/([^/]+)(/[a-z]+)?$`)

// callbackIn returns the callback that a request is about, empty if there is none, and whether the
// request decides it.
func callbackIn(r *http.Request) (id callbacks.ID, decides bool) {
	found := callbackPath.FindStringSubmatch(r.URL.Path)
	if found == nil {
		return "", false
	}
	if id, err := callbacks.ParseID(found[1]); err == nil {
		return id, r.Method == http.MethodPost && found[2] == "/decision"
	}
	return "", false
}

// answered notes the status of the response.
type answered struct {
	http.ResponseWriter
	status int
}

func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// maxOrigins bounds how many origins are remembered. Forgetting one only costs a link.
const maxOrigins = 1000

// origins remembers which request decided a callback, so that its delivery can be linked to that
// request. A delivery by another replica has no link, but both spans have the callback's ID. The
// first attempt may begin before the request is answered: until one request is known to have
// decided, all requests that are about to decide are linked.
type origins struct {
	mu  sync.Mutex
	all map[callbacks.ID][]origin
}

type origin struct {
	by      trace.SpanContext
	decided bool
}

func newOrigins() *origins { return &origins{all: map[callbacks.ID][]origin{}} }

func (o *origins) begin(id callbacks.ID, by trace.SpanContext) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.all) >= maxOrigins {
		clear(o.all)
	}
	o.all[id] = append(o.all[id], origin{by: by})
}

// end keeps a request that decided and forgets the others, which were too late, not allowed, or
// only a preview.
func (o *origins) end(id callbacks.ID, by trace.SpanContext, decided bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	left := slices.DeleteFunc(o.all[id], func(one origin) bool { return one.by.Equal(by) })
	// pressing the button twice gets the same answer twice
	if decided && !slices.ContainsFunc(left, func(one origin) bool { return one.decided }) {
		left = append([]origin{{by, true}}, left...)
	}
	if o.all[id] = left; len(left) == 0 {
		delete(o.all, id)
	}
}

// of returns the link to the request that decided a callback. It returns none if that is not known.
func (o *origins) of(id callbacks.ID) []trace.Link {
	o.mu.Lock()
	defer o.mu.Unlock()
	var links []trace.Link
	for _, one := range o.all[id] {
		links = append(links, trace.Link{SpanContext: one.by})
		if one.decided {
			break // the first one
		}
	}
	return links
}
