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

// journal is the record of one execution: the known state of its operations, and the token that
// lets this invocation add to them. A token is valid for one checkpoint, whose answer carries the
// next token. The lock is therefore held during the call.
type journal struct {
	client Client
	arn    string

	mu         sync.Mutex
	token      string
	operations map[string]types.Operation // by wire ID
}

// openJournal reads the part of the record that the invocation carries, then the remaining pages.
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

// pageSize is the largest page that Lambda allows, so that a long record takes few calls.
const pageSize = 1000

// readFrom adds the pages that start at marker. An empty marker means that there are no more.
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

// operation returns the record of one operation, as of Lambda's last answer.
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

// checkpoint records one update. Lambda's answer also brings other changes since the last one, such
// as a callback that was completed during a step.
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

// errRefused marks an update that Lambda would refuse on every attempt, because of its content or a
// quota.
var errRefused = errors.New("refused by Lambda")

// refused reports whether Lambda refused the update itself. An error about a token that a newer
// invocation has invalidated has the same type; like AWS's SDKs, refused recognises that one by its
// text.
func refused(err error) bool {
	invalid, ok := errors.AsType[*types.InvalidParameterValueException](err)
	return ok && !strings.HasPrefix(invalid.ErrorMessage(), "Invalid Checkpoint Token")
}
