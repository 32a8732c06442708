package locallambda

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

// executionRecord is a change of an execution in the file: the execution as it is then, with the
// operations that are new or changed, and the events that are new. Its input is in its first event,
// and its outcome in its EXECUTION operation.
type executionRecord struct {
	Save                         int // counts the changes, from 1
	ARN, Name, Function, Version string
	Sync, Suspended              bool
	Timeout, Retention           time.Duration
	StartedAt, EndedAt           time.Time
	Status                       executionStatus
	Revision, Seen               uint64
	Failures                     int
	Operations                   []operationRecord
	Events                       []eventRecord
}

// toRecord leaves out what a restart invalidates: tokens, the invocation that runs, and the retry
// that waits.
func (x *execution) toRecord(operations []*operation, events []*event) (executionRecord, error) {
	r := executionRecord{
		Save: x.saves + 1,
		ARN:  x.arn, Name: x.name, Function: x.function, Version: x.version, Sync: x.sync, Suspended: x.suspended,
		Timeout: x.timeout, Retention: x.retention, StartedAt: x.startedAt, EndedAt: x.endedAt, Status: x.status,
		Revision: x.revision, Seen: x.seen, Failures: x.failures,
		Operations: make([]operationRecord, len(operations)), Events: make([]eventRecord, len(events)),
	}
	for i, op := range operations {
		r.Operations[i] = op.toRecord()
	}
	for i, ev := range events {
		var err error
		if r.Events[i], err = ev.toRecord(); err != nil {
			return r, err
		}
	}
	return r, nil
}

// restore makes the change again on an execution that has all earlier ones.
func (r executionRecord) restore(x *execution) error {
	x.arn, x.name, x.function, x.version, x.sync, x.suspended = r.ARN, r.Name, r.Function, r.Version, r.Sync, r.Suspended
	x.timeout, x.retention, x.startedAt, x.endedAt, x.status = r.Timeout, r.Retention, r.StartedAt, r.EndedAt, r.Status
	x.revision, x.seen, x.failures, x.saves = r.Revision, r.Seen, r.Failures, r.Save
	for _, saved := range r.Operations {
		op := saved.operation()
		if known := x.byID[op.id]; known != nil {
			op.execution = x
			*known = *op
			continue
		}
		x.add(op)
	}
	for _, saved := range r.Events {
		ev, err := saved.event(x)
		if err != nil {
			return err
		}
		x.events = append(x.events, ev)
	}
	return nil
}

// operationRecord is an operation in the file.
type operationRecord struct {
	ID, Parent, Name, SubType string
	Type                      protocol.Type
	Status                    protocol.Status
	StartedAt, EndedAt, Due   time.Time
	Result                    *string
	Error                     *wire.ErrorObject
	Revision                  uint64
	Attempt                   int32
	ReplayChildren            *bool
	Callback                  *callbackRecord
	Invoked                   string
}

// callbackRecord is a callback in the file. The last heartbeat is stored only here, because the
// history has no event for it.
type callbackRecord struct {
	ID                 string
	Timeout, Heartbeat time.Duration
	LastBeat           time.Time
}

// toRecord returns the operation's record.
func (op *operation) toRecord() operationRecord {
	r := operationRecord{
		ID: op.id, Parent: op.parent, Name: op.name, SubType: op.subType, Type: op.kind, Status: op.status,
		StartedAt: op.startedAt, EndedAt: op.endedAt, Due: op.due, Result: op.result, Error: op.err,
		Revision: op.revision, Attempt: op.attempt, ReplayChildren: op.replayChildren, Invoked: op.invoked,
	}
	if c := op.callback; c != nil {
		r.Callback = &callbackRecord{ID: c.id, Timeout: c.timeout, Heartbeat: c.heartbeat, LastBeat: c.lastBeat}
	}
	return r
}

// operation is the inverse of toRecord. Alarms are set later, when the execution is complete.
func (r operationRecord) operation() *operation {
	op := &operation{
		id: r.ID, parent: r.Parent, name: r.Name, subType: r.SubType, kind: r.Type, status: r.Status,
		startedAt: r.StartedAt, endedAt: r.EndedAt, due: r.Due, result: r.Result, err: r.Error,
		revision: r.Revision, attempt: r.Attempt, replayChildren: r.ReplayChildren, invoked: r.Invoked,
	}
	if c := r.Callback; c != nil {
		op.callback = &callback{id: c.ID, timeout: c.Timeout, heartbeat: c.Heartbeat, startedAt: r.StartedAt, lastBeat: c.LastBeat}
	}
	return op
}

// eventRecord is an event in the file.
type eventRecord struct {
	At        time.Time
	Type      eventType
	Operation string // ID, empty if none
	Details   json.RawMessage
}

// toRecord returns the event's record.
func (ev *event) toRecord() (eventRecord, error) {
	details, err := json.Marshal(ev.details)
	r := eventRecord{At: ev.at, Type: ev.kind, Details: details}
	if ev.operation != nil {
		r.Operation = ev.operation.id
	}
	return r, err
}

// event is the inverse of toRecord. The event's ID is its position.
func (r eventRecord) event(x *execution) (*event, error) {
	d := emptyDetails(r.Type)
	if err := json.Unmarshal(r.Details, d); err != nil {
		return nil, fmt.Errorf("details of %s: %w", r.Type, err)
	}
	return &event{
		id: len(x.events) + 1, at: r.At, kind: r.Type, operation: x.byID[r.Operation],
		details: reflect.ValueOf(d).Elem().Interface().(details),
	}, nil
}
