package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// serviceName is the service's name in spans, unless OTEL_SERVICE_NAME sets another.
const serviceName = "countersign"

// Config says where spans go.
type Config struct {
	Endpoint string // URL of the collector's OTLP over HTTP, with its path
	Version  string // of this program
	Log      *slog.Logger
}

// Tracing makes spans and sends them. The caller must close it.
type Tracing struct {
	provider  *sdktrace.TracerProvider
	tracer    trace.Tracer
	decisions *origins
}

// New makes a Tracing. It makes no request: if the collector does not answer, the log says so
// later. The library itself reads the standard OTEL_… variables for how much is traced and for
// headers to the collector.
func New(ctx context.Context, c Config) (*Tracing, error) {
	wire, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(c.Endpoint))
	if err != nil {
		return nil, fmt.Errorf("trace exporter: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", serviceName), attribute.String("service.version", c.Version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithResource(about), sdktrace.WithBatcher(exporter{wire, c.Log}))
	return &Tracing{provider: provider, tracer: provider.Tracer(serviceName), decisions: newOrigins()}, nil
}

// Close sends the waiting spans, as far as ctx allows.
func (t *Tracing) Close(ctx context.Context) error {
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last spans: %w", err)
	}
	return nil
}

// Transport makes a span of each request to AWS. It sends AWS no trace headers.
func (t *Tracing) Transport(next http.RoundTripper) http.RoundTripper {
	return otelhttp.NewTransport(next, otelhttp.WithTracerProvider(t.provider), otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator()))
}
