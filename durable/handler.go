package durable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Handler is a durable function. The event and the output are encoded as JSON. If the handler
// returns an error or panics, the execution fails.
type Handler[I, O any] func(ctx Context, event I) (O, error)

// HandlerOption configures a durable function as a whole.
type HandlerOption func(*handlerConfig)

type handlerConfig struct {
	client clientSource
	serdes Serdes
	logger *slog.Logger
}

// WithClient sets the Lambda client, for example one that talks to a local
// endpoint. By default it is built from the environment on first use.
func WithClient(c Client) HandlerOption {
	return func(h *handlerConfig) { h.client.client = c }
}

// WithSerdes sets how the results of steps and child contexts are recorded; the default is JSON.
// For the results of callbacks, use [WithCallbackSerdes].
func WithSerdes(s Serdes) HandlerOption {
	return func(h *handlerConfig) { h.serdes = s }
}

// WithLogger sets where [Context.Logger] writes; the default is [slog.Default].
func WithLogger(l *slog.Logger) HandlerOption {
	return func(h *handlerConfig) { h.logger = l }
}

// Start serves fn in a Lambda function that was created with a DurableConfig.
// It does not return.
func Start[I, O any](fn Handler[I, O], opts ...HandlerOption) {
	lambda.Start(NewHandler(fn, opts...))
}

// NewHandler returns fn as a [lambda.Handler], for programs that call [lambda.StartWithOptions] or
// Invoke themselves. Invoke runs fn once, from its start to the next wait or its end, and leaves no
// goroutine behind. It returns an error only if Lambda has to repeat this invocation; if the
// execution fails, the response says so.
func NewHandler[I, O any](fn Handler[I, O], opts ...HandlerOption) lambda.Handler {
	h := &handler[I, O]{fn: fn}
	h.serdes = jsonSerdes{}
	h.logger = slog.Default()
	for _, o := range opts {
		o(&h.handlerConfig)
	}
	return h
}

type handler[I, O any] struct {
	handlerConfig
	fn Handler[I, O]
}

// Invoke implements [lambda.Handler].
func (h *handler[I, O]) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	in, err := decodeInvocation(payload)
	if err != nil {
		return nil, err
	}
	client, err := h.client.get(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // for goroutines of the user's that outlive the run
	j, err := openJournal(ctx, client, in)
	if err != nil {
		return nil, err
	}
	r := newRun(j, &h.handlerConfig, in.UpdatedOperationIds)
	root := &durableContext{Context: ctx, run: r}
	r.setActive(root)
	end := r.do(func() (string, error) { return h.call(root) })
	return r.answer(ctx, end)
}

// call decodes the recorded input, runs the user's function and encodes its output.
func (h *handler[I, O]) call(c *durableContext) (string, error) {
	var event I
	execution, _ := c.run.journal.execution()
	if d := execution.ExecutionDetails; d != nil && aws.ToString(d.InputPayload) != "" {
		if err := json.Unmarshal([]byte(*d.InputPayload), &event); err != nil {
			return "", fmt.Errorf("decode the input of the execution: %w", err)
		}
	}
	output, err := h.fn(c, event)
	if err != nil {
		return "", err
	}
	result, err := json.Marshal(output)
	if err != nil {
		return "", fmt.Errorf("encode the output of the execution: %w", err)
	}
	return string(result), nil
}

func newRun(j *journal, cfg *handlerConfig, updatedIDs []string) *run {
	replay := newReplay(j.operations, updatedIDs)
	logger := slog.New(replayHandler{Handler: cfg.logger.Handler(), replay: replay})
	return &run{
		journal: j,
		serdes:  cfg.serdes,
		logger:  logger.With(slog.String("durableExecutionArn", j.arn)),
		replay:  replay,
	}
}

// maxResponse is Lambda's limit for the response of a function, minus the bytes that the response
// needs around the result.
const maxResponse = 6<<20 - 50

// answer turns the ending of a run into the response to Lambda.
func (r *run) answer(ctx context.Context, end ending) ([]byte, error) {
	if end.fault != nil {
		return nil, end.fault
	}
	out := response{Status: end.status}
	switch end.status {
	case statusFailed:
		out.Error = newResponseError(errorObject(end.failure))
	case statusSucceeded:
		result, err := r.deliver(ctx, end.result)
		if errors.Is(err, errRefused) {
			return r.answer(ctx, ending{status: statusFailed, failure: err})
		}
		if err != nil {
			return nil, err
		}
		out.Result = &result
	}
	return json.Marshal(out)
}

// deliver returns the result for the response. If the result is too large for a response, deliver
// records it in a checkpoint first and returns an empty string.
func (r *run) deliver(ctx context.Context, result string) (string, error) {
	if size(result) <= maxResponse {
		return result, nil
	}
	execution, _ := r.journal.execution()
	err := r.journal.checkpoint(ctx, types.OperationUpdate{
		Id:      execution.Id,
		Type:    types.OperationTypeExecution,
		Action:  types.OperationActionSucceed,
		Payload: aws.String(result),
	})
	return "", err
}
