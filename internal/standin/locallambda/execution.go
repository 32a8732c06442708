package locallambda

import (
	"time"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/timers"
	"countersign/internal/standin/locallambda/wire"
)

// executionStatus is the status of an execution, as it is on the wire.
type executionStatus string

const (
	running   executionStatus = "RUNNING"
	succeeded executionStatus = "SUCCEEDED"
	failed    executionStatus = "FAILED"
	timedOut  executionStatus = "TIMED_OUT"
	stopped   executionStatus = "STOPPED"
)

// execution is one durable execution. The caller of any method holds the engine's lock.
type execution struct {
	engine    *Engine
	number    int64 // in order of start
	arn       string
	name      string
	function  string
	version   string
	sync      bool // started by RequestResponse, which allows larger payloads
	timeout   time.Duration
	retention time.Duration
	startedAt time.Time
	input     *string

	status  executionStatus
	endedAt time.Time
	result  *string
	err     *wire.ErrorObject
	ended   chan struct{} // closed at the end; nil until somebody waits for it

	operations []*operation // in order of start; the first is the EXECUTION operation
	byID       map[string]*operation
	events     []*event
	revision   uint64 // counts the changes of operations
	seen       uint64 // the revision that the function has been told of

	checkpoints
	invocation *invocation   // the invocation that runs
	retry      *timers.Alarm // the next invocation after a failed one
	failures   int           // failed invocations in a row
	queued     bool          // is in the engine's queue
	suspended  bool          // it waits for something outside
	woken      bool          // something happened since the last invocation began
	expiry     *timers.Alarm // the execution timeout, then the end of retention
	// the chained invoke that waits for this execution, if there is one
	caller *operation
	// ends of chained invokes that no invocation has been told of
	arrived []func(now time.Time)

	unsaved           bool
	unsavedOperations []*operation
	savedEvents       int
	saves             int  // changes of it in the file
	forgotten         bool // to be deleted
}

// root is the EXECUTION operation, which carries the input.
func (x *execution) root() *operation { return x.operations[0] }

// add appends an operation and indexes it by its ID.
func (x *execution) add(op *operation) *operation {
	op.execution = x
	x.operations = append(x.operations, op)
	x.byID[op.id] = op
	return op
}

// touch notes that an operation changed, so that the function is told and the store saves it.
func (x *execution) touch(op *operation) {
	x.revision++
	op.revision = x.revision
	x.saveLater(op)
}

// record appends an event to the history.
func (x *execution) record(now time.Time, kind eventType, op *operation, d details) {
	x.events = append(x.events, &event{id: len(x.events) + 1, at: now, kind: kind, operation: op, details: d})
	x.saveLater(nil)
}

// arm sets the alarm for the execution timeout.
func (x *execution) arm() {
	x.expiry = x.engine.alarms.Set(x.startedAt.Add(x.timeout), func(now time.Time) {
		x.end(now, timedOut, nil, nil)
	})
}

// end ends the execution, once. Open operations stay as they are, and no event follows: Lambda
// documents that for StopDurableExecution ("remains in the STARTED state").
func (x *execution) end(now time.Time, status executionStatus, result *string, err *wire.ErrorObject) {
	e := x.engine
	x.status, x.endedAt, x.result, x.err = status, now, result, err
	x.checkpoints = checkpoints{}
	e.alarms.Cancel(x.expiry)
	e.alarms.Cancel(x.retry)
	x.retry = nil
	for _, op := range x.operations {
		e.alarms.Cancel(op.alarm)
		op.alarm = nil
	}
	x.root().end(now, protocol.Status(status), result, err)
	x.record(now, executionEnded[status], x.root(), endDetails(status, result, err))
	x.forgetAfter(now)
	if x.ended != nil {
		close(x.ended)
	}
	if x.caller != nil {
		x.caller.endChainedInvoke(now, status, result, err)
	}
	e.observe(Observation{Kind: ExecutionEnded, Status: string(status), Payload: text(result), Error: err}, now, x, nil)
}

// forgetAfter sets the alarm for the end of the retention period.
func (x *execution) forgetAfter(ended time.Time) {
	x.expiry = x.engine.alarms.Set(ended.Add(x.retention), func(time.Time) { x.forget() })
}

// forget removes the execution. Its callbacks become unknown.
func (x *execution) forget() {
	for _, op := range x.operations {
		if op.callback != nil {
			delete(x.engine.callbacks, op.callback.id)
		}
	}
	x.engine.executions.remove(x)
	x.forgotten = true
	x.saveLater(nil)
}

// text returns the string, or "" if it is nil.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
