package durable

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// maxWaitSeconds is the longest that an execution can last, 366 days.
const maxWaitSeconds = 31_622_400

// Wait suspends the function for d, in whole seconds from 1 s to 366 days. The
// invocation ends; nothing runs meanwhile. It returns an error for a name or a
// duration that Lambda would refuse.
func Wait(ctx Context, name string, d time.Duration) error {
	seconds, err := wholeSeconds("wait", d, maxWaitSeconds)
	if err == nil {
		err = checkName(name)
	}
	if err != nil {
		return err
	}
	op := ctx.durable().begin(types.OperationTypeWait, subTypeWait, name)
	record, ok := op.record()
	if !ok {
		op.start(func(u *types.OperationUpdate) { u.WaitOptions = &types.WaitOptions{WaitSeconds: aws.Int32(seconds)} })
	}
	if !ok || !finished(record) {
		op.c.run.suspend()
	}
	op.consumed()
	return nil
}
