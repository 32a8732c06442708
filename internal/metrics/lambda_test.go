package metrics_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/callbacks"
	"countersign/internal/metrics"
	"countersign/internal/replies"
)

// scrape is what a scraper reads.
func scrape(r *prometheus.Registry) string {
	w := httptest.NewRecorder()
	metrics.Handler(r).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
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
	counted := metrics.CountAttempts(registry, lambda)
	for _, err := range []error{nil, nil, &replies.Error{Reply: replies.Throttled}, errors.New("cut")} {
		lambda.err = err
		if got := counted.Complete(t.Context(), callbacks.Target{}, callbacks.Completion{}); !errors.Is(got, err) {
			t.Errorf("got %v, want %v", got, err)
		}
	}
	if err := counted.Heartbeat(t.Context(), callbacks.Target{}); err == nil {
		t.Error("the error is swallowed")
	}
	text := scrape(registry)
	for _, want := range []string{
		`{answer="accepted",call="complete"} 2`, `{answer="throttled",call="complete"} 1`, `{answer="none",call="complete"} 1`, `{answer="none",call="heartbeat"} 1`,
	} {
		if !strings.Contains(text, "countersign_lambda_answers_total"+want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}
