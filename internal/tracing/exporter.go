package tracing

import (
	"context"
	"log/slog"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Attributes of our own.
const (
	callbackKey = attribute.Key("countersign.callback") // our ID, not AWS's
	answerKey   = attribute.Key("countersign.answer")
	routeKey    = attribute.Key("http.route")
)

// told are the attributes that may leave the process. The instrumentation adds others that may not:
// addresses and errors name AWS's callback IDs, clients and their programs are nobody's business
// here.
var told = []attribute.Key{
	callbackKey, answerKey, routeKey, "http.request.method", "http.response.status_code", "http.request.body.size",
	"http.response.body.size", "server.address", "server.port", "url.scheme", "network.protocol.version", "error.type",
}

// exporter sends spans without what may not be told. One that cannot be sent is lost, and the log
// says so.
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
		e.log.WarnContext(ctx, "spans not sent to the collector", "count", len(spans), "error", err)
	}
	return nil
}

// reduced is a span without what may not be told.
type reduced struct{ sdktrace.ReadOnlySpan }

// Attributes leaves out what is not on the list.
func (s reduced) Attributes() []attribute.KeyValue {
	return slices.DeleteFunc(slices.Clone(s.ReadOnlySpan.Attributes()), func(a attribute.KeyValue) bool {
		return !slices.Contains(told, a.Key)
	})
}

// Links name other spans, without what those who sent them wrote about them.
func (s reduced) Links() []sdktrace.Link {
	links := slices.Clone(s.ReadOnlySpan.Links())
	for i := range links {
		links[i].SpanContext = links[i].SpanContext.WithTraceState(trace.TraceState{})
		links[i].Attributes = nil
	}
	return links
}

// Events are texts of errors and stacks: none is told.
func (reduced) Events() []sdktrace.Event { return nil }

// Status tells whether it went well, not the text of an error.
func (s reduced) Status() sdktrace.Status { return sdktrace.Status{Code: s.ReadOnlySpan.Status().Code} }
