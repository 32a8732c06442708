package handlers_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/intake"
)

const (
	oldEventKey = "old-key-of-the-tests-which-is-long-enough"
	eventKey    = "key-of-the-tests-which-is-long-enough"
)

// withEventBridge turns on the way in for events.
func withEventBridge(t testing.TB) func(*config) {
	return func(c *config) {
		var err error
		if c.webhooks.EventBridge, err = intake.NewEventBridge([]string{oldEventKey, eventKey}); err != nil {
			t.Fatal(err)
		}
	}
}

// statusChange is an event about an execution, as EventBridge posts it.
func statusChange(arn, status string, at time.Time) string {
	event, _ := json.Marshal(map[string]any{
		"version": "0", "id": "d019b03c-a8a3-9d58-85de-241e96206538", "detail-type": "Durable Execution Status Change", "source": "aws.lambda",
		"account": "123456789012", "time": at.Format(time.RFC3339), "region": "eu-central-1", "resources": []string{},
		"detail": map[string]any{
			"durableExecutionArn": arn, "durableExecutionName": "exp-2291", "status": status, "endTimestamp": at.Format(time.RFC3339Nano),
			"functionArn": "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:14",
		},
	})
	return string(event)
}

// postEvent posts as an API destination does.
func (b *browser) postEvent(key, event string) reply {
	b.t.Helper()
	destination := &browser{t: b.t, site: b.site, client: b.client, header: http.Header{"X-Api-Key": {key}, "User-Agent": {"Amazon/EventBridge/ApiDestinations"}}}
	return destination.do(http.MethodPost, "/webhooks/eventbridge", "application/json; charset=utf-8", event)
}

// stateChange is such an event in the shape that AWS's SDK for Go documents.
func stateChange(arn, status string, at time.Time) string {
	return strings.NewReplacer("Status Change", "State Change", "durableExecutionArn", "executionArn").Replace(statusChange(arn, status, at))
}

// TestEvent_Shapes: each shape closes what is pending, posted by EventBridge or passed on by a
// topic that may.
func TestEvent_Shapes(t *testing.T) {
	t.Parallel()
	for shape, event := range map[string]func(arn, status string, at time.Time) string{"Status": statusChange, "State": stateChange} {
		for way, post := range map[string]func(s *site, sns *snsSigner, event string) reply{
			"Posted": func(s *site, _ *snsSigner, event string) reply { return s.visitor().postEvent(eventKey, event) },
			"BySNS": func(s *site, sns *snsSigner, event string) reply {
				return s.visitor().publish(sns.signed(s.clock.Now(), "TopicArn", executionsTopic, "Message", event))
			},
		} {
			t.Run(shape+way, func(t *testing.T) {
				t.Parallel()
				sns := newSNSSigner(t)
				s := sns.site(withEventBridge(t))
				c := s.receive(expense())
				for range 2 { // the second time it comes again
					if a := post(s, sns, event(c.ExecutionARN, "STOPPED", s.clock.Now())); a.status != http.StatusNoContent {
						t.Errorf("%d %s", a.status, a.body)
					}
				}
				if got, err := s.store.Get(t.Context(), c.ID); err != nil || got.State != callbacks.Closed || got.Ending.By != callbacks.EndedByExecution {
					t.Errorf("state is %s, %+v, %v", got.State, got.Ending, err)
				}
			})
		}
	}
}

// TestEvent_TopicMayNot: who may announce in some queues may not close what is in others.
func TestEvent_TopicMayNot(t *testing.T) {
	t.Parallel()
	sns := newSNSSigner(t)
	s := sns.site()
	c := s.receive(expense())
	a := s.visitor().publish(sns.signed(s.clock.Now(), "Message", statusChange(c.ExecutionARN, "STOPPED", s.clock.Now())))
	if got, err := s.store.Get(t.Context(), c.ID); a.status != http.StatusUnprocessableEntity || err != nil || got.State != callbacks.Pending {
		t.Errorf("%d %s; state is %s, %v", a.status, a.body, got.State, err)
	}
}

