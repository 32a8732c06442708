package tracing

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"countersign/internal/callbacks"
)

// Lambda is next with a span around each attempt to deliver, each heartbeat and each reading of a history. The requests to AWS
// that it makes are inside; a delivery is linked to the request that decided.
func (t *Tracing) Lambda(next callbacks.Lambda) callbacks.Lambda { return lambda{next, t} }

type lambda struct {
	next    callbacks.Lambda
	tracing *Tracing
}

// Complete implements [callbacks.Lambda].
func (l lambda) Complete(ctx context.Context, to callbacks.Target, c callbacks.Completion) error {
	ctx, end := l.begin(ctx, "deliver", to, trace.WithLinks(l.tracing.decisions.of(to.ID)...))
	err := l.next.Complete(ctx, to, c)
	end(err)
	return err
}

// Heartbeat implements [callbacks.Lambda].
func (l lambda) Heartbeat(ctx context.Context, to callbacks.Target) error {
	ctx, end := l.begin(ctx, "heartbeat", to)
	err := l.next.Heartbeat(ctx, to)
	end(err)
	return err
}

// History implements [callbacks.Lambda].
func (l lambda) History(ctx context.Context, to callbacks.Target) (callbacks.Closing, error) {
	ctx, end := l.begin(ctx, "read how it ended", to)
	closing, err := l.next.History(ctx, to)
	end(err)
	return closing, err
}

// After implements [callbacks.Lambda].
func (l lambda) After(ctx context.Context, to callbacks.Target, event int) (callbacks.AfterPage, error) {
	ctx, end := l.begin(ctx, "read what followed", to)
	page, err := l.next.After(ctx, to, event)
	end(err)
	return page, err
}

// begin starts a span; end ends it with Lambda's answer.
func (l lambda) begin(ctx context.Context, name string, to callbacks.Target, options ...trace.SpanStartOption) (_ context.Context, end func(error)) {
	ctx, span := l.tracing.tracer.Start(ctx, name, append(options, trace.WithAttributes(callbackKey.String(string(to.ID))))...)
	return ctx, func(err error) {
		answer := callbacks.AnswerAccepted
		if err != nil {
			answer = callbacks.AnswerNone
			span.SetStatus(codes.Error, "")
		}
		if refused, ok := errors.AsType[*callbacks.LambdaError](err); ok {
			answer = refused.Answer
		}
		span.SetAttributes(answerKey.String(string(answer)))
		span.End()
	}
}
