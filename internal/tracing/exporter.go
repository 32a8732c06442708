package tracing

import (
	"context"
	"log/slog"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Attributes that are our own.
const (
	callbackKey = attribute.Key("countersign.callback") // our ID, not AWS's
	answerKey   = attribute.Key("countersign.answer")
	routeKey    = attribute.Key("http.route")
)

// told are the attributes that may leave the process. The instrumentation adds others that may not:
// addresses and errors hold AWS's callback IDs, and which clients and programs people use does not
// concern a collector.
var told = []attribute.Key{
	callbackKey, answerKey, routeKey, "http.request.method", "http.response.status_code", "http.request.body.size",
	"http.response.body.size", "server.address", "server.port", "url.scheme", "network.protocol.version", "error.type",
}

// exporter sends spans, reduced to what may leave the process. A span that cannot be sent is lost,
// and the log says so.
type exporter struct {
	sdktrace.SpanExporter
	log *slog.Logger
}

// ExportSpans implements [sdktrace.SpanExporter].
func (e exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	harmless := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, s := range spans {
		harmless[i] = reduced{s}
	}
	if err := e.SpanExporter.ExportSpans(ctx, harmless); err != nil {
		e.log.WarnContext(ctx, "the spans were not sent to the collector", "count", len(spans), "error", err)
	}
	return nil
}

// reduced is a span without the parts that may not leave the process.
type reduced struct{ sdktrace.ReadOnlySpan }

// Attributes returns the attributes that are on the list.
func (s reduced) Attributes() []attribute.KeyValue {
	return slices.DeleteFunc(slices.Clone(s.ReadOnlySpan.Attributes()), func(a attribute.KeyValue) bool {
		return !slices.Contains(told, a.Key)
	})
}

// Links returns the links to other spans, without the attributes that their senders wrote.
func (s reduced) Links() []sdktrace.Link {
	links := slices.Clone(s.ReadOnlySpan.Links())
	for i := range links {
		links[i].SpanContext = links[i].SpanContext.WithTraceState(trace.TraceState{})
		links[i].Attributes = nil
	}
	return links
}

// Events returns none, because events hold error texts and stacks.
func (reduced) Events() []sdktrace.Event { return nil }

// Status returns whether it went well, without the error text.
func (s reduced) Status() sdktrace.Status { return sdktrace.Status{Code: s.ReadOnlySpan.Status().Code} }
