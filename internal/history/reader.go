package history

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/readquota"
	"countersign/internal/replies"
	"countersign/internal/worker"
)

const (
	// ReadsAtOnce bounds how many histories one worker reads at the same time in one lane. A few
	// are read a second: if this many are under way, Lambda is not answering.
	ReadsAtOnce = 16
	// endEvents is how many events one request asks for to learn how a callback ended. It is a
	// fifth of the maximum, because each may carry a payload.
	endEvents = 200
	// tailEvents is how many events one request asks for to learn what followed. The steps that are
	// kept need fewer.
	tailEvents = 100
	// maxPages bounds one reading. An execution has at most 3,000 operations, and most operations
	// have two events.
	maxPages = 50
	// readingTime bounds the part of a reading that is done at once.
	readingTime = 30 * time.Second
)

// MaxReadings is how many readings of the history may fail before what is known has to suffice.
// They are at most five minutes apart: a day without an answer ends a delivery, but no single
// answer does.
const MaxReadings = 300

// DeniedReadings is how often permission to read the history may be denied before the denial is
// believed: after a change of IAM it may pass by itself. The readings take about fifteen seconds; a
// delivery that somebody retries later has all of them again.
const DeniedReadings = 5

// Config is what a reader of histories works with. Every field is required.
type Config struct {
	Source     Source
	Lanes      func() arn.Lanes // which may change
	Allowances *readquota.Allowances
	Log        *slog.Logger
	Now        func() time.Time
}

// Reader reads histories within the read quota: every page is taken from it before it is asked for.
// A reading that the quota interrupts continues where it was.
type Reader struct {
	source     Source
	lanes      func() arn.Lanes
	allowances *readquota.Allowances
	log        *slog.Logger
	now        func() time.Time
	slots      *worker.Bulkhead[arn.Lane]
	unfinished unfinished
}

// PutOffError says that no request may be made now, because no slot or no read quota is free.
type PutOffError struct {
	Again time.Duration // not before; zero if nobody knows
}

func (*PutOffError) Error() string {
	return "the history cannot be read now: no slot or no read quota is free"
}

// NewReader makes a reader that reads at most atOnce histories at once in one lane.
func NewReader(c Config, atOnce int) *Reader {
	return &Reader{
		source: c.Source, lanes: c.Lanes, allowances: c.Allowances, log: c.Log, now: c.Now,
		slots: worker.NewBulkhead[arn.Lane](atOnce), unfinished: unfinished{all: map[key]*reading{}},
	}
}

// Lane is the lane in which the history of a callback is read.
func (h *Reader) Lane(to callbacks.Target) arn.Lane { return h.lanes().Of(to.ExecutionARN, to.Region) }

// Ask reads how a callback ended, as far as the lane has a free slot and read quota now. The
// reading is urgent, because somebody waits for it. It begins with the newest event, so that a
// callback that closed a moment ago costs one request.
func (h *Reader) Ask(ctx context.Context, target callbacks.Target) callbacks.Finding {
	found, _ := h.AskOn(ctx, target)
	return found
}

// AskOn is Ask, and returns what came after the end of the callback too, if the first request shows
// all of it; else the tail is nil.
func (h *Reader) AskOn(ctx context.Context, target callbacks.Target) (callbacks.Finding, *Tail) {
	if target.ExecutionARN == "" {
		return callbacks.Finding{History: callbacks.HistoryUnreadable}, nil
	}
	lane := h.lanes().Of(target.ExecutionARN, target.Region)
	if !h.slots.Try(lane) {
		return callbacks.Finding{History: callbacks.HistoryPutOff}, nil
	}
	defer h.slots.Release(lane)
	ctx, cancel := context.WithTimeout(ctx, readingTime)
	defer cancel()
	r := h.unfinished.take(&reading{
		query:  Query{Lane: lane, Target: target, Newest: true, Data: true, Limit: endEvents},
		ending: newEnding(target.CallbackID),
	}, h.now())
	closing, err := h.closing(ctx, r)
	return findingOf(closing, err), r.after
}

// findingOf says how a reading went.
func findingOf(closing callbacks.Closing, err error) callbacks.Finding {
	if putOff, ok := errors.AsType[*PutOffError](err); ok {
		return callbacks.Finding{History: callbacks.HistoryPutOff, Again: putOff.Again}
	}
	reply := replies.Of(err)
	switch {
	case err == nil:
		return callbacks.Finding{History: callbacks.HistoryRead, Closing: closing}
	case reply.Reply.Unreadable():
		return callbacks.Finding{History: callbacks.HistoryUnreadable, Reply: reply.Reply}
	}
	return callbacks.Finding{History: callbacks.HistoryBusy, Reply: reply.Reply, Again: reply.RetryAfter}
}

