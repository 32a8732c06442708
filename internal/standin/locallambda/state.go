package locallambda

import (
	"strconv"
	"time"
)

const (
	defaultPage  = 100
	maxPage      = 1000
	maxPageBytes = 5 << 20 // of results and inputs; Lambda's own limit for an answer is 6 MB
)

// stateResponse is a page of an execution's state.
type stateResponse struct {
	Operations []wireOperation[epochSeconds] `json:"Operations"`
	NextMarker string                        `json:"NextMarker,omitempty"`
}

// state reads the operations that a function needs to replay.
// Errors: ResourceNotFoundException, InvalidParameterValueException for a wrong token or marker.
func (e *Engine) state(arn, token string, p pageRequest) (response stateResponse, err error) {
	err = e.update(func(time.Time) error {
		x, err := e.executions.get(arn)
		if err != nil {
			return err
		}
		if err := x.checkToken(token); err != nil {
			return err
		}
		from, err := p.position(len(x.operations))
		if err != nil {
			return err
		}
		response.Operations, response.NextMarker = page[epochSeconds](x, from, p.size)
		return nil
	})
	return response, err
}

// page describes up to size operations from a position on, and gives the marker of the next page, if there is one.
func page[T timestamp](x *execution, from, size int) (operations []wireOperation[T], next string) {
	operations = []wireOperation[T]{}
	bytes := 0
	for i := from; i < len(x.operations); i++ {
		op := x.operations[i]
		if op.hidden() {
			continue
		}
		if bytes += op.size(); len(operations) == size || bytes > maxPageBytes && len(operations) > 0 {
			return operations, strconv.Itoa(i)
		}
		operations = append(operations, describe[T](op))
	}
	return operations, ""
}

// size is about how many bytes the operation takes on the wire.
func (op *operation) size() int {
	const frame = 512
	n := frame + len(text(op.result)) + op.err.size()
	if op.kind == executionOperation {
		n += len(*op.execution.input)
	}
	return n
}

// pageRequest is what a request says about paging.
type pageRequest struct {
	marker string
	size   int
}

// position reads a marker that counts items.
func (p pageRequest) position(length int) (int, error) {
	if p.marker == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(p.marker)
	if err != nil || n < 0 || n > length {
		return 0, invalidParameter("Invalid marker.")
	}
	return n, nil
}
