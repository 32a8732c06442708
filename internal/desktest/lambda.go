package desktest

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/history"
	"countersign/internal/replies"
)

// Remote is Lambda's side of one callback, with its rule that the first completion wins. Faults are
// what the next calls answer instead; a lost fault does the work first.
type Remote struct {
	mu       sync.Mutex
	Accepted *callbacks.Completion
	Closing  callbacks.Closing
	Closed   bool
	calls    []callbacks.Completion
	Beats    []time.Time
	// of Complete and Heartbeat, in order; ReplyNone loses the answer after the work
	Faults    []replies.Reply
	NoHistory replies.Reply // what reading the history answers, empty for a readable one
	Lag       int           // how many readings still see the callback open
	Asked     int           // how often the history was read, from its newest event
	Pages     int           // of the history; 0 is one
	Requests  int           // for pages
	shown     bool          // the reading that is under way sees the end
	after     []history.Event
	// Whole says that a reading from the newest event shows what followed the callback's end too
	Whole    bool
	NoAfter  replies.Reply // what reading on answers, empty for a readable history
	Readings []int         // the events after which it was read on
	Now      func() time.Time
	Dialects []replies.Reply // by turns, what "closed" is answered as; none is ReplyClosed
}

// closedError is the answer to whatever comes too late.
func (r *Remote) closedError() *replies.Error {
	reply := replies.Closed
	if n := len(r.Dialects); n > 0 {
		reply = r.Dialects[0]
		r.Dialects = append(r.Dialects[1:n:n], reply)
	}
	return &replies.Error{Reply: reply, Status: 400, Code: "SomeException"}
}

func (r *Remote) fault() (replies.Reply, bool) {
	if len(r.Faults) == 0 {
		return "", false
	}
	a := r.Faults[0]
	r.Faults = r.Faults[1:]
	return a, a != replies.Accepted
}

// Complete implements [callbacks.Lambda].
func (r *Remote) Complete(_ context.Context, _ callbacks.Target, c callbacks.Completion) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
	reply, faulty := r.fault()
	if faulty && reply != replies.None {
		return &replies.Error{Reply: reply, Code: string(reply)}
	}
	if r.Closed {
		return r.closedError()
	}
	r.Closed, r.Accepted = true, &c
	r.Closing = callbacks.Closing{By: callbacks.EndedByOther, At: r.Now(), EventID: 4, Completion: &c}
	if faulty {
		return &replies.Error{Reply: replies.None}
	}
	return nil
}

// Heartbeat implements [callbacks.Lambda].
func (r *Remote) Heartbeat(context.Context, callbacks.Target) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if reply, faulty := r.fault(); faulty {
		return &replies.Error{Reply: reply}
	}
	if r.Closed {
		return r.closedError()
	}
	r.Beats = append(r.Beats, r.Now())
	return nil
}

// Page implements [history.Source]. The newest page shows what closed the callback, the oldest its
// start.
func (r *Remote) Page(_ context.Context, q history.Query) (history.Page, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Requests++
	if q.After > 0 {
		return r.following(q.After)
	}
	page, _ := strconv.Atoi(q.Marker)
	if page == 0 {
		r.Asked++
		r.shown = r.Closed && r.Lag == 0
		r.Lag = max(r.Lag-1, 0)
	}
	if r.NoHistory != "" {
		return history.Page{}, &replies.Error{Reply: r.NoHistory}
	}
	var events []history.Event
	if page == 0 && r.shown && !r.byStatus() {
		if r.Whole {
			events = slices.Clone(r.after)
			slices.Reverse(events)
		}
		events = append(events, closingEvent(r.Closing))
	}
	if next := page + 1; next < r.Pages {
		return history.Page{Events: events, Next: strconv.Itoa(next)}, nil
	}
	return history.Page{Events: append(events,
		history.Event{
			ID: 2, Kind: callbacks.OperationCallback, Status: callbacks.StatusRunning, Operation: "callback", Parent: "context",
			CallbackID: q.Target.CallbackID,
		},
		history.Event{ID: 1, Kind: callbacks.OperationContext, Status: callbacks.StatusRunning, Operation: "context"},
	)}, nil
}

// closingEvent is the event that shows how the callback closed.
func closingEvent(c callbacks.Closing) history.Event {
	e := history.Event{
		ID: cmp.Or(c.EventID, 4), At: c.At, Kind: callbacks.OperationCallback, Operation: "callback", Cause: c.Cause,
	}
	switch {
	case c.Around == callbacks.AroundContext:
		e.Kind, e.Operation, e.Status = callbacks.OperationContext, "context", callbacks.StatusSucceeded
	case c.By == callbacks.EndedByExecution:
		e.Kind, e.Operation = callbacks.OperationExecution, "execution"
		e.Status = callbacks.OperationStatus(cmp.Or(c.Around, callbacks.AroundStopped))
	case c.Cause == callbacks.CauseExecution:
		e.Kind, e.Operation, e.Status = callbacks.OperationExecution, "execution", callbacks.StatusTimedOut
	case c.By == callbacks.EndedByClock:
		e.Status = callbacks.StatusTimedOut
	case c.Kind == callbacks.Failure, c.Completion != nil && c.Completion.Kind == callbacks.Failure:
		e.Status = callbacks.StatusFailed
	default:
		e.Status = callbacks.StatusSucceeded
	}
	if c.Completion != nil && e.Status == callbacks.StatusFailed {
		e.Error = &c.Completion.Error
	}
	if c.Completion != nil && e.Status == callbacks.StatusSucceeded {
		e.Payload = append([]byte{}, c.Completion.Result...)
	}
	return e
}

// following is what the execution did behind an event.
func (r *Remote) following(event int) (history.Page, error) {
	r.Readings = append(r.Readings, event)
	if r.NoAfter != "" {
		return history.Page{}, &replies.Error{Reply: r.NoAfter, RetryAfter: 30 * time.Second}
	}
	events := slices.DeleteFunc(slices.Clone(r.after), func(e history.Event) bool { return e.ID <= event })
	return history.Page{Events: events}, nil
}

// Execution implements [history.Source].
func (r *Remote) Execution(context.Context, arn.Lane, callbacks.Target) (history.Execution, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shown && r.byStatus() {
		e := closingEvent(r.Closing)
		return history.Execution{Status: e.Status, EndedAt: e.At}, nil
	}
	return history.Execution{Status: callbacks.StatusRunning}, nil
}

// byStatus reports whether no event shows the end of the execution that closed the callback: only
// its status does.
func (r *Remote) byStatus() bool {
	return r.Closing.By == callbacks.EndedByExecution && r.Closing.Around != callbacks.AroundContext && r.Closing.EventID == 0
}

// Happen adds events to what the history holds behind the callback's end, which is event 4.
func (r *Remote) Happen(events ...history.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		e.ID, e.At = 5+len(r.after), r.Now()
		r.after = append(r.after, e)
	}
}

// Close lets something else end the callback.
func (r *Remote) Close(c callbacks.Closing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.At = r.Now()
	r.Closed, r.Closing = true, c
}

// Sent are the completions that arrived, accepted or not.
func (r *Remote) Sent() []callbacks.Completion {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]callbacks.Completion(nil), r.calls...)
}

// BeatCount is how many heartbeats were accepted.
func (r *Remote) BeatCount() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.Beats)
}

// LastHeartbeat is when the last heartbeat was accepted.
func (r *Remote) LastHeartbeat() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Beats[len(r.Beats)-1]
}

// Fail has the next calls answered so.
func (r *Remote) Fail(replies ...replies.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Faults = replies
}
