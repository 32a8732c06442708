package locallambda_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"countersign/internal/locallambda"
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
	b.engine.Register("f", locallambda.HTTPFunction(remote(t, func(w http.ResponseWriter, r *http.Request) {
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

func TestHTTPFunction_Failures(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		handle  http.HandlerFunc
		message string
	}{
		"thrown": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			w.Write([]byte(`{"errorType":"TypeError","errorMessage":"x is undefined","trace":["at f"]}`))
		}, "x is undefined"},
		"server error": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, ""},
		"connection":   {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, locallambda.Config{})
			b.engine.Register("f", locallambda.HTTPFunction(remote(t, c.handle)), versionOne)
			b.start("f")
			got := b.next(locallambda.InvocationCompleted).Error
			if got == nil || c.message != "" && (got.ErrorMessage != c.message || got.ErrorType != "TypeError") {
				t.Errorf("error %+v", got)
			}
		})
	}
}
