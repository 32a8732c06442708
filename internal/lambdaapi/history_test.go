package lambdaapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/history/historytest"
	"countersign/internal/lambdaapi"
	"countersign/internal/replies"
)

// event is a history event as Lambda writes it. Its timestamp is its ID in seconds.
type event map[string]any

func ev(kind, operation string, more event) event {
	e := event{"EventType": kind, "Id": operation}
	for k, v := range more {
		e[k] = v
	}
	return e
}

func in(parent string) event { return event{"ParentId": parent} }

func started(id callbacks.CallbackID, more event) event {
	return ev("CallbackStarted", "op", event{"CallbackStartedDetails": event{"CallbackId": string(id), "Timeout": 60}, "ParentId": more["ParentId"]})
}

func succeeded(operation string, result event) event {
	return ev("CallbackSucceeded", operation, event{"CallbackSucceededDetails": event{"Result": result}})
}

func failed(operation string, fault event) event {
	return ev("CallbackFailed", operation, event{"CallbackFailedDetails": event{"Error": fault}})
}

func timedOut(errorType string) event {
	return ev("CallbackTimedOut", "op", event{"CallbackTimedOutDetails": event{"Error": event{"Payload": event{"ErrorType": errorType}}}})
}

var (
	begin   = ev("ExecutionStarted", "exec", nil)
	working = ev("InvocationCompleted", "", nil)
)

// engine serves one execution: its events in the order they happened, and its status.
type engine struct {
	events    []event
	status    string
	pageSize  int
	oldestWay bool // ignores ReverseOrder, as some emulators do
}

func (g engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Query().Get("MaxItems") == "" {
		answerJSON(w, event{"DurableExecutionArn": executionARN, "Status": g.status, "EndTimestamp": 99})
		return
	}
	var all []event
	for i, e := range g.events {
		numbered := event{"EventId": i + 1, "EventTimestamp": i + 1}
		for k, v := range e {
			numbered[k] = v
		}
		if g.oldestWay || r.URL.Query().Get("ReverseOrder") != "true" {
			all = append(all, numbered)
		} else {
			all = append([]event{numbered}, all...)
		}
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("Marker"))
	to := min(from+g.pageSize, len(all))
	page := event{"Events": all[from:to]}
	if to < len(all) {
		page["NextMarker"] = fmt.Sprint(to)
	}
	answerJSON(w, page)
}

