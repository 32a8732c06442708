package handlers

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/live"
)

// measurements are what /metrics tells about requests. Labels have few values, none of them a stranger's.
type measurements struct {
	requests  *prometheus.HistogramVec
	announced *prometheus.CounterVec
	decisions *prometheus.CounterVec
	contested prometheus.Counter
}

func newMeasurements(r prometheus.Registerer, hub *live.Hub, signIn *auth.Auth) measurements {
	m := measurements{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "countersign_http_request_duration_seconds", Help: "Time to answer HTTP requests, by route.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "method", "status"}),
		announced: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "countersign_intake_answers_total", Help: "Answers to webhooks, by HTTP status.",
		}, []string{"status"}),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "countersign_decisions_total", Help: "Decisions recorded, by kind of outcome.",
		}, []string{"kind"}),
	}
	m.contested = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "countersign_announcements_contested_total", Help: "Announcements refused because another source announced the callback first, with other content.",
	})
	streams := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "countersign_event_streams", Help: "Open event streams of pages.",
	}, func() float64 { return float64(hub.Subscribers()) })
	unopened := prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "countersign_sessions_unreadable_total", Help: "Requests with a session that no configured key decrypts.",
	}, func() float64 { return float64(signIn.UnopenedSessions()) })
	r.MustRegister(m.requests, m.announced, m.decisions, m.contested, streams, unopened)
	return m
}

// request counts one request. Streams are left out: how long a page stays open says nothing about the server.
func (m measurements) request(route, method string, status int, took time.Duration) {
	if route == "/events" {
		return
	}
	if route == "" {
		route = "other" // addresses that are not ours, of which there are endless many
	}
	m.requests.WithLabelValues(route, methodLabel(method), strconv.Itoa(status)).Observe(took.Seconds())
}

// methodLabel is a method that some route takes, or "other": a client may send any word as a method.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return method
	}
	return "other"
}

// CountAttempts is next with its answers to completions and heartbeats counted. It is called once for a registry, by whoever
// makes the workers.
func CountAttempts(r prometheus.Registerer, next callbacks.Lambda) callbacks.Lambda {
	answers := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "countersign_lambda_answers_total", Help: "Answers of Lambda, by call and kind of answer.",
	}, []string{"call", "answer"})
	r.MustRegister(answers)
	return countedLambda{Lambda: next, answers: answers}
}

type countedLambda struct {
	callbacks.Lambda
	answers *prometheus.CounterVec
}

func (l countedLambda) Complete(ctx context.Context, to callbacks.Target, completion callbacks.Completion) error {
	err := l.Lambda.Complete(ctx, to, completion)
	l.count("complete", err)
	return err
}

func (l countedLambda) Heartbeat(ctx context.Context, to callbacks.Target) error {
	err := l.Lambda.Heartbeat(ctx, to)
	l.count("heartbeat", err)
	return err
}

func (l countedLambda) count(call string, err error) {
	answer := callbacks.AnswerAccepted
	if err != nil {
		answer = callbacks.AnswerNone
	}
	if lambda, ok := errors.AsType[*callbacks.LambdaError](err); ok {
		answer = lambda.Answer
	}
	l.answers.WithLabelValues(call, string(answer)).Inc()
}

// maxScrapes is how many scrapes run at once. Each builds its answer in memory.
const maxScrapes = 4

// Metrics answers scrapers, on a listener of its own: what it tells is for operators, so that nothing of it is on the site.
func Metrics(r *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: maxScrapes}))
	return mux
}
