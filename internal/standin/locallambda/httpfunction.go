package locallambda

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
)

// HTTPFunction returns a function that runs behind an HTTP server, such as a Node.js process: the engine sends
// POST {baseURL}/2015-03-31/functions/{name}/invocations, and the server answers 200 with the handler's answer, or, where
// the handler threw, with the header X-Amz-Function-Error and {"errorType","errorMessage"}. Request ID and deadline come in the
// headers of Lambda's runtime API, Lambda-Runtime-Aws-Request-Id and Lambda-Runtime-Deadline-Ms.
// Only the engine can invoke it, because the name comes from the invocation's context.
func HTTPFunction(baseURL string) Function {
	// A connection per invocation: on loopback it costs little, and nothing is left to close with the engine.
	return httpFunction{baseURL, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

type httpFunction struct {
	baseURL string
	client  *http.Client
}

// Invoke sends the payload and reads the answer. A function error comes back as *[ErrorObject].
func (f httpFunction) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	i, _ := InvocationFrom(ctx)
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
		return nil, i.unanswered(ctx, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxRequest))
	if err != nil {
		return nil, i.unanswered(ctx, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", address, response.Status)
	}
	if response.Header.Get("X-Amz-Function-Error") != "" {
		return nil, remoteError(answer)
	}
	return answer, nil
}

// unanswered is what Lambda reports of an invocation that did not answer: its time was over, or the process that ran it ended.
// A server that was not there to begin with is told apart, because nobody exited.
func (i Invocation) unanswered(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &ErrorObject{ErrorType: "Sandbox.Timedout", ErrorMessage: "RequestId: " + i.RequestID + " Error: Task timed out"}
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return err
	}
	return &ErrorObject{ErrorType: "Runtime.ExitError", ErrorMessage: "RequestId: " + i.RequestID + " Error: Runtime exited without an answer: " + err.Error()}
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
	problem := &ErrorObject{ErrorType: thrown.ErrorType, ErrorMessage: thrown.ErrorMessage}
	_ = json.Unmarshal(thrown.StackTrace, &problem.StackTrace) // runtimes differ in its form; without it the error is still useful
	return problem
}
