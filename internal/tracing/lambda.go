package tracing

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/replies"
)

// Lambda wraps next with a span around each attempt to deliver and each heartbeat. The spans of the
// requests to AWS are inside it. A delivery is linked to the request that made the decision.
func (t *Tracing) Lambda(next callbacks.Lambda) callbacks.Lambda { return lambda{next, t} }

type lambda struct {
	next    callbacks.Lambda
	tracing *Tracing
}

// Histories wraps next in the same way, with a span around each request for a history.
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

// Page implements [history.Source].
func (h histories) Page(ctx context.Context, q history.Query) (history.Page, error) {
	name := readsEnd
	if q.After > 0 {
		name = "read what followed"
	}
	ctx, end := h.tracing.begin(ctx, name, q.Target)
	page, err := h.next.Page(ctx, q)
	end(err)
	return page, err
}

// Execution implements [history.Source].
func (h histories) Execution(ctx context.Context, lane arn.Lane, of callbacks.Target) (history.Execution, error) {
	ctx, end := h.tracing.begin(ctx, readsEnd, of)
	execution, err := h.next.Execution(ctx, lane, of)
	end(err)
	return execution, err
}

// readsEnd names the span of a request that is made to learn how a callback ended.
const readsEnd = "read how it ended"

// begin starts a span. Calling end ends it with Lambda's answer.
func (t *Tracing) begin(ctx context.Context, name string, to callbacks.Target, options ...trace.SpanStartOption) (_ context.Context, end func(error)) {
	ctx, span := t.tracer.Start(ctx, name, append(options, trace.WithAttributes(callbackKey.String(string(to.ID))))...)
	return ctx, func(err error) {
		reply := replies.Accepted
		if err != nil {
			reply = replies.None
			span.SetStatus(codes.Error, "")
		}
		if refused, ok := errors.AsType[*replies.Error](err); ok {
			reply = refused.Reply
		}
		span.SetAttributes(answerKey.String(string(reply)))
		span.End()
	}
}
