package durable

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// The subtypes that AWS's SDKs record.
const (
	subTypeStep            = "Step"
	subTypeWait            = "Wait"
	subTypeCallback        = "Callback"
	subTypeChild           = "RunInChildContext"
	subTypeWaitForCallback = "WaitForCallback"
)

// operation is one durable operation of the code that is running.
type operation struct {
	c        *durableContext
	position string
	wireID   string
	kind     types.OperationType
	subType  string
	name     string
}

// begin assigns the next operation its position. If an operation is recorded at that position,
// begin checks that it is the same one.
func (c *durableContext) begin(kind types.OperationType, subType, name string) operation {
	c.checkBegin(describe(string(kind), subType, name))
	op := operation{c: c, position: c.nextPosition(), kind: kind, subType: subType, name: name}
	op.wireID = wireID(op.position)
	record, ok := op.record()
	switch {
	case !ok && c.complete:
		c.run.fail(&NonDeterministicReplayError{Position: op.position, Running: op.String()})
	case ok && (record.Type != kind || aws.ToString(record.SubType) != subType || aws.ToString(record.Name) != name):
		c.run.fail(&NonDeterministicReplayError{
			Position: op.position,
			Recorded: describe(string(record.Type), aws.ToString(record.SubType), aws.ToString(record.Name)),
			Running:  op.String(),
		})
	}
	c.run.replay.visit(op.wireID)
	return op
}

// wireID is the operation ID that Lambda sees. It follows the scheme of AWS's SDKs for JavaScript
// and Go, so that their records can be read. MD5 serves only to spread positions.
func wireID(position string) string {
	sum := md5.Sum([]byte(position))
	return hex.EncodeToString(sum[:8])
}

func (op operation) String() string { return describe(string(op.kind), op.subType, op.name) }

func describe(kind, subType, name string) string {
	return fmt.Sprintf("%s/%s %q", kind, subType, name)
}

// record returns the current record of the operation.
func (op operation) record() (types.Operation, bool) {
	return op.c.run.journal.operation(op.wireID)
}

// checkpoint records an action on the operation. The function with, if there is one, fills in more
// of the update.
func (op operation) checkpoint(action types.OperationAction, with func(*types.OperationUpdate)) {
	update := types.OperationUpdate{
		Id: aws.String(op.wireID), Type: op.kind, SubType: aws.String(op.subType), Action: action,
	}
	if op.name != "" {
		update.Name = aws.String(op.name)
	}
	if op.c.position != "" {
		update.ParentId = aws.String(wireID(op.c.position))
	}
	if with != nil {
		with(&update)
	}
	op.c.run.checkpoint(op.c, update)
}

// start records that the operation has begun. From here on, the code runs for the first time.
func (op operation) start(with func(*types.OperationUpdate)) {
	op.c.run.replay.end()
	op.checkpoint(types.OperationActionStart, with)
}

// consumed notes that the code has received the outcome of the operation.
func (op operation) consumed() { op.c.run.replay.consume(op.wireID) }

func (op operation) serdesContext() SerdesContext {
	return SerdesContext{OperationID: op.position, DurableExecutionArn: op.c.run.journal.arn}
}

// maxNameLength and the characters allowed in a name come from AWS's API_OperationUpdate page.
const maxNameLength = 256

// checkName returns an error for a name that Lambda would refuse. An empty name is allowed: it
// leaves the operation unnamed.
func checkName(name string) error {
	if len(name) > maxNameLength {
		return fmt.Errorf("durable: an operation name of %d characters: at most %d are allowed", len(name), maxNameLength)
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
		return fmt.Errorf("durable: operation name %q: only printable ASCII characters are allowed", name)
	}
	return nil
}

// wholeSeconds converts a duration to seconds, the only unit that the API has. It returns an error
// if it would have to round. The limit is the API's.
func wholeSeconds(what string, d time.Duration, limit int64) (int32, error) {
	if d < time.Second || d%time.Second != 0 || d > time.Duration(min(limit, math.MaxInt32))*time.Second {
		return 0, fmt.Errorf("durable: %s of %s: give whole seconds, from 1 to %d", what, d, limit)
	}
	return int32(d / time.Second), nil
}
