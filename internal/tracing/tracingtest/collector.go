// Package tracingtest is an OpenTelemetry collector for tests. It keeps everything that it
// receives, as it was on the wire.
package tracingtest

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Collector receives spans by OTLP over HTTP.
type Collector struct {
	URL string

	t     *testing.T
	mu    sync.Mutex
	spans []*tracepb.Span
	wire  []byte
}

// NewCollector starts a collector that stops when the test ends.
func NewCollector(t *testing.T) *Collector {
	t.Helper()
	c := &Collector{t: t}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

// ServeHTTP receives one message.
func (c *Collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var message collectortrace.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(body, &message)
	}
	if err != nil || r.URL.Path != "/v1/traces" {
		c.t.Errorf("%s gets no spans: %v", r.URL.Path, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wire = append(c.wire, body...)
	for _, resource := range message.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// Wire returns every byte that was received.
func (c *Collector) Wire() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.wire)
}

// Spans returns the spans with a name, in the order of arrival.
func (c *Collector) Spans(name string) []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Span
	for _, s := range c.spans {
		if s.GetName() == name {
			all = append(all, spanOf(s))
		}
	}
	return all
}

// Names returns the names of all spans, in the order of arrival.
func (c *Collector) Names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, s := range c.spans {
		all = append(all, s.GetName())
	}
	return all
}

// Span is the part of a span that tests look at. IDs are in hexadecimal.
type Span struct {
	Trace, ID, Parent string
	Links             []string // traces
	Attributes        map[string]string
	Failed            bool
	Said              string // the status with its text
	Events            int
}

func spanOf(s *tracepb.Span) Span {
	span := Span{
		Trace: hex.EncodeToString(s.GetTraceId()), ID: hex.EncodeToString(s.GetSpanId()), Parent: hex.EncodeToString(s.GetParentSpanId()),
		Attributes: map[string]string{}, Events: len(s.GetEvents()),
		Failed: s.GetStatus().GetCode() == tracepb.Status_STATUS_CODE_ERROR, Said: s.GetStatus().GetMessage(),
	}
	for _, link := range s.GetLinks() {
		span.Links = append(span.Links, hex.EncodeToString(link.GetTraceId())+link.GetTraceState())
	}
	for _, a := range s.GetAttributes() {
		span.Attributes[a.GetKey()] = a.GetValue().GetStringValue()
	}
	return span
}
