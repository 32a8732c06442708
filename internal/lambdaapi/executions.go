package lambdaapi

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/callbacks"
	"countersign/internal/discovery"
)

var _ discovery.Executions = (*Client)(nil)

const (
	pageFunctions  = 50   // "returns a maximum of 50 items in each response" (ListFunctions)
	pageExecutions = 1000 // the maximum of ListDurableExecutionsByFunction
)

// DurableFunctions reads a page of a lane's functions and keeps the durable ones: only they have a
// DurableConfig.
func (c *Client) DurableFunctions(ctx context.Context, lane callbacks.Lane, marker string) (discovery.FunctionPage, error) {
	var page discovery.FunctionPage
	err := c.callIn(ctx, lane, "", c.timeout, func(ctx context.Context, client *lambda.Client, wire option) error {
		reply, err := client.ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: optional(marker), MaxItems: aws.Int32(pageFunctions)}, wire)
		if err != nil {
			return err
		}
		for i := range reply.Functions {
			if f := &reply.Functions[i]; f.DurableConfig != nil {
				page.Functions = append(page.Functions, aws.ToString(f.FunctionName))
			}
		}
		page.Next = aws.ToString(reply.NextMarker)
		return nil
	})
	return page, err
}

// RunningExecutions reads a page of a function's executions, of all its versions. Emulators ignore
// the filter by status.
func (c *Client) RunningExecutions(ctx context.Context, of discovery.Watch, marker string) (discovery.ExecutionPage, error) {
	var page discovery.ExecutionPage
	err := c.callIn(ctx, of.Lane(), "", c.timeout, func(ctx context.Context, client *lambda.Client, wire option) error {
		reply, err := client.ListDurableExecutionsByFunction(ctx, &lambda.ListDurableExecutionsByFunctionInput{
			FunctionName: aws.String(of.Function),
			Statuses:     []types.ExecutionStatus{types.ExecutionStatusRunning},
			// oldest first, so that executions that start meanwhile are not missed
			ReverseOrder: aws.Bool(true),
			Marker:       optional(marker),
			MaxItems:     pageExecutions,
		}, wire)
		if err != nil {
			return err
		}
		for i := range reply.DurableExecutions {
			if e := &reply.DurableExecutions[i]; e.Status == types.ExecutionStatusRunning {
				page.Executions = append(page.Executions, aws.ToString(e.DurableExecutionArn))
			}
		}
		page.Next = aws.ToString(reply.NextMarker)
		return nil
	})
	return page, err
}

// Events reads a page of an execution's history.
func (c *Client) Events(ctx context.Context, q discovery.EventQuery) (discovery.EventPage, error) {
	var page discovery.EventPage
	err := c.callIn(ctx, q.Lane, "", c.timeout, func(ctx context.Context, client *lambda.Client, wire option) error {
		reply, err := client.GetDurableExecutionHistory(ctx, &lambda.GetDurableExecutionHistoryInput{
			DurableExecutionArn:  aws.String(q.ExecutionARN),
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
	})
	return page, err
}

// ends maps terminal events of an execution to the way it ended.
var ends = map[types.EventType]callbacks.ExecutionEnd{
	types.EventTypeExecutionSucceeded: callbacks.ExecutionSucceeded,
	types.EventTypeExecutionFailed:    callbacks.ExecutionFailed,
	types.EventTypeExecutionTimedOut:  callbacks.ExecutionTimedOut,
	types.EventTypeExecutionStopped:   callbacks.ExecutionStopped,
}

// eventOf converts an event, as far as it concerns callbacks.
func eventOf(e *types.Event) discovery.Event {
	event := discovery.Event{
		ID: int(aws.ToInt32(e.EventId)), At: aws.ToTime(e.EventTimestamp), Operation: aws.ToString(e.Id),
		Parent: aws.ToString(e.ParentId), Name: aws.ToString(e.Name), SubType: aws.ToString(e.SubType),
	}
	switch e.EventType {
	case types.EventTypeExecutionStarted:
		event.Kind = discovery.EventExecutionStarted
		if d := e.ExecutionStartedDetails; d != nil {
			event.ExecutionTimeout = seconds(d.ExecutionTimeout)
			event.Input = input(d.Input)
		}
	case types.EventTypeContextStarted:
		event.Kind = discovery.EventContextStarted
	case types.EventTypeCallbackStarted:
		event.Kind = discovery.EventCallbackStarted
		if d := e.CallbackStartedDetails; d != nil {
			event.CallbackID = callbacks.CallbackID(aws.ToString(d.CallbackId))
			event.Timeout, event.HeartbeatTimeout = seconds(d.Timeout), seconds(d.HeartbeatTimeout)
		}
	case types.EventTypeCallbackSucceeded, types.EventTypeCallbackFailed, types.EventTypeCallbackTimedOut:
		event.Kind, event.Closing = discovery.EventCallbackEnded, callbackEnd(*e)
	case types.EventTypeContextSucceeded, types.EventTypeContextFailed:
		event.Kind, event.Closing = discovery.EventContextEnded, contextEnd(*e)
	default:
		if end, ok := ends[e.EventType]; ok {
			event.Kind, event.Ended, event.Closing = discovery.EventExecutionEnded, end, executionEnd(e)
		}
	}
	return event
}

// executionEnd returns the end of a callback that ended with its execution. One kind of end is a
// clock.
func executionEnd(e *types.Event) callbacks.Closing {
	closing := callbacks.ClosedByExecution(meanings[e.EventType].status, aws.ToTime(e.EventTimestamp))
	closing.EventID = int(aws.ToInt32(e.EventId))
	return closing
}

// input returns what an execution was started with. It is nil if the history does not hold all of
// it.
func input(in *types.EventInput) []byte {
	if in == nil || in.Payload == nil || aws.ToBool(in.Truncated) || !json.Valid([]byte(*in.Payload)) {
		return nil
	}
	return []byte(*in.Payload)
}

// seconds converts a duration of the API. Missing and zero both mean none.
func seconds(s *int32) time.Duration { return time.Duration(aws.ToInt32(s)) * time.Second }
