package locallambda

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Open returns an engine that keeps its executions in a SQLite file, which it creates where there is none. Executions,
// histories and all clocks continue where an earlier engine on the file ended, however it ended; what fell due meanwhile
// happens at once, and executions whose invocation was cut off are invoked again once their function is registered.
// No two engines may use one file at a time.
func Open(path string, config Config) (*Engine, error) {
	s, err := openStore(path)
	if err != nil {
		return nil, err
	}
	e := New(config)
	e.store = s
	if err := e.load(); err != nil {
		e.Close()
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	return e, e.update(func(time.Time) error { return nil })
}

// saveLater notes that an execution, and one of its operations where op is not nil, has changed since it was saved.
func (x *execution) saveLater(op *operation) {
	if x.engine.store == nil {
		return
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

// save writes what changed. On an error all of it stays noted for the next time.
func (e *Engine) save() error {
	if len(e.unsaved) == 0 {
		return nil
	}
	if err := e.store.write(e.unsaved); err != nil {
		return err
	}
	for _, x := range e.unsaved {
		for _, op := range x.unsavedOperations {
			op.unsaved = false
		}
		x.unsaved, x.unsavedOperations, x.savedEvents = false, nil, len(x.events)
	}
	e.unsaved = nil
	return nil
}

// load reads the file into an engine that has no executions yet.
func (e *Engine) load() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	loaded := map[int64]*execution{}
	readers := []struct {
		statement string
		read      func(number int64, record []byte) error
	}{
		{`select number, record from executions`, func(number int64, record []byte) error {
			var r executionRecord
			err := json.Unmarshal(record, &r)
			loaded[number] = r.execution(e, number)
			return err
		}},
		{`select execution, record from operations order by rowid`, func(number int64, record []byte) error {
			var r operationRecord
			err := json.Unmarshal(record, &r)
			loaded[number].add(r.operation())
			return err
		}},
		{`select execution, record from events order by execution, id`, func(number int64, record []byte) error {
			var r eventRecord
			if err := json.Unmarshal(record, &r); err != nil {
				return err
			}
			ev, err := r.event(loaded[number])
			loaded[number].events = append(loaded[number].events, ev)
			return err
		}},
	}
	for _, r := range readers {
		if err := e.store.scan(r.statement, r.read); err != nil {
			return err
		}
	}
	for _, number := range slices.Sorted(maps.Keys(loaded)) {
		loaded[number].resume()
	}
	for _, x := range loaded {
		for _, op := range x.operations {
			if invoked := e.executions.byARN[op.invoked]; invoked != nil && !op.ended() {
				invoked.caller = op
			}
		}
	}
	return nil
}

// resume makes a loaded execution part of the engine again.
func (x *execution) resume() {
	e := x.engine
	e.executions.add(x)
	x.savedEvents = len(x.events)
	x.input = x.events[0].details.(executionStart).Input.Payload
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
		return
	}
	x.arm()
	x.enqueue()
}
