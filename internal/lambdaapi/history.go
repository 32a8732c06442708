package lambdaapi

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/callbacks"
)

const (
	// pageEvents is how many events one request asks for. It is a fifth of the maximum, because
	// each may carry a payload.
	pageEvents = 200
	// maxPages bounds one reading. An execution has at most 3,000 operations, and most operations
	// have two events.
	maxPages = 50
	// historyTimeouts is the limit of a whole reading, as a multiple of the limit of one request.
	historyTimeouts = 3
)

// History reads how the callback ended. It begins with the newest event, so that a callback that
// closed a moment ago costs one request. Reads are throttled at 15 a second for each account and
// region. An error is a *[callbacks.LambdaError]: [callbacks.ReplyGone] if the history does not
// hold the callback, [callbacks.ReplyInvalid] if the ARN is unknown. If the callback is open,
// History also asks whether the execution is still running; that request has its own quota (30 a
// second) and is not counted.
func (c *Client) History(ctx context.Context, to callbacks.Target) (callbacks.Closing, error) {
	if to.ExecutionARN == "" {
		return callbacks.Closing{}, unreadable(callbacks.ReplyInvalid, "the execution's ARN is not known")
	}
	var closing callbacks.Closing
	err := c.call(ctx, to, historyTimeouts*c.timeout, func(ctx context.Context, client *lambda.Client, wire option) (err error) {
		closing, err = c.readHistory(ctx, client, to, wire)
		return err
	})
	return closing, err
}

// unreadable returns an error that asking again does not change.
func unreadable(reply callbacks.Reply, format string, args ...any) *callbacks.LambdaError {
	return &callbacks.LambdaError{Reply: reply, Err: fmt.Errorf(format, args...)}
}

func (c *Client) readHistory(ctx context.Context, client *lambda.Client, to callbacks.Target, wire option) (closing callbacks.Closing, err error) {
	past, requests := newRecord(to.CallbackID), 0
	defer func() { closing.Requests = requests }()
	input := &lambda.GetDurableExecutionHistoryInput{
		DurableExecutionArn:  aws.String(to.ExecutionARN),
		IncludeExecutionData: aws.Bool(true),
		ReverseOrder:         aws.Bool(true),
		MaxItems:             pageEvents,
	}
	for range maxPages {
		requests++
		page, err := within(ctx, c.timeout, func(ctx context.Context) (*lambda.GetDurableExecutionHistoryOutput, error) {
			return client.GetDurableExecutionHistory(ctx, input, wire)
		})
		if err != nil {
			return callbacks.Closing{}, err
		}
		past.add(page.Events)
		last := aws.ToString(page.NextMarker) == ""
		if closing, found := past.closing(); found {
			return closing, nil
		}
		switch {
		case past.started != nil && (last || past.complete()):
			return c.status(ctx, client, to, wire)
		case last:
			return callbacks.Closing{}, unreadable(callbacks.ReplyGone, "the execution's history does not hold this callback")
		}
		input.Marker = page.NextMarker
	}
	return callbacks.Closing{}, unreadable(callbacks.ReplyGone, "the callback is not among the last %d events of the execution's history", pageEvents*maxPages)
}

// status asks whether the execution is still running, if the history shows no end of the callback.
func (c *Client) status(ctx context.Context, client *lambda.Client, to callbacks.Target, wire option) (callbacks.Closing, error) {
	execution, err := within(ctx, c.timeout, func(ctx context.Context) (*lambda.GetDurableExecutionOutput, error) {
		return client.GetDurableExecution(ctx, &lambda.GetDurableExecutionInput{
			DurableExecutionArn:  aws.String(to.ExecutionARN),
			IncludeExecutionData: aws.Bool(false),
		}, wire)
	})
	if err != nil {
		return callbacks.Closing{}, err
	}
	status, known := statuses[execution.Status]
	switch {
	case !known:
		return callbacks.Closing{}, fmt.Errorf("the execution has an unknown status %q", execution.Status)
	case status.Ended():
		return callbacks.ClosedByExecution(status, aws.ToTime(execution.EndTimestamp)), nil
	}
	return callbacks.Closing{Open: true}, nil
}

var statuses = map[types.ExecutionStatus]callbacks.OperationStatus{
	types.ExecutionStatusRunning:   callbacks.StatusRunning,
	types.ExecutionStatusSucceeded: callbacks.StatusSucceeded,
	types.ExecutionStatusFailed:    callbacks.StatusFailed,
	types.ExecutionStatusTimedOut:  callbacks.StatusTimedOut,
	types.ExecutionStatusStopped:   callbacks.StatusStopped,
}

// within runs one of several requests with its own time limit.
func within[T any](ctx context.Context, limit time.Duration, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return do(ctx)
}
