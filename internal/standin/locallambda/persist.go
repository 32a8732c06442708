package locallambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"countersign/internal/standin/locallambda/store"
)

// Open returns an engine that keeps its executions in a SQLite file, which it creates if there is
// none. Executions, histories and all clocks continue from where an earlier engine on the file
// ended, however it ended. Whatever became due meanwhile happens at once. Executions whose
// invocation was cut off are invoked again once their function is registered. Two engines must not
// use one file at the same time.
func Open(path string, config Config) (*Engine, error) {
	s, err := store.Open(path)
	if err != nil {
		return nil, err
	}
	e := New(config)
	e.store = s
	if err := e.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("load %s: %w", path, err), e.Close())
	}
	// rings the alarms that became due
	if err := e.update(func(time.Time) error { return nil }); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// saveLater notes that an execution and, if op is not nil, one of its operations has changed since
// it was saved.
func (x *execution) saveLater(op *operation) {
	if x.engine.store == nil {
		return // without a file, nobody would ever empty the notes
	}
	if op != nil && !op.unsaved {
		op.unsaved = true
		x.unsavedOperations = append(x.unsavedOperations, op)
	}
	if !x.unsaved {
		x.unsaved = true
		x.engine.unsaved = append(x.engine.unsaved, x)
	}
}

// save writes the changes. If that fails, all of them stay noted for the next try.
func (e *Engine) save() error {
	if len(e.unsaved) == 0 {
		return nil
	}
	changes := make([]store.Change, len(e.unsaved))
	for i, x := range e.unsaved {
		var err error
		if changes[i], err = x.change(); err != nil {
			return err
		}
	}
	if err := e.store.Write(changes); err != nil {
		return err
	}
	for _, x := range e.unsaved {
		for _, op := range x.unsavedOperations {
			op.unsaved = false
		}
		x.unsaved, x.unsavedOperations, x.savedEvents = false, nil, len(x.events)
		x.saves++
	}
	e.unsaved = nil
	return nil
}

// maxChanges is how many changes of an execution the file keeps for each of its operations and
// events, because heartbeats add changes without end. Then its next change has all of it.
const maxChanges = 4

// change returns what has changed of the execution since it was saved.
func (x *execution) change() (store.Change, error) {
	c := store.Change{Execution: x.number, Afresh: x.forgotten}
	if x.forgotten {
		return c, nil
	}
	operations, events := x.unsavedOperations, x.events[x.savedEvents:]
	if x.saves > maxChanges*(len(x.operations)+len(x.events)) {
		c.Afresh, x.saves = true, 0
		operations, events = x.operations, x.events
	}
	record, err := x.toRecord(operations, events)
	if err != nil {
		return c, fmt.Errorf("save %s: %w", x.arn, err)
	}
	c.Record = record
	return c, nil
}

// loading is what has been read of a file so far: executions by their number.
type loading struct {
	engine     *Engine
	executions map[int64]*execution
}

// load reads the file into an engine that has no executions yet.
func (e *Engine) load() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := loading{engine: e, executions: map[int64]*execution{}}
	if err := e.store.Changes(l.readChange); err != nil {
		return err
	}
	for _, number := range slices.Sorted(maps.Keys(l.executions)) {
		if err := l.executions[number].resume(); err != nil {
			return err
		}
	}
	for _, x := range l.executions {
		x.rejoin()
	}
	return nil
}

// readChange makes a change of an execution again.
func (l *loading) readChange(number int64, record []byte) error {
	var r executionRecord
	if err := json.Unmarshal(record, &r); err != nil {
		return err
	}
	x := l.executions[number]
	if x == nil {
		x = &execution{engine: l.engine, number: number, byID: map[string]*operation{}}
		l.executions[number] = x
	}
	if r.Save != x.saves+1 {
		return errIncomplete
	}
	return r.restore(x)
}

// errIncomplete is for a file that another program has written to.
var errIncomplete = errors.New("an execution lacks some of its changes")

// resume makes a loaded execution part of the engine again: its indexes, its alarms and, if it is
// due an invocation, its place in the queue.
func (x *execution) resume() error {
	if len(x.operations) == 0 || len(x.events) == 0 {
		return fmt.Errorf("%s: %w", x.arn, errIncomplete)
	}
	first, ok := x.events[0].details.(executionStart)
	if !ok {
		return fmt.Errorf("%s: %w", x.arn, errIncomplete)
	}
	e := x.engine
	e.executions.add(x)
	x.savedEvents = len(x.events)
	x.input = first.Input.Payload
	x.result, x.err = x.root().result, x.root().err
	for _, op := range x.operations {
		if op.callback != nil {
			e.callbacks[op.callback.id] = op
		}
		if x.status == running {
			op.arm()
		}
	}
	if x.status != running {
		x.forgetAfter(x.endedAt)
		return nil
	}
	x.arm()
	x.enqueue()
	return nil
}

// rejoin connects chained invokes with the executions that they wait for, once all are loaded.
func (x *execution) rejoin() {
	for _, op := range x.operations {
		invoked := x.engine.executions.byARN[op.invoked]
		if invoked == nil || op.ended() {
			continue
		}
		invoked.caller = op
		// it ended while the caller ran, and the engine ended before the caller was told
		if invoked.status != running {
			op.endChainedInvoke(x.engine.now(), invoked.status, invoked.result, invoked.err)
		}
	}
}
