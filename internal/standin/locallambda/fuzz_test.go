package locallambda_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"countersign/internal/standin/locallambda"
)

// Whatever a client sends, it gets an answer that is not a fault of the engine, and the engine goes
// on.
func FuzzRequests(f *testing.F) {
	f.Add("durable-execution-callbacks", "AAAA", "succeed", `{"approved":true}`)
	f.Add("durable-execution-callbacks", "a/b+c=", "fail", `{"ErrorType":"T","StackTrace":["x"]}`)
	f.Add("durable-execution-callbacks", "%", "heartbeat", ``)
	f.Add("durable-executions", "arn:aws:lambda:us-east-1:123456789012:function:f:1/durable-execution/a/b", "checkpoint", `{"Updates":[{"Id":"1","Type":"STEP","Action":"START"}]}`)
	f.Add("durable-executions", "arn", "stop", `[]`)
	e := locallambda.New(locallambda.Config{})
	f.Cleanup(func() { e.Close() })
	handler := e.Handler()
	f.Fuzz(func(t *testing.T, kind, id, action, body string) {
		path := "/2025-12-01/" + url.PathEscape(kind) + "/" + url.PathEscape(id) + "/" + url.PathEscape(action)
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		request.URL = &url.URL{Path: "/2025-12-01/" + kind + "/" + id + "/" + action, RawPath: path}
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 x")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code >= 500 {
			t.Errorf("status %d: %s", answer.Code, answer.Body)
		}
	})
}

// FuzzCheckpoint sends anything as the body of a checkpoint of an execution that runs.
func FuzzCheckpoint(f *testing.F) {
	f.Add(`{"Id":"1","Type":"CALLBACK","Action":"START","CallbackOptions":{"TimeoutSeconds":5}}`)
	f.Add(`{"Id":"1","Type":"STEP","Action":"RETRY","StepOptions":{"NextAttemptDelaySeconds":5},"Error":null}`)
	f.Add(`{"Id":"1","Type":"CONTEXT","Action":"SUCCEED","ParentId":"1","ContextOptions":{}}`)
	f.Add(`{"Id":"1","Type":"CHAINED_INVOKE","Action":"START","ChainedInvokeOptions":{"FunctionName":":::"}}`)
	f.Add(`{"Id":"1","Type":"WAIT","Action":"CANCEL"},{"Id":"1","Type":"WAIT","Action":"START","WaitOptions":{"WaitSeconds":1}}`)
	e := locallambda.New(locallambda.Config{})
	f.Cleanup(func() { e.Close() })
	p := &puppet{inputs: make(chan input), answers: make(chan reply)}
	e.Register("f", p, versionOne)
	handler := e.Handler()
	f.Fuzz(func(t *testing.T, updates string) {
		if _, err := e.Start(t.Context(), "f", "", nil); err != nil {
			t.Fatal(err)
		}
		s := p.invoked()
		request := httptest.NewRequest(http.MethodPost, "/2025-12-01/durable-executions/"+url.PathEscape(s.DurableExecutionArn)+"/checkpoint",
			strings.NewReader(`{"CheckpointToken":"`+s.CheckpointToken+`","Updates":[`+updates+`]}`))
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 x")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code >= 500 {
			t.Errorf("status %d: %s", answer.Code, answer.Body)
		}
		s.answer(`{"Status":"FAILED"}`)
	})
}
