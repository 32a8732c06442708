package locallambda_test

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// puppet is a function whose every invocation the test plays itself.
type puppet struct {
	bench   *bench
	inputs  chan input
	answers chan reply
}

type reply struct {
	body string
	err  error
}

func (b *bench) puppet(name string) *puppet {
	p := &puppet{bench: b, inputs: make(chan input), answers: make(chan reply)}
	b.engine.Register(name, p, versionOne)
	return p
}

// Invoke gives the input to the test and returns what the test says, or gives up with the engine.
func (p *puppet) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var in input
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	select {
	case p.inputs <- in:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case r := <-p.answers:
		return []byte(r.body), r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// scene is one invocation in the test's hands.
type scene struct {
	*puppet
	input
}

// invoked waits for the next invocation.
func (p *puppet) invoked() *scene { return &scene{p, <-p.inputs} }

// answer ends the invocation, as the shorter ones after it do.
func (s *scene) answer(body string) { s.answers <- reply{body: body} }
func (s *scene) throw(err error)    { s.answers <- reply{err: err} }
func (s *scene) pending()           { s.answer(`{"Status":"PENDING"}`) }
func (s *scene) succeed(result string) {
	s.answer(`{"Status":"SUCCEEDED","Result":` + strconv.Quote(result) + `}`)
}

// checkpoint sends updates with the token of the last answer.
func (s *scene) checkpoint(updates ...types.OperationUpdate) (*lambda.CheckpointDurableExecutionOutput, error) {
	out, err := s.send(&lambda.CheckpointDurableExecutionInput{CheckpointToken: &s.CheckpointToken, Updates: updates})
	if err == nil {
		s.CheckpointToken = *out.CheckpointToken
	}
	return out, err
}

func (s *scene) send(in *lambda.CheckpointDurableExecutionInput) (*lambda.CheckpointDurableExecutionOutput, error) {
	in.DurableExecutionArn = &s.DurableExecutionArn
	return s.bench.client.CheckpointDurableExecution(s.bench.t.Context(), in)
}

// must is checkpoint for updates that the engine has to accept.
func (s *scene) must(updates ...types.OperationUpdate) []types.Operation {
	s.bench.t.Helper()
	out, err := s.checkpoint(updates...)
	s.bench.must(err)
	return out.NewExecutionState.Operations
}

// state reads the whole state in pages.
func (s *scene) state(pageSize int32) (ids []string, pages int) {
	s.bench.t.Helper()
	paginator := lambda.NewGetDurableExecutionStatePaginator(s.bench.client, &lambda.GetDurableExecutionStateInput{
		DurableExecutionArn: &s.DurableExecutionArn, CheckpointToken: &s.CheckpointToken, MaxItems: pageSize,
	})
	for paginator.HasMorePages() {
		page, err := paginator.NextPage(s.bench.t.Context())
		s.bench.must(err)
		for _, op := range page.Operations {
			ids = append(ids, *op.Id)
		}
		pages++
	}
	return ids, pages
}

// update makes an update of a type.
func update(kind types.OperationType, action types.OperationAction, id string) types.OperationUpdate {
	u := types.OperationUpdate{Id: &id, Type: kind, Action: action}
	if kind == types.OperationTypeWait && action == types.OperationActionStart {
		u.WaitOptions = &types.WaitOptions{WaitSeconds: aws.Int32(10)}
	}
	if action == types.OperationActionRetry {
		u.StepOptions = &types.StepOptions{NextAttemptDelaySeconds: aws.Int32(5)}
	}
	return u
}

const (
	execution = types.OperationTypeExecution
	scope     = types.OperationTypeContext
	step      = types.OperationTypeStep
	wait      = types.OperationTypeWait
	callback  = types.OperationTypeCallback
	invoke    = types.OperationTypeChainedInvoke

	begins   = types.OperationActionStart
	succeeds = types.OperationActionSucceed
	fails    = types.OperationActionFail
	retries  = types.OperationActionRetry
	cancels  = types.OperationActionCancel
)

func under(parent string, u types.OperationUpdate) types.OperationUpdate {
	u.ParentId = &parent
	return u
}
