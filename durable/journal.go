package durable

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// journal is the record of one execution: what is known of its operations, and
// the token that lets this invocation add to them. A token is good for one
// checkpoint, which answers with the next, so the lock is held across the call.
type journal struct {
	client Client
	arn    string

	mu         sync.Mutex
	token      string
	operations map[string]types.Operation // by wire ID
}

// openJournal reads the record as the invocation carries it, and the rest of
// it page by page.
func openJournal(ctx context.Context, client Client, in invocation) (*journal, error) {
	j := &journal{client: client, arn: in.DurableExecutionArn, token: in.CheckpointToken, operations: map[string]types.Operation{}}
	for _, op := range in.InitialExecutionState.Operations {
		j.operations[op.ID] = op.operation()
	}
	if err := j.readFrom(ctx, in.InitialExecutionState.NextMarker); err != nil {
		return nil, err
	}
	return j, nil
}

// pageSize is the largest that Lambda takes: a long record is few calls.
const pageSize = 1000

// readFrom adds the pages that start at marker; an empty marker is the end.
func (j *journal) readFrom(ctx context.Context, marker string) error {
	for marker != "" {
		page, err := j.client.GetDurableExecutionState(ctx, &lambda.GetDurableExecutionStateInput{
			DurableExecutionArn: aws.String(j.arn),
			CheckpointToken:     aws.String(j.token),
			Marker:              aws.String(marker),
			MaxItems:            pageSize,
		})
		if err != nil {
			return fmt.Errorf("durable: read the state of %s: %w", j.arn, err)
		}
		j.merge(page.Operations)
		marker = aws.ToString(page.NextMarker)
	}
	return nil
}

func (j *journal) merge(operations []types.Operation) {
	for _, op := range operations {
		j.operations[aws.ToString(op.Id)] = op
	}
}

// operation returns the record of one operation, as the last answer of Lambda
// had it.
func (j *journal) operation(wireID string) (types.Operation, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	op, ok := j.operations[wireID]
	return op, ok
}

// execution returns the record of the execution itself, which holds its input.
func (j *journal) execution() (types.Operation, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, op := range j.operations {
		if op.Type == types.OperationTypeExecution {
			return op, true
		}
	}
	return types.Operation{}, false
}

// checkpoint records one update. The answer brings what else has changed
// meanwhile, such as a callback that was completed during a step.
func (j *journal) checkpoint(ctx context.Context, update types.OperationUpdate) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	out, err := j.client.CheckpointDurableExecution(ctx, &lambda.CheckpointDurableExecutionInput{
		DurableExecutionArn: aws.String(j.arn),
		CheckpointToken:     aws.String(j.token),
		Updates:             []types.OperationUpdate{update},
	})
	if refused(err) {
		err = fmt.Errorf("%w: %w", errRefused, err)
	}
	if err != nil {
		return fmt.Errorf("durable: checkpoint %s %s of %s: %w", update.Type, update.Action, j.arn, err)
	}
	j.token = aws.ToString(out.CheckpointToken)
	if out.NewExecutionState == nil {
		return nil
	}
	j.merge(out.NewExecutionState.Operations)
	return j.readFrom(ctx, aws.ToString(out.NewExecutionState.NextMarker))
}

// errRefused is about an update that Lambda will refuse each time, for what is
// in it or for a quota.
var errRefused = errors.New("refused by Lambda")

// refused tells whether the error is about the update. Of the same type is that
// about a token which a newer invocation has made void; AWS's SDKs, too, know it
// by its text.
func refused(err error) bool {
	invalid, ok := errors.AsType[*types.InvalidParameterValueException](err)
	return ok && !strings.HasPrefix(invalid.ErrorMessage(), "Invalid Checkpoint Token")
}
