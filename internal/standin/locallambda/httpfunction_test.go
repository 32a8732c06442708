package locallambda_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/httpfunction"
)

// remote serves a function as a Node.js process would, and gives its address.
func remote(t *testing.T, handle http.HandlerFunc) string {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2015-03-31/functions/f/invocations", handle)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestHTTPFunction_Succeeds(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	b.engine.Register("f", httpfunction.New(remote(t, func(w http.ResponseWriter, r *http.Request) {
		var in input
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &in); err != nil || r.Header.Get("Lambda-Runtime-Aws-Request-Id") == "" ||
			r.Header.Get("Lambda-Runtime-Deadline-Ms") != strconv.FormatInt(begin.Add(15*time.Minute).UnixMilli(), 10) {
			t.Errorf("request %s with %v: %v", body, r.Header, err)
		}
		result := in.InitialExecutionState.Operations[0].ExecutionDetails.InputPayload
		if err := json.NewEncoder(w).Encode(answer{Status: "SUCCEEDED", Result: &result}); err != nil {
			t.Error(err)
		}
	})), versionOne)
	b.start("f")
	if got := b.next(locallambda.ExecutionEnded); got.Status != "SUCCEEDED" || got.Payload != `{"order":7}` {
		t.Errorf("ended: %+v", got)
	}
}

// TestHTTPFunction_TimedOut: an invocation whose time is over is told from a server that was
// killed.
func TestHTTPFunction_TimedOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, locallambda.Config{})
	began := make(chan struct{})
	b.engine.Register("f", httpfunction.New(remote(t, func(_ http.ResponseWriter, r *http.Request) {
		// else the server does not notice that the engine gives up
		_, _ = io.Copy(io.Discard, r.Body)
		close(began)
		<-r.Context().Done()
	})), locallambda.FunctionConfig{Version: "1", Timeout: 3 * time.Second})
	b.start("f")
	<-began
	b.clock.Advance(3 * time.Second)
	if got := b.next(locallambda.InvocationCompleted).Error; got == nil || got.ErrorType != "Sandbox.Timedout" {
		t.Errorf("error %+v", got)
	}
}

func TestHTTPFunction_Failures(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		handle  http.HandlerFunc
		kind    string
		message string
	}{
		"thrown": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			w.Write([]byte(`{"errorType":"TypeError","errorMessage":"x is undefined","trace":["at f"]}`))
		}, "TypeError", "x is undefined"},
		"server error": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, "", ""},
		"killed":       {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "Runtime.ExitError", ""},
		"killed while it answers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte(`{"Status":`))
			panic(http.ErrAbortHandler)
		}, "Runtime.ExitError", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			b.engine.Register("f", httpfunction.New(remote(t, c.handle)), versionOne)
			b.start("f")
			got := b.next(locallambda.InvocationCompleted).Error
			if got == nil || c.message != "" && got.ErrorMessage != c.message || c.kind != "" && got.ErrorType != c.kind {
				t.Errorf("error %+v", got)
			}
		})
	}
}
