package lambdaapi_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/discovery"
	"countersign/internal/history"
	"countersign/internal/lambdaapi"
	"countersign/internal/replies"
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
	got, err := newClient(t, lambdaapi.Config{Endpoint: s.url}).DurableFunctions(t.Context(), arn.Lane{Region: "eu-west-1"}, "m1")
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
	got, err := newClient(t, lambdaapi.Config{Endpoint: s.url}).Page(t.Context(), history.Query{Lane: arn.Lane{Region: "eu-west-1"}, Target: target, Limit: 100, Data: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []history.Event{
		{Kind: callbacks.OperationExecution, Status: callbacks.StatusRunning, Operation: "root", ExecutionTimeout: time.Hour, Payload: []byte(`{"n":1}`)},
		{Kind: callbacks.OperationContext, Status: callbacks.StatusRunning, Operation: "1", Name: "sign-off", SubType: "WaitForCallback"},
		{Kind: callbacks.OperationContext, Status: callbacks.StatusRunning, Operation: "2", SubType: "RunInChildContext"},
		{Kind: callbacks.OperationCallback, Status: callbacks.StatusRunning, Operation: "1-1", Parent: "1", Name: "sign", CallbackID: callbackID, Timeout: time.Minute, HeartbeatTimeout: 20 * time.Second},
		{Kind: callbacks.OperationStep, Status: callbacks.StatusRunning, Operation: "1-2"},
		{Kind: callbacks.OperationCallback, Status: callbacks.StatusSucceeded, Operation: "1-1", Truncated: true},
		{Kind: callbacks.OperationCallback, Status: callbacks.StatusFailed, Operation: "x"},
		{Kind: callbacks.OperationCallback, Status: callbacks.StatusTimedOut, Operation: "op", Cause: callbacks.CauseHeartbeat},
		{Kind: callbacks.OperationCallback, Status: callbacks.StatusTimedOut, Operation: "y"},
		{Kind: callbacks.OperationContext, Status: callbacks.StatusFailed, Operation: "1"},
		{Kind: callbacks.OperationExecution, Status: callbacks.StatusTimedOut, Operation: "root"},
		{Kind: callbacks.OperationExecution, Status: callbacks.StatusStopped, Operation: "root"},
	}
	closings := map[int]callbacks.Closing{
		6:  {By: callbacks.EndedByOther, Kind: callbacks.Success},
		7:  {By: callbacks.EndedByOther, Kind: callbacks.Failure},
		8:  {By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat},
		9:  {By: callbacks.EndedByClock},
		10: {By: callbacks.EndedByExecution, Around: callbacks.AroundContext},
		11: {By: callbacks.EndedByClock, Cause: callbacks.CauseExecution},
		12: {By: callbacks.EndedByExecution, Around: callbacks.AroundStopped},
	}
	for i := range want {
		want[i].ID, want[i].At = i+1, time.Unix(int64(i+1), 0)
		closing, ends := got.Events[i].Closing()
		if expected, found := closings[i+1]; ends != found || found && cmp.Diff(at(i+1, expected), closing) != "" {
			t.Errorf("event %d: closing %+v, %t; want %+v, %t", i+1, closing, ends, expected, found)
		}
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
		got, err := newClient(t, lambdaapi.Config{Endpoint: serve(t, g.ServeHTTP).url}).Page(t.Context(), history.Query{Target: target, Limit: 1, Data: true})
		if err != nil || len(got.Events) != 1 || got.Events[0].Input() != nil {
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
			_, err := c.DurableFunctions(t.Context(), arn.Lane{}, "")
			return err
		},
		"RunningExecutions": func(c *lambdaapi.Client) error {
			_, err := c.RunningExecutions(t.Context(), discovery.Watch{Function: "pay"}, "")
			return err
		},
		"Events": func(c *lambdaapi.Client) error {
			_, err := c.Page(t.Context(), history.Query{Target: target, Limit: 1})
			return err
		},
	} {
		s := serve(t, refuse(http.StatusTooManyRequests, "TooManyRequestsException", "Retry-After", "7"))
		err := read(newClient(t, lambdaapi.Config{Endpoint: s.url}))
		failed, ok := errors.AsType[*replies.Error](err)
		if !ok || failed.Reply != replies.Throttled || failed.RetryAfter != 7*time.Second || len(s.requests()) != 1 {
			t.Errorf("%s: got %+v after %d requests, want throttled after one", name, err, len(s.requests()))
		}
	}
}
