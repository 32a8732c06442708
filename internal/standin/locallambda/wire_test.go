package locallambda_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"countersign/internal/standin/locallambda"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
)

// These tests look at the wire itself, where a client in another language may be stricter than
// Go's.

func TestWire_Timestamps(t *testing.T) {
	t.Parallel()
	b, s := play(t)
	_, _, body := b.postRaw(t.Context(), "GET", "/2025-12-01/durable-executions/"+url.PathEscape(s.DurableExecutionArn), "")
	if !strings.Contains(body, `"StartTimestamp":1795339800.123,`) {
		t.Errorf("API answers carry epoch seconds: %s", body)
	}
}

func TestWire_HistoryHasOneDetailsMemberPerEvent(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	arn, id := b.startSuspended(waitOne("approval", timeouts(60, 30), submitted))
	b.must(b.succeed(id, `1`))
	b.wantEnd("SUCCEEDED")
	_, _, body := b.postRaw(t.Context(), "GET", "/2025-12-01/durable-executions/"+url.PathEscape(arn)+"/history", "")
	var history struct{ Events []map[string]json.RawMessage }
	b.must(json.Unmarshal([]byte(body), &history))
	for _, e := range history.Events {
		var details []string
		for key := range e {
			if strings.HasSuffix(key, "Details") {
				details = append(details, `"`+strings.TrimSuffix(key, "Details")+`"`)
			}
		}
		if len(details) != 1 || details[0] != string(e["EventType"]) {
			t.Errorf("event of type %s has %v", e["EventType"], details)
		}
	}
	if got := string(history.Events[2]["CallbackStartedDetails"]); got != `{"CallbackId":"`+id+`","Timeout":60,"HeartbeatTimeout":30}` {
		t.Errorf("CallbackStartedDetails %s", got)
	}
}

func TestWire_Errors(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	uuid := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	cases := map[string]struct {
		method, path, body string
		status             int
		code, key          string
	}{
		"unknown callback":   {"POST", "/2025-12-01/durable-execution-callbacks/AAAA/succeed", "", 404, "ResourceNotFoundException", "Message"},
		"malformed callback": {"POST", "/2025-12-01/durable-execution-callbacks/a%20b/heartbeat", "", 400, "InvalidParameterValueException", "message"},
		"malformed body":     {"POST", "/2025-12-01/durable-execution-callbacks/AAAA/fail", "{", 400, "InvalidRequestContentException", "message"},
		"unknown path":       {"POST", "/2015-03-31/layers", "", 404, "UnknownOperationException", "Message"},
		"large body":         {"POST", "/2025-12-01/durable-execution-callbacks/AAAA/succeed", strings.Repeat("x", 9<<20), 413, "RequestTooLargeException", "message"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, header, body := b.postRaw(t.Context(), c.method, c.path, c.body)
			if status != c.status || header.Get("X-Amzn-Errortype") != c.code || !uuid.MatchString(header.Get("X-Amzn-Requestid")) {
				t.Errorf("%d %v", status, header)
			}
			var fields map[string]string
			if err := json.Unmarshal([]byte(body), &fields); err != nil || fields[c.key] == "" || fields["Type"] != "User" {
				t.Errorf("body %s", body)
			}
		})
	}
}

func TestWire_RequestsMustBeSigned(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	response, err := b.server.Client().Get(b.server.URL + "/2015-03-31/functions")
	b.must(err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusForbidden || response.Header.Get("X-Amzn-Errortype") != "MissingAuthenticationTokenException" {
		t.Errorf("%s %v", response.Status, response.Header)
	}
}

func TestWire_SuccessHasRequestID(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	_, id := b.openCallback(nil)
	status, header, body := b.postRaw(t.Context(), "POST", "/2025-12-01/durable-execution-callbacks/"+url.PathEscape(id)+"/succeed", "1")
	if status != 200 || header.Get("X-Amzn-Requestid") == "" || body != "" {
		t.Errorf("%d %v %q", status, header, body)
	}
}

func TestWire_OlderListFunctionsPath(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	if status, _, body := b.postRaw(t.Context(), "GET", "/2015-03-31/functions/", ""); status != 200 || body != `{"Functions":[]}` {
		t.Errorf("%d %s", status, body)
	}
}

func TestClose_RefusesRequests(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.must(b.engine.Close())
	b.must(b.engine.Close()) // twice is harmless
	_, err := b.client.ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorCode() != "ServiceUnavailableException" {
		t.Errorf("error %v", err)
	}
	if _, err := b.engine.Start(t.Context(), "f", "", nil); err == nil {
		t.Error("started after Close")
	}
}

func TestClose_EndsRunningInvocationsAndWaitingCallers(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	p := b.puppet("f")
	answered := make(chan error)
	go func() {
		_, err := b.invoke("RequestResponse", "f", "", "1")
		answered <- err
	}()
	p.invoked() // and never answered: the puppet returns when its context ends
	b.must(b.engine.Close())
	if err := <-answered; err == nil {
		t.Error("the caller got an answer")
	}
}
