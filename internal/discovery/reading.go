package discovery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
)

// reading is one execution whose history is being read, page by page.
type reading struct {
	WatchedExecution
	before    WatchedExecution
	marker    string
	events    []history.Event
	complete  bool        // all new events have been read
	sightings []*sighting // what the events say
}

// read makes the next request for an execution: for a page of its history, or for its input if a
// callback was found that nobody announced. A known execution in which little happened costs one
// request.
func (d *search) read(ctx context.Context, s *scan) error {
	if s.reading == nil {
		s.reading = &reading{WatchedExecution: s.queue[0], before: s.queue[0]}
		s.queue = s.queue[1:]
	}
	r := s.reading
	var input []byte
	var err error
	if r.complete {
		input, err = d.readInput(ctx, s)
	} else {
		err = d.readEvents(ctx, s)
	}
	if err != nil || !r.complete {
		return err
	}
	return d.settle(context.WithoutCancel(ctx), s, input)
}

// readEvents reads a page: forwards from the first event, or backwards from the newest to what is
// known.
func (d *search) readEvents(ctx context.Context, s *scan) error {
	r := s.reading
	q := d.query(r)
	q.Marker, q.Data, q.Limit = r.marker, d.data, firstEvents
	if r.Trace.Last > 0 {
		q.Newest, q.Limit = true, latestEvents
	}
	page, err := d.histories.Page(ctx, q)
	if err != nil {
		return err
	}
	if !d.data && withoutToken(page.Events) {
		d.data = true
		r.marker, r.events = "", nil
		return nil
	}
	r.events, r.marker = append(r.events, page.Events...), page.Next
	r.complete = page.Next == "" || q.Newest && reaches(page, r.Trace.Last)
	return nil
}

// withoutToken reports whether a started callback lacks its ID. AWS does not document whether
// events have the ID without payloads.
func withoutToken(events []history.Event) bool {
	return slices.ContainsFunc(events, func(e history.Event) bool {
		return e.Starts(callbacks.OperationCallback) && e.CallbackID == ""
	})
}

// reaches reports whether a page read backwards holds everything newer than last. Some endpoints
// ignore the requested order and begin with the first event: then every page is needed.
func reaches(page history.Page, last int) bool {
	return !page.Ascending() && slices.ContainsFunc(page.Events, func(e history.Event) bool { return e.ID <= last })
}

// query asks for the history of the execution that is being read.
func (d *search) query(r *reading) history.Query {
	return history.Query{Lane: d.lane, Target: callbacks.Target{ExecutionARN: r.ARN}, After: r.Trace.Last}
}

// readInput reads the first event with its payload.
func (d *search) readInput(ctx context.Context, s *scan) ([]byte, error) {
	q := d.query(s.reading)
	q.After, q.Data, q.Limit = 0, true, 1
	page, err := d.histories.Page(ctx, q)
	if err != nil {
		return nil, err
	}
	for i := range page.Events {
		if e := &page.Events[i]; e.Starts(callbacks.OperationExecution) {
			return e.Input(), nil
		}
	}
	return nil, nil
}

// settle records what the events say. If a callback is new, settle runs twice: the first run, with
// a nil input, ends by asking for the input, and the second run has the answer.
func (d *search) settle(ctx context.Context, s *scan, input []byte) error {
	r := s.reading
	asked := r.sightings != nil
	if !asked {
		r.sightings = r.Trace.read(r.events)
	}
	for _, found := range r.sightings {
		waits, err := d.match(ctx, s, found, input, asked)
		if err != nil {
			return err
		}
		if waits {
			return nil
		}
	}
	return d.readAgain(ctx, s, s.settled(r, d.now(), d.allowances.Rate()))
}

// match brings a sighting together with what the desk knows. It waits if it needs the execution's
// input first.
func (d *search) match(ctx context.Context, s *scan, found *sighting, input []byte, asked bool) (waits bool, err error) {
	if found.ID == "" && found.Start.CallbackID != "" {
		if waits, err = d.identify(ctx, s, found, input, asked); waits || err != nil {
			return waits, err
		}
	}
	if found.ID == "" {
		return false, nil
	}
	s.reading.Trace.know(found.Operation, found.ID)
	if found.Closing.Open {
		return false, nil
	}
	return false, d.close(ctx, found.ID, found.Closing)
}

// identify finds the callback at the desk, or has it recorded there. A callback that the desk
// neither knows nor takes now stays in the trace, to be looked at again.
func (d *search) identify(ctx context.Context, s *scan, found *sighting, input []byte, asked bool) (waits bool, err error) {
	r := s.reading
	known, err := d.store.Lookup(ctx, found.Start.CallbackID)
	switch {
	case err == nil:
		found.ID = known.ID
		return false, d.correct(ctx, known, found.open(s.Watch, r.ARN, r.Trace.Deadline))
	case !errors.Is(err, callbacks.ErrNotFound):
		return false, fmt.Errorf("look up a callback: %w", err)
	case !found.Closing.Open:
		// nobody knew it; if somebody announces it after all, the next scan closes it
		return false, nil
	}
	if found.leftOut = d.leavesOut(s.Watch, found.Start); found.leftOut {
		return false, nil
	}
	if found.again = s.mayBeAnnounced(found, d.now()); !found.again.IsZero() || d.refuses(ctx, s, found) {
		return false, nil
	}
	if !asked {
		return true, nil
	}
	found.ID, err = d.receive(ctx, s, found, input)
	return false, err
}

// gone ends what is open in an execution that AWS no longer knows.
func (d *search) gone(ctx context.Context, s *scan) error {
	now := d.now()
	s.reading.WatchedExecution = s.reading.before
	for _, c := range s.reading.Trace.Callbacks {
		if c.ID == "" { // it may have been announced since
			known, err := d.store.Lookup(ctx, c.Start.CallbackID)
			if errors.Is(err, callbacks.ErrNotFound) {
				continue
			}
			if err != nil {
				return fmt.Errorf("look up a callback: %w", err)
			}
			c.ID = known.ID
		}
		if err := d.close(ctx, c.ID, callbacks.Closing{By: callbacks.EndedByGone, At: now}); err != nil {
			return err
		}
	}
	s.reading.Trace.Ended = true // it is not read again
	return d.readAgain(ctx, s, now)
}

// unreadable puts off an execution that AWS does not let us read. If only its input cannot be read,
// its callbacks are recorded without it.
func (d *search) unreadable(ctx context.Context, s *scan) error {
	if s.reading.complete {
		return d.settle(ctx, s, nil)
	}
	s.reading.WatchedExecution = s.reading.before
	return d.readAgain(ctx, s, d.now().Add(longestQuiet))
}

// readAgain ends a reading and schedules the next one.
func (d *search) readAgain(ctx context.Context, s *scan, at time.Time) error {
	e := s.reading.WatchedExecution
	e.CheckAt = at
	s.reading = nil
	return d.runs.SaveExecution(ctx, d.owner, s.Watch, s.ScanFrom, e)
}
