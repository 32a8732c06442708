package discovery_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/callbacks"
	"countersign/internal/discovery"
	"countersign/internal/readquota"
)

// TestDiscovery_WaitsForTheAnnouncement: a scan that falls between a callback's start and its
// announcement takes nothing away from the announcement.
func TestDiscovery_WaitsForTheAnnouncement(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	arn, token := s.begin("expenses")
	s.scan()
	if n := len(s.all()); n != 0 {
		t.Fatalf("%d recorded at their start", n)
	}
	s.clock.Advance(time.Second)
	s.announce(token, nil)
	s.again()
	if got := s.only(callbacks.Pending); got.Source != "expenses" || got.ExecutionARN != arn || got.Clocks.Timeout != time.Hour {
		t.Errorf("got %+v", got)
	}
	if told := s.told(s.only(callbacks.Pending).ID); len(told) != 2 || told[0] != "Announced by webhook." {
		t.Errorf("the audit says %q", told)
	}
	if asked := s.front.take(); slices.Contains(asked, "input") {
		t.Errorf("asked for %v: what was announced needs no input", asked)
	}
}

// TestDiscovery_WaitsNoLonger: what nobody announces is looked at again as soon as it has waited,
// and not at the next scan only.
func TestDiscovery_WaitsNoLonger(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	began := s.clock.Now()
	s.begin("expenses")
	s.clock.Advance(2 * time.Second)
	next, err := s.discovery.RunOnce(t.Context())
	if err != nil || !next.Equal(began.Add(discovery.AnnouncedWithin)) {
		t.Fatalf("the next scan is due at %v, %v", next, err)
	}
	s.clock.Advance(next.Sub(s.clock.Now()))
	s.scan()
	if got := s.only(callbacks.Pending); got.Source != callbacks.SourceDiscovery || got.Name != "sign" || !got.Clocks.StartedAt.Equal(began) {
		t.Errorf("got %+v", got)
	}
}

// TestDiscovery_EndsWhileItWaits: who announced it meanwhile is told.
func TestDiscovery_EndsWhileItWaits(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*search, string){
		"Stopped": func(s *search, arn string) {
			if _, err := s.aws.StopDurableExecution(s.t.Context(), &lambda.StopDurableExecutionInput{DurableExecutionArn: &arn}); err != nil {
				s.t.Fatal(err)
			}
		},
		"Gone": func(s *search, _ string) {
			s.front.answerWith(refusing("history", http.StatusNotFound, "ResourceNotFoundException"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watching(t, "expenses")
			register(s, "expenses", sign)
			arn, token := s.begin("expenses")
			s.scan()
			s.announce(token, nil)
			end(s, arn)
			s.again()
			s.only(callbacks.Closed)
		})
	}
}

// TestDiscovery_ClockBehind: it is AWS that says when a callback started, and what our clock makes
// of it loses none.
func TestDiscovery_ClockBehind(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	behind := func() time.Time { return s.clock.Now().Add(-time.Hour) }
	s.settings.Now, s.settings.Allowances = behind, readquota.NewAllowances(s.store, 1000, behind)
	s.discovery = discovery.NewWorker(s.settings)
	began := s.clock.Now()
	s.start("expenses")
	s.scan()
	s.again()
	if got := s.only(callbacks.Pending); !got.Clocks.StartedAt.Equal(began) {
		t.Errorf("started at %v, want as AWS says: %v", got.Clocks.StartedAt, began)
	}
}

// TestDiscovery_Refused: what the desk cannot take is not taken for announced, costs no more than
// it must, and is kept.
func TestDiscovery_Refused(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	var log strings.Builder
	s.settings.Log = slog.New(slog.NewTextHandler(&log, nil))
	s.discovery = discovery.NewWorker(s.settings)
	register(s, "expenses", sign)
	s.start("expenses")
	s.front.answerWith(s.rewritten(func(e map[string]any) {
		if e["EventType"] == "CallbackStarted" {
			e["CallbackStartedDetails"] = map[string]any{"CallbackId": "not base64"}
		}
	}))
	for i := range 2 {
		s.again()
		if w := s.watches()[0]; w.Open != 1 || w.Unannounced != 1 || len(s.all()) != 0 {
			t.Errorf("scan %d: watch is %+v with %d recorded", i+1, w, len(s.all()))
		}
	}
	if asked := s.front.take(); !slices.Equal(asked, []string{"list", "history", "list", "history"}) {
		t.Errorf("asked for %v", asked)
	}
	if n := strings.Count(log.String(), "cannot be recorded"); n != 2 {
		t.Errorf("the log says so %d times, want once in a scan:\n%s", n, &log)
	}
}

// rewritten changes each event of the histories that discovery reads.
func (s *search) rewritten(change func(map[string]any)) func(http.ResponseWriter, *http.Request, string) bool {
	return func(w http.ResponseWriter, r *http.Request, operation string) bool {
		if operation != "history" {
			return false
		}
		recorded := httptest.NewRecorder()
		s.front.engine.ServeHTTP(recorded, r)
		var page struct{ Events []map[string]any }
		if err := json.Unmarshal(recorded.Body.Bytes(), &page); err != nil {
			s.t.Error(err)
		}
		for _, e := range page.Events {
			change(e)
		}
		if err := json.NewEncoder(w).Encode(page); err != nil {
			s.t.Error(err)
		}
		return true
	}
}
