package lambdaapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/replies"
)

var _ history.Source = (*Client)(nil)

// Page reads a page of an execution's history. Reads are throttled at 15 a second for each account
// and region. An error is a *[replies.Error]: [replies.Invalid] if the ARN is
// unknown.
func (c *Client) Page(ctx context.Context, q history.Query) (history.Page, error) {
	if q.Target.ExecutionARN == "" {
		return history.Page{}, noARN()
	}
	var page history.Page
	read := func(ctx context.Context, client *lambda.Client, wire option) error {
		reply, err := client.GetDurableExecutionHistory(ctx, &lambda.GetDurableExecutionHistoryInput{
			DurableExecutionArn:  aws.String(q.Target.ExecutionARN),
			IncludeExecutionData: aws.Bool(q.Data),
			ReverseOrder:         aws.Bool(q.Newest),
			Marker:               optional(q.Marker),
			MaxItems:             int32(q.Limit), //nolint:gosec // at most 1000
		}, wire)
		if err != nil {
			return err
		}
		for i := range reply.Events {
			page.Events = append(page.Events, eventOf(&reply.Events[i]))
		}
		page.Next = aws.ToString(reply.NextMarker)
		return nil
	}
	err := c.callIn(ctx, q.Lane, q.Target.CallbackID, c.timeout, read)
	return page, err
}

// Execution reads how an execution stands. These requests have a quota of their own, of 30 a
// second. An error is a *[replies.Error].
func (c *Client) Execution(ctx context.Context, lane arn.Lane, of callbacks.Target) (history.Execution, error) {
	if of.ExecutionARN == "" {
		return history.Execution{}, noARN()
	}
	var execution history.Execution
	read := func(ctx context.Context, client *lambda.Client, wire option) error {
		reply, err := client.GetDurableExecution(ctx, &lambda.GetDurableExecutionInput{
			DurableExecutionArn:  aws.String(of.ExecutionARN),
			IncludeExecutionData: aws.Bool(false),
		}, wire)
		if err != nil {
			return err
		}
		status, known := statuses[reply.Status]
		if !known {
			return fmt.Errorf("the execution has an unknown status %q", reply.Status)
		}
		execution = history.Execution{Status: status, EndedAt: aws.ToTime(reply.EndTimestamp)}
		return nil
	}
	err := c.callIn(ctx, lane, of.CallbackID, c.timeout, read)
	return execution, err
}

var statuses = map[types.ExecutionStatus]callbacks.OperationStatus{
	types.ExecutionStatusRunning:   callbacks.StatusRunning,
	types.ExecutionStatusSucceeded: callbacks.StatusSucceeded,
	types.ExecutionStatusFailed:    callbacks.StatusFailed,
	types.ExecutionStatusTimedOut:  callbacks.StatusTimedOut,
	types.ExecutionStatusStopped:   callbacks.StatusStopped,
}

// noARN returns an error that asking again does not change.
func noARN() *replies.Error {
	return &replies.Error{Reply: replies.Invalid, Err: errors.New("the execution's ARN is not known")}
}
