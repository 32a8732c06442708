package callbacks_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"countersign/internal/callbacks"
)

// remote is Lambda's side of one callback, with its rule that the first completion wins. Faults are what the next calls
// answer instead; a lost fault does the work first.
type remote struct {
	mu        sync.Mutex
	accepted  *callbacks.Completion
	closing   callbacks.Closing
	closed    bool
	calls     []callbacks.Completion
	beats     []time.Time
	faults    []callbacks.Answer // of Complete and Heartbeat, in order; AnswerNone loses the answer after the work
	noHistory callbacks.Answer   // what reading the history answers, empty for a readable one
	lag       int                // how many readings still see the callback open
	asked     int                // how often the history was read
	after     []callbacks.AfterEvent
	noAfter   callbacks.Answer // what reading on answers, empty for a readable history
	readings  []int            // the events after which it was read on
	now       func() time.Time
	dialects  []callbacks.Answer // by turns, what "closed" is answered as; none is AnswerClosed
}

// closedError is the answer to whatever comes too late.
func (r *remote) closedError() *callbacks.LambdaError {
	answer := callbacks.AnswerClosed
	if n := len(r.dialects); n > 0 {
		answer = r.dialects[0]
		r.dialects = append(r.dialects[1:n:n], answer)
	}
	return &callbacks.LambdaError{Answer: answer, Status: 400, Code: "SomeException"}
}

func (r *remote) fault() (callbacks.Answer, bool) {
	if len(r.faults) == 0 {
		return "", false
	}
	a := r.faults[0]
	r.faults = r.faults[1:]
	return a, a != callbacks.AnswerAccepted
}

func (r *remote) Complete(_ context.Context, _ callbacks.Target, c callbacks.Completion) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
	answer, faulty := r.fault()
	if faulty && answer != callbacks.AnswerNone {
		return &callbacks.LambdaError{Answer: answer, Code: string(answer)}
	}
	if r.closed {
		return r.closedError()
	}
	r.closed, r.accepted = true, &c
	r.closing = callbacks.Closing{By: callbacks.EndedByOther, At: r.now(), EventID: 4, Completion: &c}
	if faulty {
		return &callbacks.LambdaError{Answer: callbacks.AnswerNone}
	}
	return nil
}

func (r *remote) Heartbeat(context.Context, callbacks.Target) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if answer, faulty := r.fault(); faulty {
		return &callbacks.LambdaError{Answer: answer}
	}
	if r.closed {
		return r.closedError()
	}
	r.beats = append(r.beats, r.now())
	return nil
}

func (r *remote) History(context.Context, callbacks.Target) (callbacks.Closing, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	switch {
	case r.noHistory != "":
		return callbacks.Closing{}, &callbacks.LambdaError{Answer: r.noHistory}
	case r.lag > 0:
		r.lag--
		return callbacks.Closing{Open: true}, nil
	case !r.closed:
		return callbacks.Closing{Open: true}, nil
	}
	return r.closing, nil
}

func (r *remote) After(_ context.Context, _ callbacks.Target, event int) (callbacks.AfterPage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.readings = append(r.readings, event)
	if r.noAfter != "" {
		return callbacks.AfterPage{}, &callbacks.LambdaError{Answer: r.noAfter, RetryAfter: 30 * time.Second}
	}
	return callbacks.AfterPage{Events: slices.DeleteFunc(slices.Clone(r.after), func(e callbacks.AfterEvent) bool { return e.ID <= event })}, nil
}

// happen adds events to what the history holds behind the callback's end, which is event 4.
func (r *remote) happen(events ...callbacks.AfterEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		e.ID, e.At = 5+len(r.after), r.now()
		r.after = append(r.after, e)
	}
}

// close lets something else end the callback.
func (r *remote) close(c callbacks.Closing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.At = r.now()
	r.closed, r.closing = true, c
}

func (r *remote) sent() []callbacks.Completion {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]callbacks.Completion(nil), r.calls...)
}

func (r *remote) beatCount() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.beats)
}

// lastBeat is when the last heartbeat was accepted.
func (r *remote) lastBeat() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.beats[len(r.beats)-1]
}

// fail has the next calls answered so.
func (r *remote) fail(answers ...callbacks.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = answers
}