func answerJSON(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

func at(eventID int, c callbacks.Closing) callbacks.Closing {
	c.EventID, c.At = eventID, time.Unix(int64(eventID), 0)
	if c.Completion != nil {
		c.Kind = c.Completion.Kind
	}
	return c
}

func success(result string) *callbacks.Completion {
	return &callbacks.Completion{Kind: callbacks.Success, Result: []byte(result)}
}

var histories = map[string]struct {
	events []event
	status string
	want   callbacks.Closing
}{
	"Open": {
		[]event{begin, started(callbackID, nil), working}, "RUNNING",
		callbacks.Closing{Open: true},
	},
	"Succeeded": {
		[]event{begin, started(callbackID, nil), working, succeeded("op", event{"Payload": `{"approved": true}`}), working}, "RUNNING",
		at(4, callbacks.Closing{By: callbacks.EndedByOther, Completion: success(`{"approved": true}`)}),
	},
	"SucceededEmpty": {
		[]event{begin, started(callbackID, nil), succeeded("op", event{"Payload": ""})}, "RUNNING",
		at(3, callbacks.Closing{By: callbacks.EndedByOther, Completion: success("")}),
	},
	"SucceededTruncated": {
		[]event{begin, started(callbackID, nil), succeeded("op", event{"Payload": `{"appr`, "Truncated": true})}, "RUNNING",
		at(3, callbacks.Closing{By: callbacks.EndedByOther, Kind: callbacks.Success}),
	},
	"SucceededWithoutPayload": {
		[]event{begin, started(callbackID, nil), succeeded("op", event{})}, "RUNNING",
		at(3, callbacks.Closing{By: callbacks.EndedByOther, Kind: callbacks.Success, NoPayload: true}),
	},
	"Failed": {
		[]event{begin, started(callbackID, nil), failed("op", event{"Payload": event{
			"ErrorType": "Rejected", "ErrorMessage": "too dear", "ErrorData": `{"by":"ann"}`, "StackTrace": []string{"x"}}})}, "RUNNING",
		at(3, callbacks.Closing{By: callbacks.EndedByOther, Completion: &callbacks.Completion{Kind: callbacks.Failure, Error: callbacks.ErrorObject{
			ErrorType: "Rejected", ErrorMessage: "too dear", ErrorData: `{"by":"ann"}`, StackTrace: []string{"x"}}}}),
	},
	"FailedTruncated": {
		[]event{begin, started(callbackID, nil), failed("op", event{"Payload": event{"ErrorType": "Rejected"}, "Truncated": true})}, "RUNNING",
		at(3, callbacks.Closing{By: callbacks.EndedByOther, Kind: callbacks.Failure}),
	},
	"Timeout": {
		[]event{begin, started(callbackID, nil), timedOut("Callback.Timeout")}, "RUNNING",
		at(3, callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout}),
	},
	"HeartbeatTimeout": {
		[]event{begin, started(callbackID, nil), timedOut("Callback.Heartbeat")}, "RUNNING",
		at(3, callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat}),
	},
	"SomeClock": { // which one, only the callback's own clocks can tell
		[]event{begin, started(callbackID, nil), ev("CallbackTimedOut", "op", event{"CallbackTimedOutDetails": event{}})}, "RUNNING",
		at(3, callbacks.Closing{By: callbacks.EndedByClock}),
	},
	"UnknownClock": {
		[]event{begin, started(callbackID, nil), timedOut("Callback.Sundial")}, "RUNNING",
		at(3, callbacks.Closing{By: callbacks.EndedByClock}),
	},
	"OtherCallbackSucceeded": {
		[]event{begin, started(callbackID, nil),
			ev("CallbackStarted", "op2", event{"CallbackStartedDetails": event{"CallbackId": "b3RoZXI="}}),
			succeeded("op2", event{"Payload": "no"})}, "RUNNING",
		callbacks.Closing{Open: true},
	},
	"OwnEndBeforeExecutionEnd": {
		[]event{begin, started(callbackID, nil), succeeded("op", event{"Payload": "yes"}), ev("ExecutionSucceeded", "exec", nil)}, "SUCCEEDED",
		at(3, callbacks.Closing{By: callbacks.EndedByOther, Completion: success("yes")}),
	},
	"ExecutionStopped": {
		[]event{begin, started(callbackID, nil), ev("ExecutionStopped", "exec", nil)}, "STOPPED",
		at(3, callbacks.Closing{By: callbacks.EndedByExecution, Around: callbacks.AroundStopped}),
	},
	"ExecutionFailed": {
		[]event{begin, started(callbackID, nil), ev("ExecutionFailed", "exec", nil)}, "FAILED",
		at(3, callbacks.Closing{By: callbacks.EndedByExecution, Around: callbacks.AroundFailed}),
	},
	"ExecutionTimedOut": {
		[]event{begin, started(callbackID, nil), ev("ExecutionTimedOut", "exec", nil)}, "TIMED_OUT",
		at(3, callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseExecution}),
	},
	"StatusKnowsMoreThanEvents": {
		[]event{begin, started(callbackID, nil)}, "STOPPED",
		callbacks.Closing{By: callbacks.EndedByExecution, Around: callbacks.AroundStopped, At: time.Unix(99, 0)},
	},
	"StatusTimedOut": {
		[]event{begin, started(callbackID, nil)}, "TIMED_OUT",
		callbacks.Closing{By: callbacks.EndedByClock, Cause: callbacks.CauseExecution, At: time.Unix(99, 0)},
	},
	"SubmitterFailed": { // waitForCallback: the context fails, its callback stays STARTED
		[]event{begin, ev("ContextStarted", "ctx", nil), started(callbackID, in("ctx")), ev("ContextFailed", "ctx", nil)}, "RUNNING",
		at(4, callbacks.Closing{By: callbacks.EndedByExecution, Around: callbacks.AroundContext}),
	},
	"LostRace": { // the outer context ended because another branch won
		[]event{begin, ev("ContextStarted", "race", nil), ev("ContextStarted", "branch", in("race")),
			started(callbackID, in("branch")), working, ev("ContextSucceeded", "race", nil), working}, "RUNNING",
		at(6, callbacks.Closing{By: callbacks.EndedByExecution, Around: callbacks.AroundContext}),
	},
	"OtherContextEnded": {
		[]event{begin, ev("ContextStarted", "ctx", nil), ev("ContextStarted", "other", nil),
			started(callbackID, in("ctx")), ev("ContextSucceeded", "other", nil)}, "RUNNING",
		callbacks.Closing{Open: true},
	},
	"ParentIsNoContext": { // some SDKs name the execution itself as the parent
		[]event{begin, ev("ContextStarted", "other", in("exec")), started(callbackID, in("exec")), ev("ContextSucceeded", "other", nil)}, "RUNNING",
		callbacks.Closing{Open: true},
	},
	"ParentsInACircle": {
		[]event{begin, ev("ContextStarted", "a", in("b")), ev("ContextStarted", "b", in("a")), started(callbackID, in("a"))}, "RUNNING",
		callbacks.Closing{Open: true},
	},
}

