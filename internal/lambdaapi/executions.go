package lambdaapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/arn"
	"countersign/internal/discovery"
)

var _ discovery.Executions = (*Client)(nil)

const (
	pageFunctions  = 50   // "returns a maximum of 50 items in each response" (ListFunctions)
	pageExecutions = 1000 // the maximum of ListDurableExecutionsByFunction
)

// DurableFunctions reads a page of a lane's functions and keeps the durable ones: only they have a
// DurableConfig.
func (c *Client) DurableFunctions(ctx context.Context, lane arn.Lane, marker string) (discovery.FunctionPage, error) {
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
