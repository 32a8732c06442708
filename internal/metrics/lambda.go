package metrics

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
)

// CountAttempts is next with its answers to completions and heartbeats counted. It registers with
// r, so it is called once for a registry.
func CountAttempts(r prometheus.Registerer, next callbacks.Lambda) callbacks.Lambda {
	replies := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "countersign_lambda_answers_total", Help: "Answers of Lambda, by call and kind of answer.",
	}, []string{"call", "answer"})
	r.MustRegister(replies)
	return countedLambda{Lambda: next, replies: replies}
}

type countedLambda struct {
	callbacks.Lambda
	replies *prometheus.CounterVec
}

func (l countedLambda) Complete(ctx context.Context, to callbacks.Target, completion callbacks.Completion) error {
	err := l.Lambda.Complete(ctx, to, completion)
	l.count("complete", err)
	return err
}

func (l countedLambda) Heartbeat(ctx context.Context, to callbacks.Target) error {
	err := l.Lambda.Heartbeat(ctx, to)
	l.count("heartbeat", err)
	return err
}

func (l countedLambda) count(call string, err error) {
	reply := replies.Accepted
	if err != nil {
		reply = replies.None
	}
	if lambda, ok := errors.AsType[*replies.Error](err); ok {
		reply = lambda.Reply
	}
	l.replies.WithLabelValues(call, string(reply)).Inc()
}
