package history

import (
	"context"
	"log/slog"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/readquota"
	"countersign/internal/worker"
)

// ReadsAtOnce bounds how many histories one worker reads at the same time in one lane. A few are
// read a second: if this many are under way, Lambda is not answering.
const ReadsAtOnce = 16

// Source reads histories. An error that came from the call is a *[callbacks.LambdaError].
type Source interface {
	// History reads from the execution's history how the callback ended; Open means that it has not
	// ended. History needs the execution's ARN and permission to read the history. A long history
	// takes several requests, which the closing counts, also when History returns an error.
	History(ctx context.Context, to callbacks.Target) (callbacks.Closing, error)
	// After reads the events after a given one, newest first. It makes one request, so events older
	// than a page are left out as a gap. It needs what History needs.
	After(ctx context.Context, to callbacks.Target, event int) (callbacks.OperationPage, error)
}

// Config is what a reader of histories works with. Every field but Lanes is required.
type Config struct {
	Source     Source
	Lanes      callbacks.Lanes
	Allowances *readquota.Allowances
	Log        *slog.Logger
	Now        func() time.Time
}

// Reader reads how callbacks ended, within the read quota. These readings are urgent, because
// somebody waits for them.
type Reader struct {
	source     Source
	lanes      callbacks.Lanes
	allowances *readquota.Allowances
	log        *slog.Logger
	now        func() time.Time
	slots      *worker.Bulkhead[callbacks.Lane]
}

// MaxReadings is how many readings of the history may fail before what is known has to suffice.
// They are at most five minutes apart: a day without an answer ends a delivery, but no single
// answer does.
const MaxReadings = 300

// DeniedReadings is how often permission to read the history may be denied before the denial is
// believed: after a change of IAM it may pass by itself. The readings take about fifteen seconds; a
// delivery that somebody retries later has all of them again.
const DeniedReadings = 5

// NewReader makes a reader that reads at most atOnce histories at once in one lane.
func NewReader(c Config, atOnce int) *Reader {
	return &Reader{source: c.Source, lanes: c.Lanes, allowances: c.Allowances, log: c.Log, now: c.Now, slots: worker.NewBulkhead[callbacks.Lane](atOnce)}
}

// Lane is the lane in which the history of a callback is read.
func (h *Reader) Lane(to callbacks.Target) callbacks.Lane { return h.lanes.Of(to) }

// Ask reads how a callback ended, if the lane has a free slot and read quota now.
func (h *Reader) Ask(ctx context.Context, target callbacks.Target) callbacks.Finding {
	if target.ExecutionARN == "" {
		return callbacks.Finding{History: callbacks.HistoryUnreadable}
	}
	lane := h.lanes.Of(target)
	again, done := h.Begin(ctx, lane, readquota.Urgent)
	if done == nil {
		return callbacks.Finding{History: callbacks.HistoryPutOff, Again: again}
	}
	closing, err := h.source.History(ctx, target)
	done(err)
	h.charge(ctx, lane, closing.Requests-1)
	reply := callbacks.ReplyOf(err)
	switch {
	case err == nil:
		return callbacks.Finding{History: callbacks.HistoryRead, Closing: closing}
	case reply.Reply.Unreadable():
		return callbacks.Finding{History: callbacks.HistoryUnreadable, Reply: reply.Reply}
	}
	return callbacks.Finding{History: callbacks.HistoryBusy, Reply: reply.Reply, Again: reply.RetryAfter}
}

// After reads the events of a callback's history after a given one. Call Begin first for the slot
// and the quota.
func (h *Reader) After(ctx context.Context, to callbacks.Target, event int) (callbacks.OperationPage, error) {
	return h.source.After(ctx, to, event)
}

// charge takes the pages of a history after the first from the read quota, after they were read.
func (h *Reader) charge(ctx context.Context, lane callbacks.Lane, more int) {
	if more <= 0 {
		return
	}
	if err := h.allowances.Charge(context.WithoutCancel(ctx), lane, more); err != nil {
		h.log.ErrorContext(ctx, "requests for a long history are not counted", "lane", lane, "requests", more, "error", err)
	}
}

// Begin takes a slot and read quota for one request to a lane. Call done with the request's error.
// If done is nil, no request may be made now; try again after the returned time.
func (h *Reader) Begin(ctx context.Context, lane callbacks.Lane, u readquota.Urgency) (again time.Duration, done func(error)) {
	if !h.slots.Try(lane) {
		return 0, nil
	}
	allowed, ok, err := h.allowances.Take(ctx, lane, u)
	if err != nil {
		h.log.ErrorContext(ctx, "a history was not read", "lane", lane, "error", err)
	}
	if !ok {
		h.slots.Release(lane)
		return max(allowed.Sub(h.now()), 0), nil
	}
	return 0, func(err error) {
		h.slots.Release(lane)
		if err := h.allowances.Answered(context.WithoutCancel(ctx), lane, err); err != nil {
			h.log.ErrorContext(ctx, "the budget does not know that Lambda throttles", "lane", lane, "error", err)
		}
	}
}
