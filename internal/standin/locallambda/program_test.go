package locallambda_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// program is a durable function that speaks the raw protocol through the AWS client. It runs from
// the beginning with every invocation; a call that cannot go on suspends it.
type program func(r *run) answer

// answer is the durable invocation format's output.
type answer struct {
	Status string
	Result *string      `json:",omitempty"`
	Error  *errorObject `json:",omitempty"`
}

type errorObject struct{ ErrorType, ErrorMessage, ErrorData string }

// input is the durable invocation format's payload; time is in epoch milliseconds.
type input struct {
	DurableExecutionArn   string
	CheckpointToken       string
	UpdatedOperationIds   []string
	InitialExecutionState struct {
		Operations []inputOperation
		NextMarker string
	}
}

type inputOperation struct {
	Id, Type, Status, Name, SubType, ParentId string
	StartTimestamp, EndTimestamp              int64
	ExecutionDetails                          *struct{ InputPayload string }
	CallbackDetails                           *struct {
		CallbackId string
		Result     *string
		Error      *errorObject
	}
	StepDetails *struct {
		Attempt              int
		NextAttemptTimestamp int64
		Result               *string
	}
	WaitDetails    *struct{ ScheduledEndTimestamp int64 }
	ContextDetails *struct{ Result *string }
}

// run is one invocation of a program.
type run struct {
	ctx    context.Context
	client *lambda.Client
	input  input
	token  string
	known  map[string]types.Operation // from the initial state and the checkpoints
}

// suspension is what stops a program that waits.
type suspension struct{}

// register makes a program known to the engine.
func (b *bench) register(name string, p program) {
	b.engine.Register(name, &programFunction{b.client, p}, versionOne)
}

type programFunction struct {
	client  *lambda.Client
	program program
}

func (f *programFunction) Invoke(ctx context.Context, payload []byte) (out []byte, err error) {
	r := &run{ctx: ctx, client: f.client, known: map[string]types.Operation{}}
	if err := json.Unmarshal(payload, &r.input); err != nil {
		return nil, err
	}
	r.token = r.input.CheckpointToken
	for _, op := range r.input.InitialExecutionState.Operations {
		r.learn(fromInput(op))
	}
	defer func() {
		switch stop := recover().(type) {
		case nil:
		case suspension:
			out, err = json.Marshal(answer{Status: "PENDING"})
		case error:
			err = stop
		default:
			panic(stop)
		}
	}()
	return json.Marshal(f.program(r))
}

// fromInput turns an operation of the envelope into the type of the API's answers.
func fromInput(op inputOperation) types.Operation {
	out := types.Operation{Id: &op.Id, Name: &op.Name, Type: types.OperationType(op.Type), Status: types.OperationStatus(op.Status)}
	if d := op.CallbackDetails; d != nil {
		out.CallbackDetails = &types.CallbackDetails{CallbackId: &d.CallbackId, Result: d.Result}
		if d.Error != nil {
			out.CallbackDetails.Error = &types.ErrorObject{ErrorType: &d.Error.ErrorType, ErrorMessage: &d.Error.ErrorMessage}
		}
	}
	if d := op.StepDetails; d != nil {
		out.StepDetails = &types.StepDetails{Attempt: int32(d.Attempt), Result: d.Result}
	}
	if d := op.ContextDetails; d != nil {
		out.ContextDetails = &types.ContextDetails{Result: d.Result}
	}
	return out
}

func (r *run) learn(op types.Operation) { r.known[*op.Id] = op }

// checkpoint sends updates, takes the next token and learns what changed. A refused checkpoint
// fails the invocation.
func (r *run) checkpoint(updates ...types.OperationUpdate) {
	if err := r.try(updates...); err != nil {
		panic(fmt.Errorf("checkpoint: %w", err))
	}
}

func (r *run) try(updates ...types.OperationUpdate) error {
	out, err := r.client.CheckpointDurableExecution(r.ctx, &lambda.CheckpointDurableExecutionInput{
		DurableExecutionArn: &r.input.DurableExecutionArn, CheckpointToken: &r.token, Updates: updates,
	})
	if err != nil {
		return err
	}
	r.token = *out.CheckpointToken
	for _, op := range out.NewExecutionState.Operations {
		r.learn(op)
	}
	return nil
}

// callback creates a callback unless an earlier invocation did, and gives its ID.
func (r *run) callback(u types.OperationUpdate) string {
	if _, ok := r.known[*u.Id]; !ok {
		u.Type, u.Action, u.SubType = types.OperationTypeCallback, types.OperationActionStart, aws.String("Callback")
		r.checkpoint(u)
	}
	return *r.known[*u.Id].CallbackDetails.CallbackId
}

// await gives a callback that has ended, or suspends.
func (r *run) await(id string) types.Operation {
	op := r.known[id]
	if op.Status == types.OperationStatusStarted {
		panic(suspension{})
	}
	return op
}

// wait waits durably.
func (r *run) wait(id string, d time.Duration) {
	if _, ok := r.known[id]; !ok {
		r.checkpoint(types.OperationUpdate{
			Id: &id, Type: types.OperationTypeWait, Action: types.OperationActionStart, SubType: aws.String("Wait"),
			WaitOptions: &types.WaitOptions{WaitSeconds: aws.Int32(int32(d / time.Second))},
		})
	}
	r.await(id)
}

// step runs work once and keeps its result.
func (r *run) step(u types.OperationUpdate, work func() string) string {
	u.Type, u.SubType = types.OperationTypeStep, aws.String("Step")
	if op, ok := r.known[*u.Id]; ok && op.Status == types.OperationStatusSucceeded {
		return aws.ToString(op.StepDetails.Result)
	}
	begin, end := u, u
	begin.Action = types.OperationActionStart
	r.checkpoint(begin)
	end.Action, end.Payload = types.OperationActionSucceed, aws.String(work())
	r.checkpoint(end)
	return *end.Payload
}

// result ends a program with the outcome of a callback.
func (r *run) result(op types.Operation) answer {
	switch op.Status {
	case types.OperationStatusSucceeded:
		return answer{Status: "SUCCEEDED", Result: op.CallbackDetails.Result}
	default:
		e := op.CallbackDetails.Error
		return answer{Status: "FAILED", Error: &errorObject{ErrorType: aws.ToString(e.ErrorType), ErrorMessage: aws.ToString(e.ErrorMessage)}}
	}
}
