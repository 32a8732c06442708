package discovery

import (
	"context"

	"countersign/internal/arn"
)

// Executions lists the executions in which [Worker] looks for callbacks. Every
// method makes exactly one request, because the account's quota is small (15 a second for each
// lane) and the worker counts its requests. An error that came from the call is a
// *[replies.Error].
type Executions interface {
	// DurableFunctions reads a page of the names of a lane's functions that have a durable
	// configuration.
	DurableFunctions(ctx context.Context, lane arn.Lane, marker string) (FunctionPage, error)
	// RunningExecutions reads a page of a function's running executions.
	RunningExecutions(ctx context.Context, of Watch, marker string) (ExecutionPage, error)
}

// FunctionPage is one page of a list of function names. Next is empty on the last page, as in
// [ExecutionPage].
type FunctionPage struct {
	Functions []string
	Next      string
}

// ExecutionPage is one page of a list of executions, by their ARNs.
type ExecutionPage struct {
	Executions []string
	Next       string
}
