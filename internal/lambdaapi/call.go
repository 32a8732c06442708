package lambdaapi

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/replies"
)

// Complete sends the completion once. An error is a *[replies.Error].
func (c *Client) Complete(ctx context.Context, to callbacks.Target, completion callbacks.Completion) error {
	return sent(c.call(ctx, to, c.timeout, func(ctx context.Context, client *lambda.Client, wire option) error {
		if completion.Kind == callbacks.Success {
			_, err := client.SendDurableExecutionCallbackSuccess(ctx, &lambda.SendDurableExecutionCallbackSuccessInput{
				CallbackId: aws.String(string(to.CallbackID)),
				Result:     completion.Result,
			}, wire)
			return err
		}
		_, err := client.SendDurableExecutionCallbackFailure(ctx, &lambda.SendDurableExecutionCallbackFailureInput{
			CallbackId: aws.String(string(to.CallbackID)),
			Error:      errorObject(completion.Error),
		}, wire)
		return err
	}))
}

// Heartbeat resets the callback's heartbeat clock. An error is a *[replies.Error].
func (c *Client) Heartbeat(ctx context.Context, to callbacks.Target) error {
	return sent(c.call(ctx, to, c.timeout, func(ctx context.Context, client *lambda.Client, wire option) error {
		_, err := client.SendDurableExecutionCallbackHeartbeat(ctx, &lambda.SendDurableExecutionCallbackHeartbeatInput{
			CallbackId: aws.String(string(to.CallbackID)),
		}, wire)
		return err
	}))
}

// option changes the options of one operation.
type option = func(*lambda.Options)

// call runs requests in a callback's lane within a time limit and classifies errors.
func (c *Client) call(ctx context.Context, to callbacks.Target, limit time.Duration, do func(context.Context, *lambda.Client, option) error) error {
	accounts := c.accounts.Load()
	return c.callBy(ctx, c.client(accounts.lanes.Of(to.ExecutionARN, to.Region), accounts), to.CallbackID, limit, do)
}

// callIn does the same as call in a given lane. It keeps the ID, which may be empty, out of errors.
func (c *Client) callIn(
	ctx context.Context, lane arn.Lane, id callbacks.CallbackID, limit time.Duration,
	do func(context.Context, *lambda.Client, option) error,
) error {
	return c.callBy(ctx, c.client(lane, c.accounts.Load()), id, limit, do)
}

// callBy does the same as callIn with the client of a lane.
func (c *Client) callBy(
	ctx context.Context, client *lambda.Client, id callbacks.CallbackID, limit time.Duration,
	do func(context.Context, *lambda.Client, option) error,
) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var w wire
	err := do(ctx, client, w.tap)
	if err == nil {
		return nil
	}
	if classified, ok := errors.AsType[*replies.Error](err); ok {
		return classified
	}
	failed := classify(err, w.reached.Load(), id)
	if !w.asked.Load() && failed.Status == 0 && ctx.Err() == nil {
		// the SDK had no credentials to sign the request with, or no region to sign it for
		failed.Reply = replies.Credentials
	}
	return failed
}

// wire stands between the SDK and its HTTP client for one call. It notes whether there was a
// request and whether it got as far as a connection. Requests for credentials do not pass through
// it.
type wire struct {
	client  lambda.HTTPClient
	asked   atomic.Bool
	reached atomic.Bool
}

func (w *wire) tap(o *lambda.Options) { w.client, o.HTTPClient = o.HTTPClient, w }

// Do sends the request. If there was no connection, nothing can have arrived; after that, nobody
// can tell.
func (w *wire) Do(r *http.Request) (*http.Response, error) {
	w.asked.Store(true)
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { w.reached.Store(true) }}
	response, err := w.client.Do(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // without the URL, which holds the callback ID
	}
	return response, err
}

func errorObject(e callbacks.ErrorObject) *types.ErrorObject {
	return &types.ErrorObject{
		ErrorType:    optional(e.ErrorType),
		ErrorMessage: optional(e.ErrorMessage),
		ErrorData:    optional(e.ErrorData),
		StackTrace:   e.StackTrace,
	}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
