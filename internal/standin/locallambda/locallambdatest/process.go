package locallambdatest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/wire"
)

// runtimeAPI is Lambda's side of a function's process: the process polls it for invocations and
// posts its answers. It is a [locallambda.Function], so that the engine invokes the process as
// Lambda would.
type runtimeAPI struct {
	invocations chan invocation
	replies     chan reply
}

type invocation struct {
	id      string
	payload []byte
}

type reply struct {
	body  []byte
	fault string // the body is an error where it is not empty
}

// Invoke implements [locallambda.Function] for one invocation at a time, which is all that a
// process gets.
func (r *runtimeAPI) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	i, _ := locallambda.InvocationFrom(ctx)
	select {
	case r.invocations <- invocation{i.RequestID, payload}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case a := <-r.replies:
		if a.fault != "" {
			return nil, &wire.ErrorObject{ErrorType: a.fault, ErrorMessage: string(a.body)}
		}
		return a.body, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *runtimeAPI) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, request *http.Request) {
		select {
		case i := <-r.invocations:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10))
			w.Write(i.payload)
		case <-request.Context().Done():
		}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{outcome}", func(w http.ResponseWriter, request *http.Request) {
		a := reply{}
		a.body, _ = io.ReadAll(request.Body) // a broken body fails the invocation's answer
		if request.PathValue("outcome") == "error" {
			a.fault = request.Header.Get("Lambda-Runtime-Function-Error-Type")
		}
		w.WriteHeader(http.StatusAccepted)
		r.replies <- a
	})
	return mux
}

// StartProcess runs a function's binary as Lambda does, until the test ends. Its environment is all
// that it knows.
func StartProcess(t testing.TB, binary string, environment ...string) locallambda.Function {
	t.Helper()
	api := &runtimeAPI{invocations: make(chan invocation), replies: make(chan reply, 1)}
	server := httptest.NewServer(api.handler())
	var complaints bytes.Buffer
	process := exec.CommandContext(t.Context(), binary)
	process.Env = append(environment, "AWS_LAMBDA_RUNTIME_API="+server.Listener.Addr().String(), "PATH="+os.Getenv("PATH"))
	process.Stderr = &complaints
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait() // says "killed"
		server.Close()
		if t.Failed() {
			t.Logf("the function's log: %s", complaints.String())
		}
	})
	return api
}