func TestHistory(t *testing.T) {
	t.Parallel()
	for name, test := range histories {
		for _, pageSize := range []int{200, 2, 1} {
			for _, oldestWay := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/PagesOf%d/OldestFirst=%t", name, pageSize, oldestWay), func(t *testing.T) {
					t.Parallel()
					server := serve(t, engine{test.events, test.status, pageSize, oldestWay}.ServeHTTP)
					client := newClient(t, lambdaapi.Config{Endpoint: server.url})
					quota := historytest.NewQuota(time.Second)
					got := quota.Reader(client, client.Lanes()).Ask(t.Context(), target)
					if got.History != callbacks.HistoryRead {
						t.Fatalf("got %+v, want a history that was read", got)
					}
					if n := countHistories(server.requests()); quota.Taken() != n {
						t.Errorf("took %d requests, made %d", quota.Taken(), n)
					}
					if diff := cmp.Diff(test.want, got.Closing); diff != "" {
						t.Errorf("closing (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

// ask reads how a callback ended, with a read quota that is never short.
func ask(client *lambdaapi.Client, to callbacks.Target) callbacks.Finding {
	return historytest.NewQuota(time.Second).Reader(client, client.Lanes()).Ask(context.Background(), to)
}

// TestHistory_NoARN: without the ARN there is nothing to ask.
func TestHistory_NoARN(t *testing.T) {
	t.Parallel()
	server := serve(t, ok)
	client := newClient(t, lambdaapi.Config{Endpoint: server.url})
	_, err := client.Page(t.Context(), history.Query{Target: callbacks.Target{CallbackID: callbackID}, Limit: 1})
	wantAnswer(t, err, replies.Invalid)
	_, err = client.Execution(t.Context(), arn.Lane{}, callbacks.Target{CallbackID: callbackID})
	wantAnswer(t, err, replies.Invalid)
	if n := len(server.requests()); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
}

// countHistories counts the requests for a page of a history.
func countHistories(all []request) (n int) {
	for _, r := range all {
		if strings.Contains(r.uri, "/history?") {
			n++
		}
	}
	return n
}

// A callback that was closed a moment ago is found on the first page, however long the history is.
func TestHistoryStopsEarly(t *testing.T) {
	t.Parallel()
	events := []event{begin}
	for range 1000 {
		events = append(events, working)
	}
	events = append(events, started(callbackID, nil), succeeded("op", event{"Payload": "yes"}))
	server := serve(t, engine{events, "RUNNING", 200, false}.ServeHTTP)

	if got := ask(newClient(t, lambdaapi.Config{Endpoint: server.url}), target); got.History != callbacks.HistoryRead {
		t.Fatalf("got %+v, want a history that was read", got)
	}
	if n := len(server.requests()); n != 1 {
		t.Errorf("%d requests were made, want one", n)
	}
}

func TestHistoryCannotTell(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reply http.HandlerFunc
		want  replies.Reply
	}{
		"NotInThere":      {engine{[]event{begin, started("b3RoZXI=", nil)}, "RUNNING", 200, false}.ServeHTTP, replies.Gone},
		"Empty":           {engine{nil, "RUNNING", 200, false}.ServeHTTP, replies.Gone},
		"UnknownStatus":   {engine{[]event{begin, started(callbackID, nil)}, "PAUSED", 200, false}.ServeHTTP, replies.None},
		"RetentionOver":   {refuse(404, "ResourceNotFoundException"), replies.Gone},
		"Denied":          {refuse(403, "AccessDeniedException"), replies.Denied},
		"Throttled":       {refuse(429, "TooManyRequestsException"), replies.Throttled},
		"NeverEnding":     {neverEnding, replies.Gone},
		"UnreadableReply": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, replies.Fault},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, test.reply)
			client := newClient(t, lambdaapi.Config{Endpoint: server.url})
			quota := historytest.NewQuota(time.Second)
			got := quota.Reader(client, client.Lanes()).Ask(t.Context(), target)
			state := callbacks.HistoryBusy
			if test.want.Unreadable() {
				state = callbacks.HistoryUnreadable
			}
			if got.Reply != test.want || got.History != state {
				t.Errorf("got %+v, want %s", got, test.want)
			}
			if n := countHistories(server.requests()); n > 50 || quota.Taken() != n {
				t.Errorf("%d requests were made and %d taken, want at most 50", n, quota.Taken())
			}
		})
	}
}

// neverEnding always has one more page.
func neverEnding(w http.ResponseWriter, _ *http.Request) {
	answerJSON(w, event{"Events": []event{}, "NextMarker": "more"})
}

func TestHistoryRequest(t *testing.T) {
	t.Parallel()
	server := serve(t, engine{[]event{begin, started(callbackID, nil)}, "RUNNING", 200, false}.ServeHTTP)
	if got := ask(newClient(t, lambdaapi.Config{Endpoint: server.url}), target); got.History != callbacks.HistoryRead {
		t.Fatalf("got %+v, want a history that was read", got)
	}
	const execution = "/2025-12-01/durable-executions/arn%3Aaws%3Alambda%3Aeu-central-1%3A123456789012%3Afunction%3Apay%3A3%2Fdurable-execution%2Forder-7%2F4f2a"
	want := []string{
		execution + "/history?IncludeExecutionData=true&MaxItems=200&ReverseOrder=true",
		execution + "?IncludeExecutionData=false",
	}
	var got []string
	for _, r := range server.requests() {
		got = append(got, r.uri)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}
