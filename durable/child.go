package durable

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// maxChildPayload is the largest result that is recorded for a child context, in bytes. Replay
// computes a larger one again, from the child's recorded operations.
const maxChildPayload = 256 << 10

// RunInChildContext groups operations: body gets a context that numbers its own operations, and the
// result of body is recorded as the result of the group. Replay then does not run body again. If
// body returns an error, RunInChildContext returns a [*ChildContextError].
//
// A result of more than 256 KB is not recorded. Replay then runs body again over the recorded
// operations in it.
func RunInChildContext[T any](ctx Context, name string, body func(Context) (T, error)) (T, error) {
	var result T
	c := ctx.durable()
	if err := checkName(name); err != nil {
		return result, err
	}
	op := c.begin(types.OperationTypeContext, subTypeChild, name)
	payload, err := op.runChild(func(child *durableContext) (*string, error) {
		value, err := body(child)
		if err != nil {
			return nil, err
		}
		encoded, err := c.run.serdes.Marshal(c, op.serdesContext(), value)
		c.run.retryUnavailable(err)
		if err != nil {
			return nil, fmt.Errorf("encode the result: %w", err)
		}
		return aws.String(string(encoded)), nil
	})
	if err != nil {
		return result, newChildContextError(name, err)
	}
	if err := c.run.serdes.Unmarshal(c, op.serdesContext(), []byte(aws.ToString(payload)), &result); err != nil {
		c.run.retryUnavailable(err)
		return result, fmt.Errorf("decode the result of child context %q: %w", name, err)
	}
	return result, nil
}

// runChild returns the recorded payload of the context. If there is none yet, it runs body first.
// The error object of a failure is read from the record even the first time, so that replay returns
// the same one.
func (op operation) runChild(body func(*durableContext) (*string, error)) (*string, *types.ErrorObject) {
	record, recorded := op.record()
	details := record.ContextDetails
	switch {
	case recorded && record.Status == types.OperationStatusSucceeded:
		if details != nil && aws.ToBool(details.ReplayChildren) {
			return op.rebuild(body)
		}
		op.consumed()
		if details == nil {
			return nil, nil
		}
		return details.Result, nil
	case recorded && finished(record):
		op.consumed()
		if details == nil || details.Error == nil {
			return nil, &types.ErrorObject{}
		}
		return nil, details.Error
	case !recorded:
		op.start(nil)
	}
	return op.runBody(body)
}

func (op operation) runBody(body func(*durableContext) (*string, error)) (payload *string, failure *types.ErrorObject) {
	child := op.c.child(op.position, false)
	var err error
	op.c.within(child, func() { payload, err = body(child) })
	if err != nil {
		failure = contextErrorObject(err)
		op.checkpoint(types.OperationActionFail, func(u *types.OperationUpdate) { u.Error = failure })
		return nil, failure
	}
	op.checkpoint(types.OperationActionSucceed, func(u *types.OperationUpdate) {
		if len(aws.ToString(payload)) > maxChildPayload {
			u.ContextOptions = &types.ContextOptions{ReplayChildren: aws.Bool(true)}
			return
		}
		u.Payload = payload
	})
	return payload, nil
}

// rebuild runs body again over the recorded operations of a finished context. It records nothing,
// and body must not begin a new operation.
func (op operation) rebuild(body func(*durableContext) (*string, error)) (payload *string, failure *types.ErrorObject) {
	child := op.c.child(op.position, true)
	var err error
	op.c.within(child, func() { payload, err = body(child) })
	if err != nil {
		op.c.run.fail(&NonDeterministicReplayError{
			Position: op.position, Recorded: op.String() + " that succeeded", Running: op.String() + " that failed: " + err.Error(),
		})
	}
	op.consumed()
	return payload, nil
}

func newChildContextError(name string, o *types.ErrorObject) error {
	f := decodeFailures(o)
	e := &ChildContextError{Name: name, ErrorType: aws.ToString(o.ErrorType), Message: aws.ToString(o.ErrorMessage), causes: f.list()}
	e.ErrorData, e.StackTrace = f.errorData()
	return e
}