// closing reads on until the events show how the callback ended, or that they cannot. If the
// callback is open, closing also asks whether the execution still runs. An Open that took several
// askings is as old as the first of them.
func (h *Reader) closing(ctx context.Context, r *reading) (callbacks.Closing, error) {
	if r.whole {
		return h.open(ctx, r)
	}
	for page, err := range h.pages(ctx, r, readquota.Urgent) {
		if err != nil {
			return callbacks.Closing{}, err
		}
		r.ending.add(page.Events)
		if closing, found := r.ending.closing(); found {
			r.follow(page, closing.EventID)
			return closing, nil
		}
		if r.ending.complete() {
			return h.open(ctx, r)
		}
	}
	switch last := r.query.Marker == ""; {
	case last && r.ending.started != nil:
		return h.open(ctx, r)
	case last:
		return callbacks.Closing{}, unreadable("the execution's history does not hold this callback")
	}
	const most = endEvents * maxPages
	return callbacks.Closing{}, unreadable("the callback is not among the last %d events of the execution's history", most)
}

// unreadable returns an error that asking again does not change.
func unreadable(format string, args ...any) *replies.Error {
	return &replies.Error{Reply: replies.Gone, Err: fmt.Errorf(format, args...)}
}

// open returns the closing of a callback whose history shows no end: it is open unless the
// execution has ended. If nobody says whether it has, a reading of several pages is kept, so that
// they are not read again; a single page is read anew with the next asking, and is as new as that.
func (h *Reader) open(ctx context.Context, r *reading) (callbacks.Closing, error) {
	execution, err := h.source.Execution(ctx, r.query.Lane, r.query.Target)
	if err != nil {
		if r.pages > 1 && !replies.Of(err).Reply.Unreadable() {
			r.whole = true
			h.unfinished.keep(r, h.now())
		}
		return callbacks.Closing{}, err
	}
	if execution.Status.Ended() {
		return callbacks.ClosedByExecution(execution.Status, execution.EndedAt), nil
	}
	return callbacks.Closing{Open: true}, nil
}

// pages yields the pages of a history that were not read yet, up to the last or to [maxPages]. It
// takes each from the read quota before it asks for it. An error ends it; what was read is kept for
// the next time, unless asking again does not help.
func (h *Reader) pages(ctx context.Context, r *reading, u readquota.Urgency) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		for r.pages < maxPages {
			page, err := h.page(ctx, r.query, u)
			if err != nil {
				yield(Page{}, h.interrupt(r, err))
				return
			}
			r.pages, r.resumed, r.query.Marker = r.pages+1, false, page.Next
			if !yield(page, nil) || page.Next == "" {
				return
			}
		}
	}
}

// interrupt keeps a reading that an error interrupted. If Lambda refuses to continue where a
// reading was put off, the reading begins anew, because its marker may have expired.
func (h *Reader) interrupt(r *reading, err error) error {
	failed, refused := errors.AsType[*replies.Error](err)
	refused = refused && failed.Reply.Unreadable()
	switch {
	case r.pages == 0:
	case !refused:
		h.unfinished.keep(r, h.now())
	case r.resumed:
		return &replies.Error{Reply: replies.None, Err: fmt.Errorf("continue a history: %w", failed)}
	}
	return err
}

// page takes one request from the read quota and makes it.
func (h *Reader) page(ctx context.Context, q Query, u readquota.Urgency) (Page, error) {
	allowed, ok, err := h.allowances.Take(ctx, q.Lane, u)
	if err != nil {
		h.log.ErrorContext(ctx, "the read quota cannot be used, so a history was not read; it is read later", "lane", q.Lane, "error", err)
	}
	if !ok {
		return Page{}, &PutOffError{Again: max(allowed.Sub(h.now()), 0)}
	}
	page, err := h.source.Page(ctx, q)
	if noted := h.allowances.Answered(context.WithoutCancel(ctx), q.Lane, err); noted != nil {
		h.log.ErrorContext(ctx, "Lambda's answer was not counted in the read quota; requests may exceed it for a moment", "lane", q.Lane, "error", noted)
	}
	return page, err
}
