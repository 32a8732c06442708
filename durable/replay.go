package durable

import (
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// replay knows whether the code that runs now ran in an earlier invocation.
// The record does not say how far that one came, so the end of replay is
// deduced: new work begins, or the code gets an outcome that is new.
type replay struct {
	mu      sync.Mutex
	active  bool
	updated map[string]bool // operations that changed since the last invocation, if told
	left    map[string]bool // finished operations whose outcome the code has not got yet
}

func newReplay(operations map[string]types.Operation, updatedIDs []string) *replay {
	r := &replay{updated: map[string]bool{}, left: map[string]bool{}}
	for _, id := range updatedIDs {
		r.updated[id] = true
	}
	for id, op := range operations {
		if op.Type == types.OperationTypeExecution {
			continue
		}
		r.active = true
		if finished(op) && !insideFinished(operations, op) && r.counts(op) {
			r.left[id] = true
		}
	}
	return r
}

// counts tells whether an unseen outcome of op keeps the replay going. A
// callback may be completed long before it is awaited; without the list of
// updates that is no sign that the earlier invocation came so far, and a line
// logged twice is better than one lost.
func (r *replay) counts(op types.Operation) bool {
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

// consume notes that the code has got the outcome of an operation.
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

// insideFinished tells whether a context around op has finished: then its
// outcome stands for op's, which the code does not ask for.
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
