package callbacks

import (
	"context"
	"log/slog"
	"time"

	"countersign/internal/worker"
)

// ReadsAtOnce bounds the histories that one worker reads at the same time in one lane. They are read a few a second: more means
// that Lambda does not answer.
const ReadsAtOnce = 16

// HistorySource reads what histories say. An error that came from the call is a *[LambdaError].
type HistorySource interface {
	// History reads from the execution's history how the callback ended; an answer of Open means that it has not ended.
	// It needs the execution's ARN and permission to read the history. A long history takes several requests, which the
	// closing counts, also beside an error.
	History(ctx context.Context, to Target) (Closing, error)
	// After reads what the history holds behind an event, newest first: one request, so that what is older than a page is left
	// out as a gap. It needs what History needs.
	After(ctx context.Context, to Target, event int) (AfterPage, error)
}

// HistoryConfig is what a reader of histories works with. Every field but Lanes is needed.
type HistoryConfig struct {
	Source HistorySource
	Lanes  Lanes
	Purses *Purses
	Log    *slog.Logger
	Now    func() time.Time
}

// Histories read how callbacks ended, as the budgets allow. Somebody waits to know it, so that these readings are urgent ones.
type Histories struct {
	source HistorySource
	lanes  Lanes
	purses *Purses
	log    *slog.Logger
	now    func() time.Time
	slots  *worker.Bulkhead[Lane]
}

// MaxReadings is how often the history is asked in vain before what is known has to do. They are five minutes apart at most: a
// day of it ends a delivery, and no single answer.
const MaxReadings = 300

// DeniedReadings is how often permission to read the history may be denied before it is believed: after a change of IAM that passes
// by itself. They take some fifteen seconds; who retries the delivery later has them all again.
const DeniedReadings = 5

// NewHistories makes a reader that reads so many histories at once in one lane.
func NewHistories(c HistoryConfig, atOnce int) *Histories {
	return &Histories{source: c.Source, lanes: c.Lanes, purses: c.Purses, log: c.Log, now: c.Now, slots: worker.NewBulkhead[Lane](atOnce)}
}

// Lane is where the history of a callback is read.
func (h *Histories) Lane(to Target) Lane { return h.lanes.Of(to) }

// Ask reads how a callback was closed, if it may be asked now.
func (h *Histories) Ask(ctx context.Context, target Target) Finding {
	if target.ExecutionARN == "" {
		return Finding{History: HistoryUnreadable}
	}
	lane := h.lanes.Of(target)
	again, done := h.Begin(ctx, lane, Urgent)
	if done == nil {
		return Finding{History: HistoryPutOff, Again: again}
	}
	closing, err := h.source.History(ctx, target)
	done(err)
	h.charge(ctx, lane, closing.Requests-1)
	answer := AnswerOf(err)
	switch {
	case err == nil:
		return Finding{History: HistoryRead, Closing: closing}
	case answer.Answer.Unreadable():
		return Finding{History: HistoryUnreadable, Answer: answer.Answer}
	}
	return Finding{History: HistoryBusy, Answer: answer.Answer, Again: answer.RetryAfter}
}

// After reads what the history of a callback holds behind an event. Take what it needs by Begin.
func (h *Histories) After(ctx context.Context, to Target, event int) (AfterPage, error) {
	return h.source.After(ctx, to, event)
}

// charge pays afterwards for the pages of a history behind the first.
func (h *Histories) charge(ctx context.Context, lane Lane, more int) {
	if more <= 0 {
		return
	}
	if err := h.purses.Charge(context.WithoutCancel(ctx), lane, more); err != nil {
		h.log.ErrorContext(ctx, "requests for a long history are not counted", "lane", lane, "requests", more, "error", err)
	}
}

// Begin takes what a request to a lane needs: a slot, and its price. Call done with the request's error; nil means that there may
// be no request now, but again after a while.
func (h *Histories) Begin(ctx context.Context, lane Lane, u Urgency) (again time.Duration, done func(error)) {
	if !h.slots.Try(lane) {
		return 0, nil
	}
	allowed, ok, err := h.purses.Spend(ctx, lane, u)
	if err != nil {
		h.log.ErrorContext(ctx, "a history was not read", "lane", lane, "error", err)
	}
	if !ok {
		h.slots.Release(lane)
		return max(allowed.Sub(h.now()), 0), nil
	}
	return 0, func(err error) {
		h.slots.Release(lane)
		if err := h.purses.Answered(context.WithoutCancel(ctx), lane, err); err != nil {
			h.log.ErrorContext(ctx, "the budget does not know that Lambda throttles", "lane", lane, "error", err)
		}
	}
}
