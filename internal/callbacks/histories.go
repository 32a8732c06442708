package callbacks

import (
	"context"
	"log/slog"
	"time"
)

// readsAtOnce bounds the histories that one worker reads at the same time in one lane. They are read a few a second: more means
// that Lambda does not answer.
const readsAtOnce = 16

// histories read how callbacks ended, as the budgets allow. Somebody waits to know it, so that these readings are urgent ones.
type histories struct {
	lambda Lambda
	lanes  Lanes
	purses *Purses
	log    *slog.Logger
	now    func() time.Time
	slots  *slots
}

func newHistories(c WorkerConfig, atOnce int) *histories {
	return &histories{lambda: c.Lambda, lanes: c.Lanes, purses: c.Purses, log: c.Log, now: c.Now, slots: newSlots(atOnce)}
}

// finding is what a history says, and when it is worth asking again.
type finding struct {
	history historyState
	closing Closing
	answer  Answer        // of Lambda, where it was asked and gave no history
	again   time.Duration // not before; zero where nobody said so
}

// denied reports whether permission to read the history was missing.
func (f finding) denied() bool { return f.history == historyUnreadable && f.answer == AnswerDenied }

// ask reads how a callback was closed, if it may be asked now.
func (h *histories) ask(ctx context.Context, target Target) finding {
	if target.ExecutionARN == "" {
		return finding{history: historyUnreadable}
	}
	lane := h.lanes.Of(target)
	again, done := h.begin(ctx, lane, urgent)
	if done == nil {
		return finding{history: historyPutOff, again: again}
	}
	closing, err := h.lambda.History(ctx, target)
	done(err)
	h.charge(ctx, lane, closing.Requests-1)
	answer := answerOf(err)
	switch {
	case err == nil:
		return finding{history: historyRead, closing: closing}
	case answer.Answer.unreadable():
		return finding{history: historyUnreadable, answer: answer.Answer}
	}
	return finding{history: historyBusy, answer: answer.Answer, again: answer.RetryAfter}
}

// charge pays afterwards for the pages of a history behind the first.
func (h *histories) charge(ctx context.Context, lane Lane, more int) {
	if more <= 0 {
		return
	}
	if err := h.purses.charge(context.WithoutCancel(ctx), lane, more); err != nil {
		h.log.ErrorContext(ctx, "requests for a long history are not counted", "lane", lane, "requests", more, "error", err)
	}
}

// begin takes what a request to a lane needs: a slot, and its price. Call done with the request's error; nil means that there may
// be no request now, but again after a while.
func (h *histories) begin(ctx context.Context, lane Lane, u urgency) (again time.Duration, done func(error)) {
	if !h.slots.try(lane) {
		return 0, nil
	}
	allowed, ok, err := h.purses.spend(ctx, lane, u)
	if err != nil {
		h.log.ErrorContext(ctx, "a history was not read", "lane", lane, "error", err)
	}
	if !ok {
		h.slots.release(lane)
		return max(allowed.Sub(h.now()), 0), nil
	}
	return 0, func(err error) {
		h.slots.release(lane)
		if err := h.purses.answered(context.WithoutCancel(ctx), lane, err); err != nil {
			h.log.ErrorContext(ctx, "the budget does not know that Lambda throttles", "lane", lane, "error", err)
		}
	}
}
