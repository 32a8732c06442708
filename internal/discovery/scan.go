package discovery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/replies"
)

const (
	executionsAhead = 50   // read from the store at a time
	firstEvents     = 1000 // in a page of a history read for the first time
	latestEvents    = 20   // in a page of a known history
	longestQuiet    = 10 * time.Minute
)

// scan is one pass over a watch. It continues one request at a time; only what is in the store
// survives a crash.
type scan struct {
	WatchState
	leased  time.Time // end of the lease
	marker  string    // of the list being read
	listed  bool
	found   []string // functions of the region, so far
	running int      // executions, so far
	refused int      // open callbacks that the desk cannot take, so far
	leftOut int      // open callbacks that the operator does not want here, so far
	// when to look again at a callback that may still be announced; zero if there is none
	again   time.Time
	queue   []WatchedExecution
	reading *reading

	lookedBack bool // for callbacks that no trace knows
	arrivals   arrivals
}

// prepare renews the lease and fills the queue. The scan is complete when nothing is left to ask
// for.
func (d *search) prepare(ctx context.Context, s *scan) (through bool, err error) {
	if now := d.now(); s.leased.Sub(now) < watchLease/2 {
		if err := d.watchStore.RenewWatch(ctx, s.Watch, d.lease(now)); err != nil {
			return false, err
		}
		s.leased = now.Add(watchLease)
	}
	switch {
	case !s.listed:
		return false, nil
	case s.Function == EveryFunction:
		return true, nil
	case s.reading != nil || len(s.queue) > 0:
		return false, nil
	}
	if err = d.fill(ctx, s); err != nil || len(s.queue) > 0 || s.lookedBack {
		return err == nil && len(s.queue) == 0, err
	}
	if err := d.overlooked(ctx, s); err != nil {
		return false, err
	}
	s.lookedBack = true
	err = d.fill(ctx, s)
	return err == nil && len(s.queue) == 0, err
}

// fill finds the executions to read next.
func (d *search) fill(ctx context.Context, s *scan) (err error) {
	if s.queue, err = d.runs.DueExecutions(ctx, s.Watch, s.ScanFrom, d.now(), executionsAhead); err != nil {
		return fmt.Errorf("find executions to read: %w", err)
	}
	return nil
}

// step makes one request and records the result.
func (d *search) step(ctx context.Context, s *scan) error {
	call, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var err error
	switch {
	case s.listed:
		err = d.read(call, s)
	case s.Function == EveryFunction:
		err = d.listFunctions(call, s)
	default:
		err = d.listExecutions(call, s)
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err() // the process is stopping; that says nothing about AWS
	}
	if err := d.allowances.Answered(ctx, d.lane, err); err != nil {
		return err
	}
	if failed, ok := errors.AsType[*replies.Error](err); ok {
		return d.trouble(ctx, s, failed)
	}
	return err
}

// listFunctions reads a page of the region's durable functions. Functions that the operator named
// keep their own queue.
func (d *search) listFunctions(ctx context.Context, s *scan) error {
	page, err := d.executions.DurableFunctions(ctx, d.lane, s.marker)
	if err != nil {
		return err
	}
	s.found, s.marker = append(s.found, page.Functions...), page.Next
	if page.Next != "" {
		return nil
	}
	s.listed = true
	var watches []Watch
	for _, name := range s.found {
		w := Watch{Function: name, Account: s.Account, Region: s.Region, Queue: s.Queue}
		if !slices.ContainsFunc(d.watches, w.isOf) {
			watches = append(watches, w)
		}
	}
	return d.watchStore.ChangeWatches(ctx, func(l Watchlist) Watchlist {
		return l.Listed(d.lane, watches)
	})
}

// listExecutions reads a page of the function's running executions.
func (d *search) listExecutions(ctx context.Context, s *scan) error {
	page, err := d.executions.RunningExecutions(ctx, s.Watch, s.marker)
	if err != nil {
		return err
	}
	if err := d.runs.SeeExecutions(ctx, d.owner, s.Watch, s.ScanFrom, page.Executions); err != nil {
		return err
	}
	s.running += len(page.Executions)
	if s.marker = page.Next; s.marker != "" {
		return nil
	}
	s.listed = true
	return d.runs.MissExecutions(ctx, d.owner, s.Watch, s.ScanFrom)
}

// trouble handles an error of AWS in place of the requested answer.
func (d *search) trouble(ctx context.Context, s *scan, failed *replies.Error) error {
	d.log.WarnContext(ctx, "Lambda refused a request of discovery; it is tried again", "function", s.Function, "region", s.Region, "error", failed)
	switch {
	case failed.Reply == replies.Throttled:
		return nil // the read quota has paused the lane
	case s.reading == nil:
		return d.finish(ctx, s, failed.Reply)
	}
	switch failed.Reply {
	case replies.Gone:
		return d.gone(ctx, s)
	case replies.Denied, replies.KMS, replies.Invalid, replies.MaybeClosed: // of this execution; others may be readable
		s.Problem = failed.Reply
		return d.unreadable(ctx, s)
	case replies.Accepted, replies.Closed, replies.Throttled, replies.Fault, replies.None, replies.Unsent, replies.Skew, replies.Credentials, replies.Sealed:
	}
	return d.finish(ctx, s, failed.Reply)
}

// settled counts what became of the sightings of a reading and returns when its execution is read
// again.
func (s *scan) settled(r *reading, now time.Time, rate float64) time.Time {
	check := s.nextCheck(r.Trace, now, rate)
	for _, found := range r.sightings {
		if found.refused {
			s.refused++
		}
		if found.leftOut {
			s.leftOut++
		}
		if !found.again.IsZero() {
			check = callbacks.Earliest(check, found.again)
			if s.again.IsZero() || found.again.Before(s.again) {
				s.again = found.again
			}
		}
	}
	return check
}

// mayBeAnnounced returns until when a callback waits for its announcement before it is recorded as
// unannounced; zero if it need not wait any longer. The announcement brings the request, the
// requester and who may decide, usually a moment after the start. Our own clock may be behind AWS's
// and make a callback look young for too long, so a callback waits for one scan at most.
func (s *scan) mayBeAnnounced(found *sighting, now time.Time) time.Time {
	until := found.Start.At.Add(announcedWithin)
	if found.Waited || !until.After(now) {
		return time.Time{}
	}
	return callbacks.Earliest(until, s.ScanFrom.Add(s.Interval()))
}

// nextCheck is when an execution is read again: in every scan as long as the read quota has room
// for all executions, otherwise later the longer nothing has happened in it. A scan never skips an
// execution with an open callback.
func (s *scan) nextCheck(t Trace, now time.Time, rate float64) time.Time {
	scarce := float64(s.running) > rate*s.Interval().Seconds()
	if quiet := now.Sub(t.LastAt) / 8; scarce && len(t.Callbacks) == 0 && quiet > s.Interval() {
		return s.ScanFrom.Add(min(quiet, longestQuiet))
	}
	return s.ScanFrom.Add(s.Interval())
}
