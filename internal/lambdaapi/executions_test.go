package lambdaapi_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/discovery"
	"countersign/internal/lambdaapi"
)

// only is the one request that a server got: its path and query.
func (s *awsServer) only(t *testing.T) (path string, query url.Values) {
	t.Helper()
	requests := s.requests()
	if len(requests) != 1 || requests[0].method != http.MethodGet {
		t.Fatalf("got %+v, want one GET", requests)
	}
	path, raw, _ := strings.Cut(requests[0].uri, "?")
	query, err := url.ParseQuery(raw)
	if err != nil {
		t.Fatal(err)
	}
	return path, query
}

func TestDurableFunctions(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		answerJSON(w, event{"NextMarker": "m2", "Functions": []event{
			{"FunctionName": "pay", "DurableConfig": event{"ExecutionTimeout": 60}}, {"FunctionName": "thumbnails"}, {"FunctionName": "ship", "DurableConfig": event{}},
		}})
	})
	got, err := newClient(t, lambdaapi.Config{Endpoint: s.url}).DurableFunctions(t.Context(), callbacks.Lane{Region: "eu-west-1"}, "m1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(discovery.FunctionPage{Functions: []string{"pay", "ship"}, Next: "m2"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if path, query := s.only(t); !strings.HasSuffix(path, "/functions") && !strings.HasSuffix(path, "/functions/") || query.Get("Marker") != "m1" {
		t.Errorf("asked for %s %v", path, query)
	}
	if signed := s.requests()[0].authorization; !strings.Contains(signed, "/eu-west-1/lambda/") {
		t.Errorf("signed for another region: %s", signed)
	}
}

