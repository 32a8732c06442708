package history

import (
	"context"
	"log/slog"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/readquota"
	"countersign/internal/worker"
)

// ReadsAtOnce bounds the histories that one worker reads at the same time in one lane. They are
// read a few a second: more means that Lambda does not answer.
const ReadsAtOnce = 16

// Source reads what histories say. An error that came from the call is a *[callbacks.LambdaError].
type Source interface {
	// History reads from the execution's history how the callback ended; an answer of Open means
	// that it has not ended. It needs the execution's ARN and permission to read the history. A
	// long history takes several requests, which the closing counts, also beside an error.
	History(ctx context.Context, to callbacks.Target) (callbacks.Closing, error)
	// After reads what the history holds behind an event, newest first: one request, so that what
	// is older than a page is left out as a gap. It needs what History needs.
	After(ctx context.Context, to callbacks.Target, event int) (callbacks.AfterPage, error)
}

// Config is what a reader of histories works with. Every field but Lanes is needed.
type Config struct {
	Source     Source
	Lanes      callbacks.Lanes
	Allowances *readquota.Allowances
	Log        *slog.Logger
	Now        func() time.Time
}

// Reader reads how callbacks ended, as the read quota allows. Somebody waits to know it, so that
// these readings are urgent ones.
type Reader struct {
	source     Source
	lanes      callbacks.Lanes
	allowances *readquota.Allowances
	log        *slog.Logger
	now        func() time.Time
	slots      *worker.Bulkhead[callbacks.Lane]
}

// MaxReadings is how often the history is asked in vain before what is known has to do. They are
// five minutes apart at most: a day of it ends a delivery, and no single answer.
const MaxReadings = 300

// DeniedReadings is how often permission to read the history may be denied before it is believed:
// after a change of IAM that passes by itself. They take some fifteen seconds; who retries the
// delivery later has them all again.
const DeniedReadings = 5

// NewReader makes a reader that reads so many histories at once in one lane.
func NewReader(c Config, atOnce int) *Reader {
	return &Reader{source: c.Source, lanes: c.Lanes, allowances: c.Allowances, log: c.Log, now: c.Now, slots: worker.NewBulkhead[callbacks.Lane](atOnce)}
}

// Lane is where the history of a callback is read.
func (h *Reader) Lane(to callbacks.Target) callbacks.Lane { return h.lanes.Of(to) }

// Ask reads how a callback was closed, if it may be asked now.
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
	answer := callbacks.AnswerOf(err)
	switch {
	case err == nil:
		return callbacks.Finding{History: callbacks.HistoryRead, Closing: closing}
	case answer.Answer.Unreadable():
		return callbacks.Finding{History: callbacks.HistoryUnreadable, Answer: answer.Answer}
	}
	return callbacks.Finding{History: callbacks.HistoryBusy, Answer: answer.Answer, Again: answer.RetryAfter}
}

// After reads what the history of a callback holds behind an event. Take what it needs by Begin.
func (h *Reader) After(ctx context.Context, to callbacks.Target, event int) (callbacks.AfterPage, error) {
	return h.source.After(ctx, to, event)
}

// charge pays afterwards for the pages of a history behind the first.
func (h *Reader) charge(ctx context.Context, lane callbacks.Lane, more int) {
	if more <= 0 {
		return
	}
	if err := h.allowances.Charge(context.WithoutCancel(ctx), lane, more); err != nil {
		h.log.ErrorContext(ctx, "requests for a long history are not counted", "lane", lane, "requests", more, "error", err)
	}
}

// Begin takes what a request to a lane needs: a slot, and its price. Call done with the request's
// error; nil means that there may be no request now, but again after a while.
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
