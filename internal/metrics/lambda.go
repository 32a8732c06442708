package metrics

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/callbacks"
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
	reply := callbacks.ReplyAccepted
	if err != nil {
		reply = callbacks.ReplyNone
	}
	if lambda, ok := errors.AsType[*callbacks.LambdaError](err); ok {
		reply = lambda.Reply
	}
	l.replies.WithLabelValues(call, string(reply)).Inc()
}
