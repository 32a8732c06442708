// Package httpfunction lets a local Lambda invoke functions that run behind an HTTP server.
package httpfunction

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"countersign/internal/standin/locallambda"
	"countersign/internal/standin/locallambda/wire"
)

// New returns a function that runs behind an HTTP server, such as a Node.js process. The engine
// sends POST {baseURL}/2015-03-31/functions/{name}/invocations. The server answers 200 with the
// handler's answer or, if the handler threw, with the header X-Amz-Function-Error and
// {"errorType","errorMessage"}. Request ID and deadline are in the headers of Lambda's runtime API,
// Lambda-Runtime-Aws-Request-Id and Lambda-Runtime-Deadline-Ms. Only the engine can invoke the
// function, because the name comes from the invocation's context.
func New(baseURL string) locallambda.Function {
	// Each invocation has a connection of its own: that is cheap on loopback, and nothing remains
	// to be closed with the engine.
	return function{baseURL, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

// maxAnswer is the largest answer of a function, in bytes. A result may have 6 MB.
const maxAnswer = 8 << 20

type function struct {
	baseURL string
	client  *http.Client
}

// Invoke sends the payload and reads the answer. It returns a function error as
// *[wire.ErrorObject].
func (f function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	i, _ := locallambda.InvocationFrom(ctx)
	address, err := url.JoinPath(f.baseURL, "2015-03-31", "functions", i.Function, "invocations")
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Lambda-Runtime-Aws-Request-Id", i.RequestID)
	request.Header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.Deadline.UnixMilli(), 10))
	response, err := f.client.Do(request)
	if err != nil {
		return nil, unanswered(ctx, i, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, unanswered(ctx, i, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", address, response.Status)
	}
	if response.Header.Get("X-Amz-Function-Error") != "" {
		return nil, remoteError(answer)
	}
	return answer, nil
}

// unanswered returns what Lambda reports of an invocation without an answer: its time was over, or
// the process that ran it ended. A server that could not be reached at all has another error,
// because no process ended.
func unanswered(ctx context.Context, i locallambda.Invocation, err error) error {
	if ctx.Err() != nil {
		return &wire.ErrorObject{
			ErrorType:    "Sandbox.Timedout",
			ErrorMessage: "RequestId: " + i.RequestID + " Error: Task timed out",
		}
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return err
	}
	return &wire.ErrorObject{
		ErrorType:    "Runtime.ExitError",
		ErrorMessage: "RequestId: " + i.RequestID + " Error: Runtime exited without an answer: " + err.Error(),
	}
}

// remoteError reads the error of a function that threw.
func remoteError(answer []byte) error {
	var thrown struct {
		ErrorType    string          `json:"errorType"`
		ErrorMessage string          `json:"errorMessage"`
		StackTrace   json.RawMessage `json:"stackTrace"`
	}
	if err := json.Unmarshal(answer, &thrown); err != nil {
		return fmt.Errorf("the function failed with an unreadable error: %w", err)
	}
	problem := &wire.ErrorObject{ErrorType: thrown.ErrorType, ErrorMessage: thrown.ErrorMessage}
	// Runtimes format the trace differently; the error is useful without it.
	_ = json.Unmarshal(thrown.StackTrace, &problem.StackTrace)
	return problem
}
