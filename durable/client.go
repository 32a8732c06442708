package durable

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Client is the part of the Lambda API that a durable function needs while it
// runs. [*lambda.Client] is one; see [WithClient].
type Client interface {
	CheckpointDurableExecution(context.Context, *lambda.CheckpointDurableExecutionInput, ...func(*lambda.Options)) (*lambda.CheckpointDurableExecutionOutput, error)
	GetDurableExecutionState(context.Context, *lambda.GetDurableExecutionStateInput, ...func(*lambda.Options)) (*lambda.GetDurableExecutionStateOutput, error)
}

// clientSource provides the client of a handler. If the user set none, it is built from the
// environment on first use, so that a program can be linked and tested without AWS settings. A
// failure is not remembered: the next call tries again.
type clientSource struct {
	mu     sync.Mutex
	client Client
}

func (s *clientSource) get(ctx context.Context) (Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		cfg, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return nil, fmt.Errorf("durable: load the AWS settings for the Lambda client: %w", err)
		}
		s.client = lambda.NewFromConfig(cfg)
	}
	return s.client, nil
}
