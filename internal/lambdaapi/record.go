package lambdaapi

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/callbacks"
)

// record is what has been read of a history, as far as it concerns one callback. Events may come in
// any order, but only if they come newest first can reading stop early.
type record struct {
	callback callbacks.CallbackID

	started *types.Event // the callback's CallbackStarted
	// the terminal events of callbacks and contexts, by operation ID
	ended     map[string]types.Event
	parents   map[string]string // of contexts, by operation ID
	execution *types.Event      // the terminal event of the execution

	last      int32 // the ID of the event that was read last
	ascending bool  // an event came after an older one
}

func newRecord(id callbacks.CallbackID) *record {
	return &record{callback: id, ended: map[string]types.Event{}, parents: map[string]string{}}
}

// add notes a page of events. Terminal events of a callback do not name it; the operation ID
// connects them to its start.
func (r *record) add(events []types.Event) {
	for _, e := range events {
		id := aws.ToInt32(e.EventId)
		r.ascending = r.ascending || (r.last != 0 && id > r.last)
		r.last = id
		switch e.EventType {
		case types.EventTypeCallbackStarted:
			if d := e.CallbackStartedDetails; d != nil && aws.ToString(d.CallbackId) == string(r.callback) {
				r.started = &e
			}
		case types.EventTypeContextStarted:
			r.parents[aws.ToString(e.Id)] = aws.ToString(e.ParentId)
		case types.EventTypeContextSucceeded, types.EventTypeContextFailed,
			types.EventTypeCallbackSucceeded, types.EventTypeCallbackFailed, types.EventTypeCallbackTimedOut:
			r.ended[aws.ToString(e.Id)] = e
		case types.EventTypeExecutionSucceeded, types.EventTypeExecutionFailed,
			types.EventTypeExecutionTimedOut, types.EventTypeExecutionStopped:
			r.execution = &e
		}
	}
}

// closing returns how the callback ended, if the events read so far show it. Its own terminal event
// takes precedence over those around it: after a stop or a lost race it has none, and the callback
// stays STARTED for ever.
func (r *record) closing() (callbacks.Closing, bool) {
	if r.started == nil {
		return callbacks.Closing{}, false
	}
	if e, ok := r.ended[aws.ToString(r.started.Id)]; ok {
		return callbackEnd(e), true
	}
	around, _ := r.contexts()
	for _, context := range around {
		if e, ok := r.ended[context]; ok {
			return contextEnd(e), true
		}
	}
	if r.execution == nil {
		return callbacks.Closing{}, false
	}
	return executionEnd(r.execution), true
}

// contexts lists the contexts around the callback, innermost first, as far as they are known. all
// says whether all of them are known.
func (r *record) contexts() (around []string, all bool) {
	at := aws.ToString(r.started.ParentId)
	for range len(r.parents) + 1 { // a bound, in case parents ever form a circle
		if at == "" {
			return around, true
		}
		around = append(around, at)
		parent, known := r.parents[at]
		if !known {
			return around, false
		}
		at = parent
	}
	return around, at == ""
}

// complete reports whether older events cannot tell more: everything newer than the callback was
// read, and every context around it is known, or none has ended.
func (r *record) complete() bool {
	_, all := r.contexts()
	return !r.ascending && (all || !r.contextEnded())
}

func (r *record) contextEnded() bool {
	for _, e := range r.ended {
		if e.EventType == types.EventTypeContextSucceeded || e.EventType == types.EventTypeContextFailed {
			return true
		}
	}
	return false
}

// contextEnd returns the end of a callback that ended with a context around it.
func contextEnd(e types.Event) callbacks.Closing {
	closing := closingAt(e, callbacks.EndedByExecution)
	closing.Around = callbacks.AroundContext
	return closing
}

// callbackEnd reads the callback's own terminal event.
func callbackEnd(e types.Event) callbacks.Closing {
	closing := closingAt(e, callbacks.EndedByOther)
	switch e.EventType {
	case types.EventTypeCallbackSucceeded:
		closing.Completion, closing.Kind = result(e.CallbackSucceededDetails), callbacks.Success
	case types.EventTypeCallbackFailed:
		closing.Completion, closing.Kind = failure(e.CallbackFailedDetails), callbacks.Failure
	default:
		closing.By, closing.Cause = callbacks.EndedByClock, clock(e.CallbackTimedOutDetails)
	}
	return closing
}

func closingAt(e types.Event, by callbacks.EndedBy) callbacks.Closing {
	return callbacks.Closing{By: by, At: aws.ToTime(e.EventTimestamp), EventID: int(aws.ToInt32(e.EventId))}
}

// result returns the completion of a success. It is nil if the history does not hold all of it.
func result(d *types.CallbackSucceededDetails) *callbacks.Completion {
	if d == nil || d.Result == nil || aws.ToBool(d.Result.Truncated) || d.Result.Payload == nil {
		return nil
	}
	return &callbacks.Completion{Kind: callbacks.Success, Result: []byte(*d.Result.Payload)}
}

// failure returns the completion of a failure. It is nil if the history does not hold all of it.
func failure(d *types.CallbackFailedDetails) *callbacks.Completion {
	if d == nil || d.Error == nil || aws.ToBool(d.Error.Truncated) || d.Error.Payload == nil {
		return nil
	}
	p := d.Error.Payload
	return &callbacks.Completion{Kind: callbacks.Failure, Error: callbacks.ErrorObject{
		ErrorType:    aws.ToString(p.ErrorType),
		ErrorMessage: aws.ToString(p.ErrorMessage),
		ErrorData:    aws.ToString(p.ErrorData),
		StackTrace:   p.StackTrace,
	}}
}

// expired maps the ErrorType of a callback's end to the clock that ended it
// (aws-durable-execution-conformance-tests, cases 4-3 and 4-4).
var expired = map[string]callbacks.DeadlineCause{
	"Callback.Timeout":   callbacks.CauseTimeout,
	"Callback.Heartbeat": callbacks.CauseHeartbeat,
}

// clock returns the clock that ended a callback. It is NoDeadline if the history does not say which
// one it was.
func clock(d *types.CallbackTimedOutDetails) callbacks.DeadlineCause {
	if d == nil || d.Error == nil || d.Error.Payload == nil {
		return callbacks.NoDeadline
	}
	return expired[aws.ToString(d.Error.Payload.ErrorType)]
}