// TestEvent_TopicAnnounces: a topic that passes events on may announce too.
func TestEvent_TopicAnnounces(t *testing.T) {
	t.Parallel()
	sns := newSNSSigner(t)
	s := sns.site()
	body := sns.signed(s.clock.Now(), "TopicArn", executionsTopic, "Message", announcementText(t, "Refund $214.00"))
	if a := s.visitor().publish(body); a.status != http.StatusCreated {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestEvent(t *testing.T) {
	t.Parallel()
	s := newSite(t, withEventBridge(t))
	b := s.as(rita)
	next, stop := b.stream()
	defer stop()
	c, at := s.receive(expense()), s.clock.Now()
	next()
	if a := b.postEvent(eventKey, statusChange(c.ExecutionARN, "RUNNING", at)); a.status != http.StatusNoContent {
		t.Errorf("running: %d %s", a.status, a.body)
	}
	for _, key := range []string{eventKey, oldEventKey} { // the second time it comes again
		if a := b.postEvent(key, statusChange(c.ExecutionARN, "STOPPED", at)); a.status != http.StatusNoContent || a.body != "" {
			t.Errorf("stopped: %d %s", a.status, a.body)
		}
	}
	if got, want := next(), `{"callback":"`+string(c.ID)+`"}`; got != want {
		t.Errorf("open pages were told %s, want %s", got, want)
	}
	got, err := s.store.Get(t.Context(), c.ID)
	if err != nil || got.State != callbacks.Closed || got.Ending.By != callbacks.EndedByExecution {
		t.Errorf("state is %s, %+v, %v", got.State, got.Ending, err)
	}
	if actions := s.audit(c.ID); len(actions) != 2 || actions[0] != callbacks.ActionClosed {
		t.Errorf("audit has %v", actions)
	}
	if page := b.get("/callbacks/" + string(c.ID)).text(t); !strings.Contains(page, "The execution was stopped.") {
		t.Errorf("the page does not say how it ended: %.400s", page)
	}
	if page := s.as(audrey).get("/audit?system=1").text(t); !strings.Contains(page, "EventBridge") {
		t.Errorf("the record does not say who closed it: %.400s", page)
	}
}

func TestEvent_Problems(t *testing.T) {
	t.Parallel()
	s := newSite(t, withEventBridge(t))
	c := s.receive(expense())
	b, stopped := s.visitor(), statusChange(c.ExecutionARN, "STOPPED", s.clock.Now())
	for name, test := range map[string]struct {
		key, event string
		status     int
		code       string
	}{
		"NoKey":     {"", stopped, http.StatusUnauthorized, "bad_key"},
		"WrongKey":  {eventKey + "x", stopped, http.StatusUnauthorized, "bad_key"},
		"NotJSON":   {eventKey, "status=STOPPED", http.StatusUnprocessableEntity, "invalid"},
		"NoARN":     {eventKey, strings.Replace(stopped, "durableExecutionArn", "arn", 1), http.StatusUnprocessableEntity, "invalid"},
		"TooLarge":  {eventKey, stopped + strings.Repeat(" ", 256<<10), http.StatusRequestEntityTooLarge, "too_large"},
		"OtherKind": {eventKey, strings.Replace(stopped, "Durable Execution Status Change", "Other", 1), http.StatusNoContent, ""},
		"NobodyS":   {eventKey, strings.Replace(stopped, "exp-2291/", "exp-2292/", 1), http.StatusNoContent, ""},
	} {
		a := b.postEvent(test.key, test.event)
		if a.status != test.status || !strings.Contains(a.body, test.code) || test.code != "" && a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if got, err := s.store.Get(t.Context(), c.ID); err != nil || got.State != callbacks.Pending {
		t.Errorf("state is %s, %v", got.State, err)
	}
	_ = s.store.Close()
	if a := b.postEvent(eventKey, stopped); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("no database: %d %s", a.status, a.body)
	}
}

// TestEvent_Limited: who guesses keys is slowed down, and does not slow EventBridge down.
func TestEvent_Limited(t *testing.T) {
	t.Parallel()
	s := newSite(t, withEventBridge(t)) // 100 at once
	b, event := s.visitor(), statusChange("arn", "RUNNING", s.clock.Now())
	for _, key := range []string{"guess", eventKey} {
		first := map[string]int{"guess": http.StatusUnauthorized, eventKey: http.StatusNoContent}[key]
		// the guesses of this address are forgiven: here all have one address
		s.clock.Advance(10 * time.Second)
		for i := range 101 {
			want := first
			if i == 100 {
				want = http.StatusTooManyRequests
			}
			if a := b.postEvent(key, event); a.status != want {
				t.Fatalf("%s %d: %d, want %d", key, i, a.status, want)
			}
		}
	}
}
