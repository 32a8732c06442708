package durable

import (
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// replay tracks whether the code that runs now already ran in an earlier invocation. The record
// does not say how far that invocation came, so the end of replay is deduced: the code begins new
// work, gets an outcome that is new, or gets one when nothing else of the record is left.
type replay struct {
	mu      sync.Mutex
	active  bool
	updated map[string]bool // operations changed since the last invocation, if listed
	left    map[string]bool // recorded operations that the code has not reached yet
	await   map[string]bool // those of them that stay in left until the code gets their outcome
}

func newReplay(operations map[string]types.Operation, updatedIDs []string) *replay {
	r := &replay{updated: map[string]bool{}, left: map[string]bool{}, await: map[string]bool{}}
	for _, id := range updatedIDs {
		r.updated[id] = true
	}
	for id, op := range operations {
		if op.Type == types.OperationTypeExecution {
			continue
		}
		r.active = true
		if !insideFinished(operations, op) {
			r.left[id] = true
			r.await[id] = finished(op) && r.outcomeCounts(op)
		}
	}
	return r
}

// outcomeCounts reports whether replay goes on until the code gets the outcome of op. A callback
// may be completed long before it is awaited. Without the list of updates, its completion does not
// show that the earlier invocation got as far as awaiting it. A line logged twice is better than a
// lost one.
func (r *replay) outcomeCounts(op types.Operation) bool {
	return op.Type != types.OperationTypeCallback || len(r.updated) > 0
}

func (r *replay) on() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.active
}

// end notes that new work begins.
func (r *replay) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active = false
}

// visit notes that the code has reached an operation.
func (r *replay) visit(wireID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.await[wireID] {
		delete(r.left, wireID)
	}
}

// consume notes that the code has received the outcome of an operation.
func (r *replay) consume(wireID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.left, wireID)
	if r.updated[wireID] || len(r.left) == 0 {
		r.active = false
	}
}

func finished(op types.Operation) bool {
	switch op.Status {
	case types.OperationStatusStarted, types.OperationStatusPending, types.OperationStatusReady:
		return false
	}
	return true
}

// insideFinished reports whether a context around op has finished. The code then gets the outcome
// of that context and does not ask for op's.
func insideFinished(operations map[string]types.Operation, op types.Operation) bool {
	for {
		parent, ok := operations[aws.ToString(op.ParentId)]
		if !ok {
			return false
		}
		if finished(parent) {
			return true
		}
		op = parent
	}
}