func TestRunningExecutions(t *testing.T) {
	t.Parallel()
	// an endpoint that ignores the filter
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		answerJSON(w, event{"NextMarker": "m2", "DurableExecutions": []event{
			{"DurableExecutionArn": "a", "Status": "RUNNING"}, {"DurableExecutionArn": "b", "Status": "SUCCEEDED"}, {"DurableExecutionArn": "c", "Status": "RUNNING"},
		}})
	})
	client := newClient(t, lambdaapi.Config{Endpoint: s.url})
	got, err := client.RunningExecutions(t.Context(), discovery.Watch{Function: "arn:aws:lambda:eu-west-1:123456789012:function:pay", Region: "eu-west-1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(discovery.ExecutionPage{Executions: []string{"a", "c"}, Next: "m2"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	path, query := s.only(t)
	if want := "/2025-12-01/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Apay/durable-executions"; path != want {
		t.Errorf("asked for %s, want %s", path, want)
	}
	if diff := cmp.Diff(url.Values{"Statuses": {"RUNNING"}, "ReverseOrder": {"true"}, "MaxItems": {"1000"}}, query); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	details := event{"CallbackStartedDetails": event{"CallbackId": string(callbackID), "Timeout": 60, "HeartbeatTimeout": 20}, "ParentId": "1", "Name": "sign"}
	g := engine{pageSize: 100, events: []event{
		ev("ExecutionStarted", "root", event{"ExecutionStartedDetails": event{"ExecutionTimeout": 3600, "Input": event{"Payload": `{"n":1}`}}}),
		ev("ContextStarted", "1", event{"SubType": "WaitForCallback", "Name": "sign-off"}),
		ev("ContextStarted", "2", event{"SubType": "RunInChildContext"}),
		ev("CallbackStarted", "1-1", details),
		ev("StepStarted", "1-2", nil),
		succeeded("1-1", event{"Truncated": true}),
		failed("x", event{}),
		timedOut("Callback.Heartbeat"),
		ev("CallbackTimedOut", "y", event{"CallbackTimedOutDetails": event{"Error": event{}}}),
		ev("ContextFailed", "1", nil),
		ev("ExecutionTimedOut", "root", nil),
		ev("ExecutionStopped", "root", nil),
	}}
	s := serve(t, g.ServeHTTP)
	got, err := newClient(t, lambdaapi.Config{Endpoint: s.url}).Events(t.Context(), discovery.EventQuery{Lane: callbacks.Lane{Region: "eu-west-1"}, ExecutionARN: arn, Limit: 100, Data: true})
	if err != nil {
		t.Fatal(err)
	}
	closed := func(id int, by callbacks.EndedBy, cause callbacks.DeadlineCause, kind callbacks.Kind) callbacks.Closing {
		return at(id, callbacks.Closing{By: by, Cause: cause, Kind: kind})
	}
	want := []discovery.Event{
		{Kind: discovery.EventExecutionStarted, Operation: "root", ExecutionTimeout: time.Hour, Input: []byte(`{"n":1}`)},
		{Kind: discovery.EventContextStarted, Operation: "1", Name: "sign-off", SubType: "WaitForCallback"},
		{Kind: discovery.EventContextStarted, Operation: "2", SubType: "RunInChildContext"},
		{Kind: discovery.EventCallbackStarted, Operation: "1-1", Parent: "1", Name: "sign", CallbackID: callbackID, Timeout: time.Minute, HeartbeatTimeout: 20 * time.Second},
		{Operation: "1-2"},
		{Kind: discovery.EventCallbackEnded, Operation: "1-1", Closing: closed(6, callbacks.EndedByOther, "", callbacks.Success)},
		{Kind: discovery.EventCallbackEnded, Operation: "x", Closing: closed(7, callbacks.EndedByOther, "", callbacks.Failure)},
		{Kind: discovery.EventCallbackEnded, Operation: "op", Closing: closed(8, callbacks.EndedByClock, callbacks.CauseHeartbeat, "")},
		{Kind: discovery.EventCallbackEnded, Operation: "y", Closing: closed(9, callbacks.EndedByClock, "", "")},
		{Kind: discovery.EventContextEnded, Operation: "1", Closing: at(10, callbacks.Closing{By: callbacks.EndedByExecution, Around: callbacks.AroundContext})},
		{Kind: discovery.EventExecutionEnded, Operation: "root", Ended: callbacks.ExecutionTimedOut, Closing: closed(11, callbacks.EndedByClock, callbacks.CauseExecution, "")},
		{Kind: discovery.EventExecutionEnded, Operation: "root", Ended: callbacks.ExecutionStopped, Closing: at(12, callbacks.Closing{By: callbacks.EndedByExecution, Around: callbacks.AroundStopped})},
	}
	for i := range want {
		want[i].ID, want[i].At = i+1, time.Unix(int64(i+1), 0)
	}
	if diff := cmp.Diff(want, got.Events); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, query := s.only(t); query.Get("IncludeExecutionData") != "true" || query.Get("ReverseOrder") != "false" {
		t.Errorf("asked for %v", query)
	}
}

// TestEvents_InputThatIsNone: what a stranger's history holds is not always whole, nor JSON.
func TestEvents_InputThatIsNone(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]any{
		"Missing": nil, "NoPayload": event{}, "Truncated": event{"Payload": `{"n":1}`, "Truncated": true}, "NotJSON": event{"Payload": `{"n":`},
	} {
		g := engine{pageSize: 1, events: []event{ev("ExecutionStarted", "root", event{"ExecutionStartedDetails": event{"ExecutionTimeout": 9, "Input": in}})}}
		got, err := newClient(t, lambdaapi.Config{Endpoint: serve(t, g.ServeHTTP).url}).Events(t.Context(), discovery.EventQuery{ExecutionARN: arn, Limit: 1, Data: true})
		if err != nil || len(got.Events) != 1 || got.Events[0].Input != nil {
			t.Errorf("%s: got %+v, %v; want an event without input", name, got, err)
		}
	}
}

// TestReadsAreOneAttempt: what fails is answered by the table of answers and not tried again,
// because each try spends quota.
func TestReadsAreOneAttempt(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*lambdaapi.Client) error{
		"DurableFunctions": func(c *lambdaapi.Client) error {
			_, err := c.DurableFunctions(t.Context(), callbacks.Lane{}, "")
			return err
		},
		"RunningExecutions": func(c *lambdaapi.Client) error {
			_, err := c.RunningExecutions(t.Context(), discovery.Watch{Function: "pay"}, "")
			return err
		},
		"Events": func(c *lambdaapi.Client) error {
			_, err := c.Events(t.Context(), discovery.EventQuery{ExecutionARN: arn, Limit: 1})
			return err
		},
	} {
		s := serve(t, refuse(http.StatusTooManyRequests, "TooManyRequestsException", "Retry-After", "7"))
		err := read(newClient(t, lambdaapi.Config{Endpoint: s.url}))
		failed, ok := errors.AsType[*callbacks.LambdaError](err)
		if !ok || failed.Reply != callbacks.ReplyThrottled || failed.RetryAfter != 7*time.Second || len(s.requests()) != 1 {
			t.Errorf("%s: got %+v after %d requests, want throttled after one", name, err, len(s.requests()))
		}
	}
}
