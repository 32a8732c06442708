// Package metrics measures the desk for Prometheus: requests by route, answers to senders,
// decisions, answers of Lambda, and what waits in the database.
//
// It owns the names and labels. Other packages report each event; what they count themselves is
// read when a scraper asks ([Sources]).
package metrics

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"countersign/internal/callbacks"
	"countersign/internal/reload"
	"countersign/internal/upkeep"
)

// Metrics count what the site does. Labels have few values, and strangers choose none of them.
type Metrics struct {
	requests  *prometheus.HistogramVec
	replies   *prometheus.CounterVec
	decisions *prometheus.CounterVec
	signing   prometheus.Histogram
	contested prometheus.Counter
	coded     *prometheus.HistogramVec
}

// Sources are what is read when a scraper asks.
type Sources struct {
	EventStreams       func() int   // open streams of pages
	UnreadableSessions func() int64 // requests with a session that no key decrypts, so far
	// Backlog counts what waits in the database; nil leaves it out.
	Backlog func(context.Context, time.Time) (upkeep.Backlog, error)
	// Configuration is which version is in force; nil leaves it out.
	Configuration func() reload.State
	// NobodyEligible counts by queue what too few people could decide; nil leaves it out.
	NobodyEligible func() map[string]int
	Now            func() time.Time
	Log            *slog.Logger
}

// New registers the measurements of one site with r.
func New(r prometheus.Registerer, from Sources) *Metrics {
	m := &Metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "countersign_http_request_duration_seconds", Help: "Time to answer HTTP requests, by route.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "method", "status"}),
		replies: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "countersign_intake_answers_total", Help: "Answers to webhooks, by HTTP status.",
		}, []string{"status"}),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "countersign_decisions_total", Help: "Decisions recorded, by kind of outcome.",
		}, []string{"kind"}),
		signing: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "countersign_signing_duration_seconds", Help: "Time from the first to the last signature of a decision that several people signed.",
			Buckets: []float64{60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 3 * 24 * 3600, 7 * 24 * 3600},
		}),
		contested: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "countersign_announcements_contested_total",
			Help: "Announcements refused because another source announced the callback first, with other content.",
		}),
		coded: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "countersign_codec_duration_seconds", Help: "Time to encode results and decode payloads for functions that do not read plain JSON, by format.",
			Buckets: []float64{.001, .01, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"format", "work", "result"}),
	}
	streams := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "countersign_event_streams", Help: "Open event streams of pages.",
	}, func() float64 { return float64(from.EventStreams()) })
	unreadable := prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "countersign_sessions_unreadable_total", Help: "Requests with a session that no configured key decrypts.",
	}, func() float64 { return float64(from.UnreadableSessions()) })
	r.MustRegister(m.requests, m.replies, m.decisions, m.signing, m.contested, m.coded, streams, unreadable)
	if from.Backlog != nil {
		r.MustRegister(&backlog{read: from.Backlog, now: from.Now, log: from.Log})
	}
	if from.Configuration != nil {
		r.MustRegister(configuration(from.Configuration))
	}
	if from.NobodyEligible != nil {
		r.MustRegister(nobodyEligible(from.NobodyEligible))
	}
	return m
}

// Request counts one request. Streams are left out: how long a page stays open says nothing about
// the server.
func (m *Metrics) Request(route, method string, status int, took time.Duration) {
	if route == "/events" {
		return
	}
	if route == "" {
		route = "other" // addresses that are not ours, of which there are endless many
	}
	m.requests.WithLabelValues(route, methodLabel(method), strconv.Itoa(status)).Observe(took.Seconds())
}

// methodLabel is a method that some route takes, or "other": a client may send any word as a
// method.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return method
	}
	return "other"
}

// Response counts an answer to a sender.
func (m *Metrics) Response(status int) {
	m.replies.WithLabelValues(strconv.Itoa(status)).Inc()
}

// Decision counts a callback that was decided, and how long its signatures took if several decided.
func (m *Metrics) Decision(c callbacks.Callback) {
	m.decisions.WithLabelValues(string(c.Decision.Kind)).Inc()
	if !c.WaitingSince.IsZero() {
		m.signing.Observe(c.Decision.At.Sub(c.WaitingSince).Seconds())
	}
}

// Contested counts an announcement that was refused because another source was first.
func (m *Metrics) Contested() { m.contested.Inc() }

// Coded counts an encoding or decoding (work is encode or decode), and how long it took.
func (m *Metrics) Coded(format, work string, failed bool, took time.Duration) {
	result := "ok"
	if failed {
		result = "failed"
	}
	m.coded.WithLabelValues(format, work, result).Observe(took.Seconds())
}

// maxScrapes is how many scrapes run at once. Each builds its answer in memory.
const maxScrapes = 4

// Handler answers scrapers. It needs a listener of its own: measurements are for operators, so the
// site does not serve them.
func Handler(r *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: maxScrapes}))
	return mux
}
