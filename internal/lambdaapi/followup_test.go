package lambdaapi_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/history/historytest"
	"countersign/internal/lambdaapi"
	"countersign/internal/replies"
)

// detailed is an event of a kind with its details.
func detailed(kind, operation string, details event) event {
	return ev(kind, operation, event{"Name": operation, kind + "Details": details})
}

func broken(errorType, message string) event {
	return event{"Error": event{"Payload": event{"ErrorType": errorType, "ErrorMessage": message, "ErrorData": "secret", "StackTrace": []string{"x"}}}}
}

// attempts are retry details; a delay of 0 means that there is no other attempt.
func attempts(delay int, more event) event {
	retry := event{"CurrentAttempt": 1}
	if delay > 0 {
		retry["NextAttemptDelaySeconds"] = delay
	}
	more["RetryDetails"] = retry
	return more
}

// tailOf reads what followed an event, with a read quota that is never short.
func tailOf(client *lambdaapi.Client, of callbacks.Target, after int) (history.Tail, error) {
	return historytest.NewQuota(time.Second).Reader(client, client.Lanes()).Tail(context.Background(), of, after)
}

// TestAfterEvents: every type of event, as the domain gets it. Times and IDs are those of the place
// in the list.
func TestAfterEvents(t *testing.T) {
	t.Parallel()
	type after = history.Event
	fault := &callbacks.ErrorObject{ErrorType: "Declined", ErrorMessage: "expired"}
	result := func(text string) event { return event{"Result": event{"Payload": text}} }
	waits := func(kind string) event {
		e := ev(kind, "w", in("exec"))
		e["Name"], e["SubType"] = "sign-off", "WaitForCallback"
		return e
	}
	table := []struct {
		event event
		want  after
	}{
		{begin, after{Kind: callbacks.OperationExecution, Status: callbacks.StatusRunning, Operation: "exec"}},
		{ev("StepStarted", "s", in("p")), after{Kind: callbacks.OperationStep, Status: callbacks.StatusRunning, Operation: "s", Parent: "p"}},
		{detailed("StepSucceeded", "s", attempts(0, result(`"st_1"`))), after{Kind: callbacks.OperationStep, Status: callbacks.StatusSucceeded, Operation: "s", Name: "s", Payload: []byte(`"st_1"`)}},
		{detailed("StepSucceeded", "s", attempts(5, result(`1`))), after{Kind: callbacks.OperationStep, Status: callbacks.StatusRunning, Operation: "s", Name: "s", Payload: []byte(`1`)}},
		{detailed("StepSucceeded", "s", event{}), after{Kind: callbacks.OperationStep, Status: callbacks.StatusSucceeded, Operation: "s", Name: "s"}},
		{detailed("StepFailed", "s", attempts(5, broken("Declined", "expired"))), after{Kind: callbacks.OperationStep, Status: callbacks.StatusRetrying, Operation: "s", Name: "s", Error: fault}},
		{detailed("StepFailed", "s", attempts(0, broken("Declined", "expired"))), after{Kind: callbacks.OperationStep, Status: callbacks.StatusFailed, Operation: "s", Name: "s", Error: fault}},
		{detailed("WaitStarted", "z", event{"Duration": 9, "ScheduledEndTimestamp": 20}), after{Kind: callbacks.OperationWait, Status: callbacks.StatusRunning, Operation: "z", Name: "z"}},
		{detailed("WaitSucceeded", "z", event{"Duration": 9}), after{Kind: callbacks.OperationWait, Status: callbacks.StatusSucceeded, Operation: "z", Name: "z"}},
		{ev("WaitCancelled", "z", nil), after{Kind: callbacks.OperationWait, Status: callbacks.StatusCancelled, Operation: "z"}},
		{ev("ChainedInvokeStarted", "i", nil), after{Kind: callbacks.OperationInvoke, Status: callbacks.StatusRunning, Operation: "i"}},
		{detailed("ChainedInvokeSucceeded", "i", result(`{}`)), after{Kind: callbacks.OperationInvoke, Status: callbacks.StatusSucceeded, Operation: "i", Name: "i", Payload: []byte(`{}`)}},
		{detailed("ChainedInvokeFailed", "i", broken("Declined", "expired")), after{Kind: callbacks.OperationInvoke, Status: callbacks.StatusFailed, Operation: "i", Name: "i", Error: fault}},
		{detailed("ChainedInvokeTimedOut", "i", broken("Declined", "expired")), after{Kind: callbacks.OperationInvoke, Status: callbacks.StatusTimedOut, Operation: "i", Name: "i", Error: fault}},
		{detailed("ChainedInvokeStopped", "i", broken("Declined", "expired")), after{Kind: callbacks.OperationInvoke, Status: callbacks.StatusStopped, Operation: "i", Name: "i", Error: fault}},
		{waits("ContextStarted"), after{Kind: callbacks.OperationContext, SubType: "WaitForCallback", Status: callbacks.StatusRunning, Operation: "w", Parent: "exec", Name: "sign-off"}},
		{started("b3RoZXI=", in("w")), after{Kind: callbacks.OperationCallback, Status: callbacks.StatusRunning, Operation: "op", Parent: "w", CallbackID: "b3RoZXI=", Timeout: time.Minute}},
		{succeeded("op", event{"Payload": `"what a reviewer said"`}), after{Kind: callbacks.OperationCallback, Status: callbacks.StatusSucceeded, Operation: "op", Payload: []byte(`"what a reviewer said"`)}},
		{failed("op", event{"Payload": event{"ErrorType": "Declined", "ErrorMessage": "expired"}}), after{Kind: callbacks.OperationCallback, Status: callbacks.StatusFailed, Operation: "op", Error: fault}},
		{timedOut("Callback.Timeout"), after{Kind: callbacks.OperationCallback, Status: callbacks.StatusTimedOut, Operation: "op", Cause: callbacks.CauseTimeout}},
		{waits("ContextSucceeded"), after{Kind: callbacks.OperationContext, SubType: "WaitForCallback", Status: callbacks.StatusSucceeded, Operation: "w", Parent: "exec", Name: "sign-off"}},
		{ev("ContextSucceeded", "c", nil), after{Kind: callbacks.OperationContext, Status: callbacks.StatusSucceeded, Operation: "c"}},
		{detailed("ContextFailed", "c", broken("Declined", "expired")), after{Kind: callbacks.OperationContext, Status: callbacks.StatusFailed, Operation: "c", Name: "c", Error: fault}},
		{ev("InvocationCompleted", "", event{"InvocationCompletedDetails": event{"StartTimestamp": 3, "EndTimestamp": 24, "RequestId": "r"}}),
			after{Kind: callbacks.OperationInvocation, Status: callbacks.StatusSucceeded, InvokedAt: time.Unix(3, 0)}},
		{ev("SomethingNew", "n", nil), after{Operation: "n"}},
		{detailed("ExecutionSucceeded", "exec", result(`"all"`)), after{Kind: callbacks.OperationExecution, Status: callbacks.StatusSucceeded, Operation: "exec", Name: "exec"}},
		{detailed("ExecutionFailed", "exec", broken("Declined", "expired")), after{Kind: callbacks.OperationExecution, Status: callbacks.StatusFailed, Operation: "exec", Name: "exec", Error: fault}},
		{detailed("ExecutionTimedOut", "exec", event{}), after{Kind: callbacks.OperationExecution, Status: callbacks.StatusTimedOut, Operation: "exec", Name: "exec"}},
		{detailed("ExecutionStopped", "exec", broken("Declined", "expired")), after{Kind: callbacks.OperationExecution, Status: callbacks.StatusStopped, Operation: "exec", Name: "exec", Error: fault}},
	}
	var events []event
	var want []after
	for i, row := range table {
		events = append(events, row.event)
		row.want.ID, row.want.At = i+1, time.Unix(int64(i+1), 0)
		want = append([]after{row.want}, want...)
	}
	server := serve(t, engine{events, "RUNNING", 100, false}.ServeHTTP)
	got, err := newClient(t, lambdaapi.Config{Endpoint: server.url}).Page(t.Context(), history.Query{Target: target, Newest: true, Data: true, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(history.Page{Events: want}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestAfterPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events, after, pageSize int
		oldestWay               bool
		read, requests          int
		gap                     bool
	}{
		"Nothing":            {4, 4, 100, false, 0, 1, false},
		"All":                {9, 0, 100, false, 9, 1, false},
		"New":                {9, 4, 100, false, 5, 1, false},
		"APageThatReaches":   {9, 4, 6, false, 5, 1, false},
		"APageThatJustMeets": {9, 4, 5, false, 5, 1, false},
		"Gap":                {9, 4, 4, false, 4, 1, true},
		"OldestFirst":        {9, 4, 4, true, 5, 3, false},
		"OldestFirstOnePage": {9, 4, 100, true, 5, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := make([]event, test.events)
			for i := range events {
				events[i] = ev("StepStarted", fmt.Sprint("s", i), nil)
			}
			server := serve(t, engine{events, "RUNNING", test.pageSize, test.oldestWay}.ServeHTTP)
			client, quota := newClient(t, lambdaapi.Config{Endpoint: server.url}), historytest.NewQuota(time.Second)
			got, err := quota.Reader(client, client.Lanes()).Tail(t.Context(), target, test.after)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range got.Events {
				if e.ID <= test.after {
					t.Errorf("event %d was asked for after %d", e.ID, test.after)
				}
			}
			if n := len(server.requests()); quota.Taken() != n || len(got.Events) != test.read || got.Gap != test.gap || n != test.requests {
				t.Errorf("%d events, gap %t, by %d requests, %d of them paid for; want %d, %t, by %d", len(got.Events), got.Gap, n, quota.Taken(), test.read, test.gap, test.requests)
			}
		})
	}
}

func TestAfterCannotTell(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reply http.HandlerFunc
		arn   string
		want  replies.Reply
		sent  int
	}{
		"NoARN":     {ok, "", replies.Invalid, 0},
		"Gone":      {refuse(404, "ResourceNotFoundException"), executionARN, replies.Gone, 1},
		"Denied":    {refuse(403, "AccessDeniedException"), executionARN, replies.Denied, 1},
		"Throttled": {refuse(429, "TooManyRequestsException"), executionARN, replies.Throttled, 1},
		"Fault":     {refuse(500, "ServiceException"), executionARN, replies.Fault, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, test.reply)
			client := newClient(t, lambdaapi.Config{Endpoint: server.url})
			_, err := tailOf(client, callbacks.Target{CallbackID: callbackID, ExecutionARN: test.arn}, 4)
			wantAnswer(t, err, test.want)
			if n := len(server.requests()); n != test.sent {
				t.Errorf("%d requests, want %d: one attempt a call", n, test.sent)
			}
		})
	}
}

func TestAfterRequest(t *testing.T) {
	t.Parallel()
	server := serve(t, engine{[]event{begin}, "RUNNING", 100, false}.ServeHTTP)
	if _, err := tailOf(newClient(t, lambdaapi.Config{Endpoint: server.url}), target, 4); err != nil {
		t.Fatal(err)
	}
	if uri := server.requests()[0].uri; !strings.HasSuffix(uri, "/history?IncludeExecutionData=true&MaxItems=100&ReverseOrder=true") {
		t.Errorf("asked for %s", uri)
	}
}
