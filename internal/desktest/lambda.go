package desktest

import (
	"context"
	"slices"
	"sync"
	"time"

	"countersign/internal/callbacks"
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
	Faults    []callbacks.Reply
	NoHistory callbacks.Reply // what reading the history answers, empty for a readable one
	Lag       int             // how many readings still see the callback open
	Asked     int             // how often the history was read
	after     []callbacks.OperationEvent
	NoAfter   callbacks.Reply // what reading on answers, empty for a readable history
	Readings  []int           // the events after which it was read on
	Now       func() time.Time
	Dialects  []callbacks.Reply // by turns, what "closed" is answered as; none is ReplyClosed
}

// closedError is the answer to whatever comes too late.
func (r *Remote) closedError() *callbacks.LambdaError {
	reply := callbacks.ReplyClosed
	if n := len(r.Dialects); n > 0 {
		reply = r.Dialects[0]
		r.Dialects = append(r.Dialects[1:n:n], reply)
	}
	return &callbacks.LambdaError{Reply: reply, Status: 400, Code: "SomeException"}
}

func (r *Remote) fault() (callbacks.Reply, bool) {
	if len(r.Faults) == 0 {
		return "", false
	}
	a := r.Faults[0]
	r.Faults = r.Faults[1:]
	return a, a != callbacks.ReplyAccepted
}

// Complete implements [callbacks.Lambda].
func (r *Remote) Complete(_ context.Context, _ callbacks.Target, c callbacks.Completion) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
	reply, faulty := r.fault()
	if faulty && reply != callbacks.ReplyNone {
		return &callbacks.LambdaError{Reply: reply, Code: string(reply)}
	}
	if r.Closed {
		return r.closedError()
	}
	r.Closed, r.Accepted = true, &c
	r.Closing = callbacks.Closing{By: callbacks.EndedByOther, At: r.Now(), EventID: 4, Completion: &c}
	if faulty {
		return &callbacks.LambdaError{Reply: callbacks.ReplyNone}
	}
	return nil
}

// Heartbeat implements [callbacks.Lambda].
func (r *Remote) Heartbeat(context.Context, callbacks.Target) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if reply, faulty := r.fault(); faulty {
		return &callbacks.LambdaError{Reply: reply}
	}
	if r.Closed {
		return r.closedError()
	}
	r.Beats = append(r.Beats, r.Now())
	return nil
}

// History implements [history.Source].
func (r *Remote) History(context.Context, callbacks.Target) (callbacks.Closing, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Asked++
	switch {
	case r.NoHistory != "":
		return callbacks.Closing{}, &callbacks.LambdaError{Reply: r.NoHistory}
	case r.Lag > 0:
		r.Lag--
		return callbacks.Closing{Open: true}, nil
	case !r.Closed:
		return callbacks.Closing{Open: true}, nil
	}
	return r.Closing, nil
}

// After implements [history.Source].
func (r *Remote) After(_ context.Context, _ callbacks.Target, event int) (callbacks.OperationPage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Readings = append(r.Readings, event)
	if r.NoAfter != "" {
		return callbacks.OperationPage{}, &callbacks.LambdaError{Reply: r.NoAfter, RetryAfter: 30 * time.Second}
	}
	return callbacks.OperationPage{Events: slices.DeleteFunc(slices.Clone(r.after), func(e callbacks.OperationEvent) bool { return e.ID <= event })}, nil
}

// Happen adds events to what the history holds behind the callback's end, which is event 4.
func (r *Remote) Happen(events ...callbacks.OperationEvent) {
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
func (r *Remote) Fail(replies ...callbacks.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Faults = replies
}
