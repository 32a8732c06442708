package tracing

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"countersign/internal/callbacks"
	"countersign/internal/history"
)

// Lambda wraps next with a span around each attempt to deliver and each heartbeat. The spans of the
// requests to AWS are inside it. A delivery is linked to the request that made the decision.
func (t *Tracing) Lambda(next callbacks.Lambda) callbacks.Lambda { return lambda{next, t} }

type lambda struct {
	next    callbacks.Lambda
	tracing *Tracing
}

// Histories wraps next in the same way, with a span around each reading of a history.
func (t *Tracing) Histories(next history.Source) history.Source {
	return histories{next, t}
}

type histories struct {
	next    history.Source
	tracing *Tracing
}

// Complete implements [callbacks.Lambda].
func (l lambda) Complete(ctx context.Context, to callbacks.Target, c callbacks.Completion) error {
	ctx, end := l.tracing.begin(ctx, "deliver", to, trace.WithLinks(l.tracing.decisions.of(to.ID)...))
	err := l.next.Complete(ctx, to, c)
	end(err)
	return err
}

// Heartbeat implements [callbacks.Lambda].
func (l lambda) Heartbeat(ctx context.Context, to callbacks.Target) error {
	ctx, end := l.tracing.begin(ctx, "heartbeat", to)
	err := l.next.Heartbeat(ctx, to)
	end(err)
	return err
}

// History implements [history.Source].
func (h histories) History(ctx context.Context, to callbacks.Target) (callbacks.Closing, error) {
	ctx, end := h.tracing.begin(ctx, "read how it ended", to)
	closing, err := h.next.History(ctx, to)
	end(err)
	return closing, err
}

// After implements [history.Source].
func (h histories) After(ctx context.Context, to callbacks.Target, event int) (callbacks.OperationPage, error) {
	ctx, end := h.tracing.begin(ctx, "read what followed", to)
	page, err := h.next.After(ctx, to, event)
	end(err)
	return page, err
}

// begin starts a span. Calling end ends it with Lambda's answer.
func (t *Tracing) begin(ctx context.Context, name string, to callbacks.Target, options ...trace.SpanStartOption) (_ context.Context, end func(error)) {
	ctx, span := t.tracer.Start(ctx, name, append(options, trace.WithAttributes(callbackKey.String(string(to.ID))))...)
	return ctx, func(err error) {
		reply := callbacks.ReplyAccepted
		if err != nil {
			reply = callbacks.ReplyNone
			span.SetStatus(codes.Error, "")
		}
		if refused, ok := errors.AsType[*callbacks.LambdaError](err); ok {
			reply = refused.Reply
		}
		span.SetAttributes(answerKey.String(string(reply)))
		span.End()
	}
}
