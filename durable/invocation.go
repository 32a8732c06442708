package durable

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// invocation is the payload that Lambda sends to a durable function each time it runs.
type invocation struct {
	DurableExecutionArn   string
	CheckpointToken       string
	InitialExecutionState struct {
		Operations []recordedOperation
		NextMarker string
	}
	// UpdatedOperationIds names the operations that changed since the last invocation. Older
	// backends omit it.
	UpdatedOperationIds []string
}

// recordedOperation is a [types.Operation] as the invocation carries it. Its timestamps are epoch
// milliseconds, where the API has seconds. This package does not need the timestamps, so it does
// not read them.
type recordedOperation struct {
	ID               string `json:"Id"`
	ParentID         string `json:"ParentId"`
	Name             string
	Type             types.OperationType
	SubType          string
	Status           types.OperationStatus
	CallbackDetails  *types.CallbackDetails
	ContextDetails   *types.ContextDetails
	ExecutionDetails *types.ExecutionDetails
	StepDetails      *struct {
		Attempt int32
		Error   *types.ErrorObject
		Result  *string
	}
}

func (r recordedOperation) operation() types.Operation {
	op := types.Operation{
		Id: aws.String(r.ID), ParentId: aws.String(r.ParentID), Name: aws.String(r.Name),
		Type: r.Type, SubType: aws.String(r.SubType), Status: r.Status,
		CallbackDetails: r.CallbackDetails, ContextDetails: r.ContextDetails, ExecutionDetails: r.ExecutionDetails,
	}
	if s := r.StepDetails; s != nil {
		op.StepDetails = &types.StepDetails{Attempt: s.Attempt, Error: s.Error, Result: s.Result}
	}
	return op
}

// errNotDurable names the usual reason why a payload has no durable execution.
var errNotDurable = errors.New("durable: the payload carries no durable execution: " +
	"invoke a function that was created with a DurableConfig, by a version or alias")

func decodeInvocation(payload []byte) (invocation, error) {
	var in invocation
	if err := json.Unmarshal(payload, &in); err != nil {
		return in, fmt.Errorf("durable: decode the invocation: %w", err)
	}
	if in.DurableExecutionArn == "" || in.CheckpointToken == "" {
		return in, errNotDurable
	}
	return in, nil
}

// The statuses of a [response].
const (
	statusSucceeded = "SUCCEEDED"
	statusFailed    = "FAILED"
	statusPending   = "PENDING"
)

// response is what a durable function returns to Lambda. A success has a Result, even an empty one;
// a failure has an Error; a pending execution has neither.
type response struct {
	Status string
	Result *string        `json:",omitempty"`
	Error  *responseError `json:",omitempty"`
}

// responseError is a [types.ErrorObject] that omits its empty members.
type responseError struct {
	ErrorType    string   `json:",omitempty"`
	ErrorMessage string   `json:",omitempty"`
	ErrorData    string   `json:",omitempty"`
	StackTrace   []string `json:",omitempty"`
}

func newResponseError(o *types.ErrorObject) *responseError {
	return &responseError{
		ErrorType:    aws.ToString(o.ErrorType),
		ErrorMessage: aws.ToString(o.ErrorMessage),
		ErrorData:    aws.ToString(o.ErrorData),
		StackTrace:   o.StackTrace,
	}
}
