package lambdaapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/callbacks"
)

// afterEvents is how many events one reading asks for. The steps that are kept need fewer. Each
// event may carry a payload.
const afterEvents = 100

// After reads the events of the history that follow a given event, newest first, with one request.
// If an endpoint ignores the order and begins with the first event, After reads its history to the
// end. An error is a *[callbacks.LambdaError].
func (c *Client) After(ctx context.Context, to callbacks.Target, event int) (callbacks.OperationPage, error) {
	if to.ExecutionARN == "" {
		return callbacks.OperationPage{}, unreadable(callbacks.ReplyInvalid, "the execution's ARN is not known")
	}
	var page callbacks.OperationPage
	err := c.call(ctx, to, historyTimeouts*c.timeout, func(ctx context.Context, client *lambda.Client, wire option) (err error) {
		page, err = c.readAfter(ctx, client, to, event, wire)
		return err
	})
	return page, err
}

func (c *Client) readAfter(ctx context.Context, client *lambda.Client, to callbacks.Target, event int, wire option) (callbacks.OperationPage, error) {
	var page callbacks.OperationPage
	input := &lambda.GetDurableExecutionHistoryInput{
		DurableExecutionArn:  aws.String(to.ExecutionARN),
		IncludeExecutionData: aws.Bool(true),
		ReverseOrder:         aws.Bool(true),
		MaxItems:             afterEvents,
	}
	for range maxPages {
		reply, err := within(ctx, c.timeout, func(ctx context.Context) (*lambda.GetDurableExecutionHistoryOutput, error) {
			return client.GetDurableExecutionHistory(ctx, input, wire)
		})
		if err != nil {
			return callbacks.OperationPage{}, err
		}
		for i := range reply.Events {
			if e := &reply.Events[i]; int(aws.ToInt32(e.EventId)) > event {
				page.Events = append(page.Events, afterEventOf(e))
			}
		}
		input.Marker = reply.NextMarker
		switch {
		case aws.ToString(input.Marker) == "":
			return page, nil
		case !ascending(reply.Events):
			page.Gap = len(page.Events) == len(reply.Events) && oldest(reply.Events) > event+1
			return page, nil
		}
	}
	page.Gap = true
	return page, nil
}

// ascending reports whether a page came oldest first.
func ascending(events []types.Event) bool {
	n := len(events)
	return n > 1 && aws.ToInt32(events[0].EventId) < aws.ToInt32(events[n-1].EventId)
}

// oldest returns the number of the oldest event of a page that came newest first.
func oldest(events []types.Event) int {
	if len(events) == 0 {
		return 0
	}
	return int(aws.ToInt32(events[len(events)-1].EventId))
}
